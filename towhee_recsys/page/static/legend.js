// What the map's colours and marks mean, and the title of the point under the pointer.
import { html } from "./hooks.js";
import { toScreen } from "./plane.js";

export function Legend({ legend, only, setOnly, liked }) {
  return html`<ul class="legend" aria-label="Legend">
    ${legend.map(
      ([text, code]) => html`<li key=${code}>
        <button type="button" aria-pressed=${only === code ? "true" : "false"} onClick=${() => setOnly(only === code ? null : code)}>
          <i class=${dot(code)} aria-hidden="true"></i>${text}
        </button>
      </li>`,
    )}
    <li class="mark"><i class="you" aria-hidden="true">★</i>you</li>
    <li class="mark"><i class="recommended" aria-hidden="true">1</i>recommended</li>
    ${liked && html`<li class="mark"><i class="liked" aria-hidden="true"></i>liked</li>`}
  </ul>`;
}

function dot(code) {
  return code < 0 ? "dot" : code >= 100 ? `dot ramp-${code - 100}` : `dot colour-${code}`;
}

export function Tip({ map, view, size, row }) {
  if (row < 0 || !view) return html`<div class="tip" role="status" hidden></div>`;
  const [left, top] = toScreen(view, size, map.x[row], map.y[row]);
  const columns = map.columns.map((column) => [column.column, shown(column, row)]).filter(([, text]) => text !== "");
  const place = { left: `${Math.max(70, Math.min(size.width - 70, left))}px`, top: `${top}px` };
  return html`<div class=${top < 70 ? "tip below" : "tip"} role="status" style=${place}>
    <b>${map.titles[row]}</b>
    ${columns.map(([column, text]) => html`<span key=${column}>${text}</span>`)}
  </div>`;
}

function shown(column, row) {
  if (column.type === "number") return column.numbers[row] === null ? "" : String(column.numbers[row]);
  return column.values[column.codes[row]] ?? "";
}
