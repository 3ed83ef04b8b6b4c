// Who you are: the declared columns of a user, a known user, and items that you like.
import { html, useId } from "./hooks.js";
import { words } from "./format.js";
import { Search } from "./search.js";

export function Choose({ page, chosen, change, source, opine }) {
  const known = source.canKnowUsers && page.users.id;
  return html`<section class="panel" aria-labelledby="who">
    <h2 id="who">Who are you?</h2>
    ${known &&
    html`<div class="switch" role="radiogroup" aria-labelledby="who">
      ${[["new", "Someone new"], ["known", "A known user"]].map(
        ([mode, text]) => html`<label key=${mode}>
          <input type="radio" name="mode" checked=${chosen.mode === mode} onChange=${() => change({ mode })} />
          <span>${text}</span>
        </label>`,
      )}
    </div>`}
    ${chosen.mode === "known"
      ? html`<${KnownUser} page=${page} chosen=${chosen} change=${change} />`
      : page.users.columns.map((column) => html`<${Field} key=${column.column} column=${column} chosen=${chosen} change=${change} />`)}
    <${Search} page=${page} source=${source} onChoose=${(item) => opine(item, true)} />
    <${Opinions} opinions=${chosen.opinions} opine=${opine} page=${page} />
  </section>`;
}

function KnownUser({ page, chosen, change }) {
  const id = useId();
  const examples = page.users.examples.join(", ");
  return html`<div class="field">
    <label for=${id}>${words(page.users.id)}</label>
    <input id=${id} value=${chosen.userId} inputmode=${page.users.numeric ? "numeric" : "text"} autocomplete="off"
      placeholder=${examples ? `such as ${examples}` : ""} onInput=${(event) => change({ userId: event.target.value.trim() })} />
  </div>`;
}

function Field({ column, chosen, change }) {
  const id = useId();
  const given = chosen.columns[column.column] ?? "";
  const set = (value) => change({ columns: { ...chosen.columns, [column.column]: value } });
  return html`<div class="field">
    <label for=${id}>${words(column.column)}</label>
    ${column.kind === "choice"
      ? html`<select id=${id} value=${given === "" ? "" : column.options.findIndex((each) => each.value === given)}
          onChange=${(event) => set(event.target.value === "" ? "" : column.options[event.target.value].value)}>
          <option value="">Not given</option>
          ${column.options.map((each, row) => html`<option key=${row} value=${row}>${each.label}</option>`)}
        </select>`
      : html`<input id=${id} value=${given} type=${column.kind === "number" ? "number" : "text"} step="any" autocomplete="off"
          onInput=${(event) => set(read(event.target.value, column.kind))} />`}
  </div>`;
}

function read(text, kind) {
  if (text.trim() === "") return "";
  if (kind === "number") return Number(text);
  return kind === "texts" ? text.split(",").map((each) => each.trim()).filter(Boolean) : text;
}

function Opinions({ opinions, opine }) {
  if (!opinions.length) return null;
  return html`<ul class="chips" aria-label="What you like and dislike">
    ${opinions.map(
      (each) => html`<li key=${each.id}>
        <button type="button" class=${each.likes ? "chip any" : "chip none"} onClick=${() => opine(each.item, null)}
          disabled=${each.sent} title=${each.sent ? "Stored by the service" : "Forget this"}
          aria-label=${each.sent ? each.title : `Forget that you ${each.likes ? "like" : "dislike"} ${each.title}`}>
          <span aria-hidden="true">${each.likes ? "♥" : "✕"}</span> ${each.title}
        </button>
      </li>`,
    )}
  </ul>`;
}
