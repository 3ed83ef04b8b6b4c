// Draws the map on two canvases: the points, which change with the view, and above them the marks, which often change.
import { colourOf } from "./colours.js";
import { toScreen } from "./plane.js";

const MANY = 20000; // more points are squares, which are drawn several times as fast

// An empty canvas of `size`, in the pixels of the screen.
function cleared(canvas, size) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  return context;
}

// `marks` are {liked: rows, recommended: rows, you: [x, y] or null, active: row or -1}.
export function drawMarks(canvas, map, view, size, marks) {
  const context = cleared(canvas, size);
  const style = getComputedStyle(canvas);
  const [accent, ink, paper, like] = ["--accent", "--ink", "--paper", "--like"].map((name) => style.getPropertyValue(name).trim());
  const at = (row) => toScreen(view, size, map.x[row], map.y[row]);
  for (const row of marks.liked) ring(context, at(row), 7, like, paper);
  marks.recommended.forEach((row, rank) => numbered(context, at(row), rank + 1, accent, paper));
  if (marks.you) star(context, toScreen(view, size, ...marks.you), ink, paper);
  if (marks.active >= 0) ring(context, at(marks.active), 10, ink, paper);
}

// All points in the colours of their codes; of `only`, where it is not null, the others are faint.
export function drawPoints(canvas, map, view, size, codes, only) {
  const context = cleared(canvas, size);
  const style = getComputedStyle(canvas);
  const count = map.x.length;
  const radius = Math.max(1.2, Math.min(5, 60 / Math.sqrt(count + 1) + Math.log2(view.scale / view.least)));
  const groups = new Map();
  for (let row = 0; row < count; row += 1) {
    const code = codes ? codes[row] : -1;
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push(row);
  }
  for (const [code, rows] of [...groups].sort(([a], [b]) => a - b)) {
    context.fillStyle = colourOf(style, code);
    context.globalAlpha = only !== null && only !== code ? 0.08 : 0.78;
    context.beginPath();
    for (const row of rows) {
      const [left, top] = toScreen(view, size, map.x[row], map.y[row]);
      if (left < -9 || top < -9 || left > size.width + 9 || top > size.height + 9) continue;
      if (count > MANY) {
        context.fillRect(left - radius, top - radius, 2 * radius, 2 * radius);
      } else {
        context.moveTo(left + radius, top);
        context.arc(left, top, radius, 0, 7);
      }
    }
    context.fill();
  }
  context.globalAlpha = 1;
}

function ring(context, [left, top], radius, colour, paper) {
  for (const [width, stroke] of [[5, paper], [2.5, colour]]) {
    context.beginPath();
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.arc(left, top, radius, 0, 7);
    context.stroke();
  }
}

function numbered(context, [left, top], number, colour, paper) {
  context.beginPath();
  context.fillStyle = colour;
  context.strokeStyle = paper;
  context.lineWidth = 2;
  context.arc(left, top, 9, 0, 7);
  context.fill();
  context.stroke();
  context.fillStyle = paper;
  context.font = "600 10px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(number), left, top + 0.5);
}

function star(context, [left, top], colour, paper) {
  context.beginPath();
  for (let corner = 0; corner < 10; corner += 1) {
    const radius = corner % 2 ? 5 : 12;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(left + radius * Math.cos(angle), top + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = paper;
  context.lineWidth = 3;
  context.stroke();
  context.fill();
}
