// Which items pass a filter, as the service decides it: all clauses must hold.

const OPS = {
  any: (values, wanted) => (values ?? []).some((each) => wanted.includes(each)),
  all: (values, wanted) => wanted.every((each) => (values ?? []).includes(each)),
  none: (values, unwanted) => !(values ?? []).some((each) => unwanted.includes(each)),
  eq: (value, wanted) => !missing(value) && value === wanted,
  in: (value, wanted) => !missing(value) && wanted.includes(value),
  not_in: (value, unwanted) => !unwanted.includes(value),
  gte: (value, low) => !missing(value) && value >= low,
  lte: (value, high) => !missing(value) && value <= high,
};

function missing(value) {
  return value === null || value === undefined;
}

export function passes(item, filter) {
  return Object.entries(filter ?? {}).every(([column, clause]) =>
    Object.entries(clause).every(([op, given]) => OPS[op](item[column], given)),
  );
}

// How many items each clause of a filter leaves on its own.
export function countsOf(items, filter) {
  const clauses = Object.entries(filter ?? {}).flatMap(([column, clause]) => Object.entries(clause).map(([op, given]) => ({ [column]: { [op]: given } })));
  return clauses.map((clause) => ({ filter: clause, items: items.filter((item) => passes(item, clause)).length }));
}

// Items whose titles have all words of the query; those that begin with it come first.
export function found(items, titles, query) {
  const text = plain(query);
  const wanted = text.split(/\s+/).filter(Boolean);
  const matches = [];
  titles.forEach((title, row) => {
    const given = plain(title);
    if (wanted.every((word) => given.includes(word))) matches.push([given.startsWith(text) ? 0 : 1, row]);
  });
  return matches.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, row]) => items[row]);
}

function plain(text) {
  return String(text).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
