// Filters, built from the columns that the dataset declares for them.
import { html, useId, useState } from "./hooks.js";
import { value, words } from "./format.js";

const FIRST = 12;

export function Filters({ page, filters, change }) {
  if (!page.filters.length) return null;
  return page.filters.map((field) => {
    const set = (clause) => change({ filters: { ...filters, [field.column]: clause } });
    const Kind = KINDS[field.type] ?? Chips;
    return html`<fieldset key=${field.column} class="filter">
      <legend>${words(field.column)}</legend>
      <${Kind} field=${field} clause=${filters[field.column] ?? {}} set=${set} />
    </fieldset>`;
  });
}

// Values as chips. A click requires a value, the next one leaves it out, the third forgets it.
function Chips({ field, clause, set }) {
  const [all, setAll] = useState(false);
  const [any, none] = field.type === "texts" ? ["any", "none"] : ["in", "not_in"];
  const wanted = clause[any] ?? [];
  const unwanted = clause[none] ?? [];
  const next = (each) => {
    const rest = { [any]: wanted.filter((it) => it !== each), [none]: unwanted.filter((it) => it !== each) };
    if (wanted.includes(each)) rest[none] = [...rest[none], each];
    else if (!unwanted.includes(each)) rest[any] = [...rest[any], each];
    set(rest);
  };
  const shown = all ? field.values : field.values.filter((each, row) => row < FIRST || wanted.includes(each) || unwanted.includes(each));
  return html`<div class="chips">
    ${shown.map((each) => {
      const state = wanted.includes(each) ? "any" : unwanted.includes(each) ? "none" : "";
      const meaning = { any: "wanted", none: "left out", "": "not filtered by" }[state];
      return html`<button key=${each} type="button" class="chip ${state}" aria-label="${each}: ${meaning}"
        onClick=${() => next(each)}>${state === "none" ? html`<s>${each}</s>` : each}</button>`;
    })}
    ${field.values.length > FIRST &&
    html`<button type="button" class="link" aria-expanded=${all ? "true" : "false"} onClick=${() => setAll(!all)}>
      ${all ? "fewer" : `${field.values.length - FIRST} more`}
    </button>`}
  </div>`;
}

// A range with two ends; an end at its limit filters nothing.
function Range({ field, clause, set }) {
  const { min, max, step } = field;
  const low = clause.gte ?? min;
  const high = clause.lte ?? max;
  const put = (gte, lte) => set({ gte: gte <= min ? null : gte, lte: lte >= max ? null : lte });
  const at = (each) => (max > min ? ((each - min) / (max - min)) * 100 : 0);
  return html`<div class="range" style=${{ "--low": `${at(low)}%`, "--high": `${at(high)}%` }}>
    <div class="track"></div>
    <input type="range" min=${min} max=${max} step=${step} value=${low} aria-label="${words(field.column)}, at least"
      onInput=${(event) => put(Math.min(Number(event.target.value), high), high)} />
    <input type="range" min=${min} max=${max} step=${step} value=${high} aria-label="${words(field.column)}, at most"
      onInput=${(event) => put(low, Math.max(Number(event.target.value), low))} />
    <output>${value(low)} – ${value(high)}</output>
  </div>`;
}

function YesNo({ field, clause, set }) {
  const name = useId();
  const given = clause.eq === undefined || clause.eq === null ? "" : clause.eq;
  return html`<div class="switch" role="radiogroup" aria-label=${words(field.column)}>
    ${[["", "any"], [true, "yes"], [false, "no"]].map(
      ([each, text]) => html`<label key=${text}>
        <input type="radio" name=${name} checked=${given === each} onChange=${() => set({ eq: each === "" ? null : each })} />
        <span>${text}</span>
      </label>`,
    )}
  </div>`;
}

const KINDS = { texts: Chips, text: Chips, number: Range, boolean: YesNo };
