// Draws the map.
import { colourOf } from "./colours.js";
import { toScreen } from "./plane.js";

// `marks` are {liked: rows, recommended: rows, you: [x, y] or null, active: row or -1}; `only` is the one code to show, or null.
export function draw(canvas, map, view, size, codes, only, marks) {
  const context = canvas.getContext("2d");
  const ratio = window.devicePixelRatio || 1;
  const style = getComputedStyle(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  drawPoints(context, map, view, size, codes, only, style);
  const accent = style.getPropertyValue("--accent").trim();
  const ink = style.getPropertyValue("--ink").trim();
  const paper = style.getPropertyValue("--paper").trim();
  for (const row of marks.liked) ring(context, at(row), 7, style.getPropertyValue("--like").trim(), paper);
  marks.recommended.forEach((row, rank) => numbered(context, at(row), rank + 1, accent, paper));
  if (marks.you) star(context, toScreen(view, size, ...marks.you), ink, paper);
  if (marks.active >= 0) ring(context, at(marks.active), 10, ink, paper);

  function at(row) {
    return toScreen(view, size, map.x[row], map.y[row]);
  }
}

function drawPoints(context, map, view, size, codes, only, style) {
  const radius = Math.max(1.6, Math.min(5, 60 / Math.sqrt(map.x.length + 1) + Math.log2(view.scale / view.least)));
  const groups = new Map();
  for (let row = 0; row < map.x.length; row += 1) {
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
      context.moveTo(left + radius, top);
      context.arc(left, top, radius, 0, 7);
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
