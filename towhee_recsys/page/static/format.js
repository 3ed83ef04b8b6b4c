// How columns and values are written for a person.

export function words(column) {
  const text = String(column).replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function value(given) {
  if (given === null || given === undefined || given === "") return "";
  if (given === true) return "yes";
  if (given === false) return "no";
  if (Array.isArray(given)) return given.join(", ");
  if (typeof given === "number" && !Number.isInteger(given)) return String(Math.round(given * 100) / 100);
  return String(given);
}

// The facts of an item that a card shows: [column, text] of each that has a value, the title left out.
export function facts(item, page) {
  const shown = page.facts.filter((column) => column !== page.title && column !== page.id);
  return shown.map((column) => [column, fact(column, item[column])]).filter(([, text]) => text !== "");
}

// A boolean is written with its column, since "yes" alone says nothing.
function fact(column, given) {
  if (typeof given === "boolean") return `${given ? "" : "not "}${words(column).toLowerCase()}`;
  return value(given);
}

export function titleOf(item, page) {
  const title = page.title ? item[page.title] : null;
  return value(title) || String(item[page.id]);
}

const OPS = { any: "one of", all: "all of", none: "none of", eq: "is", in: "one of", not_in: "none of", gte: "at least", lte: "at most" };

// A clause of a filter, such as {"price": {"lte": 3}}: "Price at most 3".
export function clauseText(clause) {
  return Object.entries(clause).flatMap(([column, ops]) =>
    Object.entries(ops).map(([op, given]) => `${words(column)} ${OPS[op] ?? op} ${value(given)}`)).join(", ");
}

// A reason as the end of a sentence: what of the user counts for the item.
export function because(reason) {
  const name = value(reason.title ?? reason.item_id ?? reason.value);
  if (reason.because === "liked") return `you like ${name}`;
  if (reason.because === "disliked") return `you dislike ${name}`;
  if (reason.because === "history" || reason.because === "feedback") return name ? `you chose ${name}` : "what you chose before";
  if (reason.because === "everyone") return "many like it";
  if (reason.because === "other") return "all the rest";
  return `your ${words(reason.because).toLowerCase()} is ${name}`;
}
