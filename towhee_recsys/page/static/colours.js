// Colours of the map's points, by a column.

export const PALETTE = 10;

// For each point the number of its colour, and what the legend says: {codes, legend: [[text, colour]]}.
export function colouring(column) {
  if (!column) return { codes: null, legend: [] };
  if (column.type === "number") return ramp(column);
  const codes = column.codes.map((code) => (code < 0 || code >= PALETTE ? -1 : code));
  const legend = column.values.slice(0, PALETTE).map((text, row) => [text, row]);
  return { codes, legend: codes.includes(-1) ? [...legend, ["other", -1]] : legend };
}

// Five steps, each with as many points.
function ramp(column) {
  const sorted = column.numbers.filter((each) => each !== null).sort((a, b) => a - b);
  if (!sorted.length) return { codes: column.numbers.map(() => -1), legend: [] };
  const ends = [...new Set([1, 2, 3, 4, 5].map((step) => sorted[Math.ceil((sorted.length * step) / 5) - 1]))];
  const codes = column.numbers.map((each) => (each === null ? -1 : 100 + ends.findIndex((end) => each <= end)));
  const legend = ends.map((end, row) => [row ? `${round(ends[row - 1])} – ${round(end)}` : `up to ${round(end)}`, 100 + row]);
  return { codes, legend: codes.includes(-1) ? [...legend, ["missing", -1]] : legend };
}

function round(given) {
  return Number.isInteger(given) ? given : Math.round(given * 100) / 100;
}

// The colour of a code, as the style sheet has it for the scheme, light or dark, that is shown.
export function colourOf(style, code) {
  const name = code < 0 ? "--point" : code >= 100 ? `--ramp-${code - 100}` : `--colour-${code}`;
  return style.getPropertyValue(name).trim();
}
