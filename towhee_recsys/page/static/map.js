// The map of all items: zoom, pan, hover, keys, and a legend.
import { html, useEffect, useMemo, useRef, useState } from "./hooks.js";
import { words } from "./format.js";
import { colouring } from "./colours.js";
import { drawMarks, drawPoints } from "./draw.js";
import { usePointers, useWheel } from "./pointers.js";
import { middle, nearest, panned, wholeView, zoomed } from "./plane.js";
import { Legend, Tip } from "./legend.js";

const REACH = 14;

export function ItemMap({ map, page, items, opinions, hovered, open }) {
  const [canvas, points] = [useRef(null), useRef(null)];
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [view, setView] = useState(null);
  const [active, setActive] = useState(-1);
  const [by, setBy] = useState(map.columns[0]?.column ?? "");
  const [only, setOnly] = useState(null);
  const rows = useMemo(() => new Map(map.ids.map((id, row) => [id, row])), [map]);
  const { codes, legend } = useMemo(() => colouring(map.columns.find((each) => each.column === by)), [map, by]);
  const rowsOf = (ids) => ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
  const recommended = rowsOf(items.map((item) => item[page.id]));
  const marks = {
    liked: rowsOf(opinions.filter((each) => each.likes).map((each) => each.id)),
    recommended,
    you: middle(map, recommended),
    active: active >= 0 ? active : (rows.get(hovered) ?? -1),
  };
  const scheme = useScheme();

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setSize({ width: entry.contentRect.width, height: entry.contentRect.height }));
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (size.width) setView(wholeView(map, size.width, size.height));
  }, [map, size.width, size.height]);
  useEffect(() => {
    if (view && size.width) drawPoints(points.current, map, view, size, codes, only);
  }, [view, size, codes, only, scheme, map]);
  useEffect(() => {
    if (view && size.width) drawMarks(canvas.current, map, view, size, marks);
  }, [view, size, scheme, map, JSON.stringify(marks)]);
  useWheel(canvas, (factor, left, top) => view && setView(zoomed(view, size, factor, left, top)));

  const hands = usePointers(canvas, {
    move: (left, top) => setActive(nearest(map, view, size, left, top, REACH)),
    pan: (dx, dy) => setView((before) => panned(before, dx, dy)),
    zoom: (factor, left, top) => setView((before) => zoomed(before, size, factor, left, top)),
    click: (left, top) => choose(nearest(map, view, size, left, top, REACH)),
    leave: () => setActive(-1),
  });
  const choose = (row) => row >= 0 && open(map.ids[row]);
  const show = (next) => {
    setView(next);
    setActive(nearest(map, next, size, size.width / 2, size.height / 2, Infinity));
  };
  const onKeyDown = (event) => {
    const steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    if (steps[event.key]) show(panned(view, ...steps[event.key]));
    else if (event.key === "+" || event.key === "=") show(zoomed(view, size, 1.4, size.width / 2, size.height / 2));
    else if (event.key === "-") show(zoomed(view, size, 1 / 1.4, size.width / 2, size.height / 2));
    else if (event.key === "0") show(wholeView(map, size.width, size.height));
    else if (event.key === "Enter" && active >= 0) choose(active);
    else return;
    event.preventDefault();
  };
  return html`<div class="map">
    <div class="canvas">
      <canvas ref=${points} aria-hidden="true"></canvas>
      <canvas ref=${canvas} tabindex="0" role="application" onKeyDown=${onKeyDown} onBlur=${() => setActive(-1)} ...${hands}
        aria-label="Map of ${map.ids.length} items. Arrow keys move it, plus and minus zoom, 0 shows all, Enter opens the item in the middle."></canvas>
      <${Tip} map=${map} view=${view} size=${size} row=${active} />
      <div class="zoom">
        <button type="button" aria-label="Zoom in" onClick=${() => setView(zoomed(view, size, 1.6, size.width / 2, size.height / 2))}>+</button>
        <button type="button" aria-label="Zoom out" onClick=${() => setView(zoomed(view, size, 1 / 1.6, size.width / 2, size.height / 2))}>−</button>
        <button type="button" aria-label="Show all" onClick=${() => setView(wholeView(map, size.width, size.height))}>⤢</button>
      </div>
    </div>
    ${map.columns.length > 0 &&
    html`<div class="by"><label for="map-by">Colour by</label>
      <select id="map-by" value=${by} onChange=${(event) => { setBy(event.target.value); setOnly(null); }}>
        ${map.columns.map((each) => html`<option key=${each.column} value=${each.column}>${words(each.column)}</option>`)}
      </select></div>`}
    <${Legend} legend=${legend} only=${only} setOnly=${setOnly} liked=${marks.liked.length > 0} />
  </div>`;
}

// Changes when the scheme, light or dark, changes.
function useScheme() {
  const query = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return dark;
}
