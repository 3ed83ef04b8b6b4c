// The page: who you are and what you filter by on the left, recommendations in the middle, the map on the right.
import { html, render, useLoaded, useState } from "./hooks.js";
import { words } from "./format.js";
import { Cards } from "./cards.js";
import { Choose } from "./choose.js";
import { Filters } from "./filters.js";
import { ItemMap } from "./map.js";
import { Similar } from "./similar.js";
import { Empty, Problem, Waiting } from "./states.js";
import { countOf, requestOf } from "./request.js";
import { useOpinions } from "./opinions.js";

const DELAY = 120;
const NOTHING = { mode: "new", columns: {}, userId: "", filters: {}, diversity: 0 };

function App({ source }) {
  const [tries, setTries] = useState(0);
  const { value: page, error } = useLoaded(source.page, tries);
  if (error && !page) return html`<main class="alone"><${Problem} error=${error} retry=${() => setTries(tries + 1)} /></main>`;
  if (!page) return html`<main class="alone" aria-busy="true"><${Waiting} /></main>`;
  return html`<${Recommender} page=${page} source=${source} />`;
}

function Recommender({ page, source }) {
  const [chosen, setChosen] = useState({ ...NOTHING, diversity: page.diversity });
  const [tries, setTries] = useState(0);
  const [opened, setOpened] = useState(null);
  const [hovered, setHovered] = useState(null);
  const change = (part) => setChosen((before) => ({ ...before, ...part }));
  const { opinions, opine, problem } = useOpinions(chosen, page, source, () => setTries((before) => before + 1));
  const request = requestOf({ ...chosen, opinions }, page);
  const general = !Object.keys(request.user).length;
  const key = JSON.stringify([request, tries]);
  const { value: answer, error, busy } = useLoaded((signal) => source.recommend(request, signal), key, DELAY);
  const items = answer?.items;
  const { value: map, error: mapError } = useLoaded(source.map, page.build);
  const openId = (id) => {
    const row = map.ids.indexOf(id);
    setOpened({ [page.id]: id, [page.title ?? page.id]: map.titles[row] });
  };
  return html`
    <header class="top"><h1>${words(page.name)}</h1><p>What is recommended to whom, and why</p></header>
    <main class="columns">
      <div class="left">
        <${Choose} page=${page} chosen=${{ ...chosen, opinions }} change=${change} source=${source} opine=${opine} />
        <${Tuning} page=${page} chosen=${chosen} change=${change} />
      </div>
      <section class="middle" aria-labelledby="list" aria-busy=${busy ? "true" : "false"}>
        <h2 id="list">${general ? "Popular" : "Recommended to you"}</h2>
        <p class="hint" role="status">${summary(items, busy, error ?? problem, general)}</p>
        ${error
          ? html`<${Problem} error=${error} retry=${() => setTries(tries + 1)} />`
          : !items
            ? html`<${Waiting} />`
            : items.length
              ? html`<${Cards} items=${items} page=${page} opinions=${opinions} opine=${opine} open=${setOpened} hover=${setHovered} label="Recommendations" />`
              : html`<${Empty} counts=${answer.counts} filtered=${countOf(chosen.filters) > 0} clear=${() => change({ filters: {} })} />`}
      </section>
      <section class="right" aria-labelledby="map">
        <h2 id="map">Map</h2>
        ${mapError ? html`<${Problem} error=${mapError} />` : map && map.ids.length
          ? html`<${ItemMap} map=${map} page=${page} items=${items ?? []} opinions=${opinions} hovered=${hovered} open=${openId} />`
          : map && html`<p class="hint">This index has no map. Index again to make one.</p>`}
      </section>
    </main>
    ${page.note && html`<footer><p>${page.note}</p></footer>`}
    ${opened && html`<${Similar} item=${opened} page=${page} source=${source} opinions=${opinions} opine=${opine} open=${setOpened} close=${() => setOpened(null)} />`}
  `;
}

function Tuning({ page, chosen, change }) {
  const count = countOf(chosen.filters);
  const wide = matchMedia("(min-width: 760px)").matches;
  const allows = (field) => page.allow.includes(field);
  if (!allows("diversity") && !allows("filter")) return null;
  return html`<details class="panel" open=${wide}>
    <summary><h2>Filters${count ? html` <span class="count">${count}</span>` : ""}</h2></summary>
    <div class="controls">
    ${allows("filter") && html`<${Filters} page=${page} filters=${chosen.filters} change=${change} />`}
    ${count > 0 && html`<button type="button" class="link" onClick=${() => change({ filters: {} })}>Remove all filters</button>`}
    ${allows("diversity") &&
    html`<div class="field"><label for="diversity">Diversity</label>
      <input id="diversity" type="range" min="0" max="1" step="0.05" value=${chosen.diversity} aria-valuetext="${Math.round(chosen.diversity * 100)} %"
        onInput=${(event) => change({ diversity: Number(event.target.value) })} />
      <div class="ends" aria-hidden="true"><span>the best</span><span>the most varied</span></div></div>`}
    </div>
  </details>`;
}

function summary(items, busy, error, general) {
  if (error) return error.message;
  if (!items) return "Loading";
  if (busy) return "Updating";
  const count = `${items.length} ${items.length === 1 ? "item" : "items"}`;
  return general ? `${count}: what most people like. Choose who you are, and the list becomes yours.` : count;
}

export function start(source) {
  render(html`<${App} source=${source} />`, document.getElementById("app"));
}
