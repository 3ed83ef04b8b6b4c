// Recommendations as a list of cards.
import { html, useMovingChildren, useRef, useState } from "./hooks.js";
import { because, facts, titleOf } from "./format.js";

export function Cards({ items, page, opinions, opine, open, hover, label }) {
  const list = useRef(null);
  useMovingChildren(list, items.map((item) => item[page.id]).join(" "));
  return html`<ol class="cards" ref=${list} aria-label=${label}>
    ${items.map((item) => {
      const id = item[page.id];
      const opinion = opinions.find((each) => each.id === id);
      return html`<${Card} key=${id} item=${item} page=${page} opinion=${opinion} opine=${opine} open=${open} hover=${hover} />`;
    })}
  </ol>`;
}

function Card({ item, page, opinion, opine, open, hover }) {
  const title = titleOf(item, page);
  const id = item[page.id];
  return html`<li class="card" data-key=${id} onMouseEnter=${() => hover?.(id)} onMouseLeave=${() => hover?.(null)}>
    <span class="rank" aria-hidden="true">${item.rank}</span>
    <div class="body">
      <h3><button type="button" class="title" onClick=${() => open(item)} title="What is similar?">${title}</button></h3>
      <p class="facts">${facts(item, page).map(([column, text]) => html`<span key=${column} data-column=${column}>${text}</span>`)}</p>
      <${Reasons} reasons=${item.reasons} />
    </div>
    <div class="side">
      <${Score} item=${item} page=${page} />
      <div class="thumbs">
        <${Thumb} likes=${true} pressed=${opinion?.likes === true} title=${title} onClick=${() => opine(item, opinion?.likes === true ? null : true)} />
        <${Thumb} likes=${false} pressed=${opinion?.likes === false} title=${title} onClick=${() => opine(item, opinion?.likes === false ? null : false)} />
      </div>
    </div>
  </li>`;
}

// The predicted rating as stars and how sure it is, where the dataset has a scale; else the score as a number.
function Score({ item, page }) {
  const rating = item.predicted_rating;
  const score = typeof item.score === "number" ? item.score.toFixed(2) : "";
  if (!page.scale || typeof rating !== "number") return html`<span class="score" title="Score">${score}</span>`;
  const most = Math.min(Math.round(page.scale[1]), 10);
  const share = Math.max(0, Math.min(1, rating / page.scale[1]));
  const std = item.predicted_rating_std;
  const sure = typeof std === "number" ? ` ± ${std.toFixed(1)}` : "";
  const range = sure && `, two of three ratings are within ${std.toFixed(2)} of it`;
  return html`<span class="stars" role="img" aria-label="${rating.toFixed(1)} of ${page.scale[1]}${sure}" title="Predicted rating ${rating.toFixed(2)}${range}; score ${score}">
    <span class="empty" aria-hidden="true">${"★".repeat(most)}</span>
    <span class="full" aria-hidden="true" style=${{ width: `${share * 100}%` }}>${"★".repeat(most)}</span>
  </span>
  <span class="score" aria-hidden="true">${rating.toFixed(1)}${sure}</span>`;
}

function Thumb({ likes, pressed, title, onClick }) {
  const label = `${likes ? "I like" : "I do not like"} ${title}`;
  return html`<button type="button" class=${likes ? "thumb up" : "thumb down"} aria-pressed=${pressed ? "true" : "false"} aria-label=${label} title=${likes ? "More like this" : "Less like this"} onClick=${onClick}>
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 21H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1h3m0 11V10m0 11h9.6a2 2 0 0 0 2-1.6l1.3-7A2 2 0 0 0 17.900 10H14l.8-4.300A2 2 0 0 0 12.800 3.300L7 10" /></svg>
  </button>`;
}

// The main reason in a sentence; all of them with their shares of the score on request.
function Reasons({ reasons }) {
  const [open, setOpen] = useState(false);
  const counting = (reasons ?? []).filter((each) => each.share > 0 && each.because !== "other");
  if (!counting.length) return null;
  const main = counting.find((each) => each.because !== "everyone") ?? counting[0];
  const most = Math.max(...reasons.map((each) => Math.abs(each.share)));
  return html`<div class="reasons">
    <p>Because ${because(main)} ${" "}
      <button type="button" class="link" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>${open ? "less" : "why?"}</button>
    </p>
    ${open &&
    html`<ul aria-label="Shares of the score">
      ${reasons.map(
        (each, row) => html`<li key=${row}>
          <span>${because(each)}</span>
          <span class=${each.share < 0 ? "share against" : "share"} style=${{ "--share": Math.abs(each.share) / most }}>${each.share.toFixed(2)}</span>
        </li>`,
      )}
    </ul>`}
  </div>`;
}
