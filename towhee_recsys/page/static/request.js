// What the person has chosen, as a request to the service.

export function requestOf(chosen, page) {
  const user = {};
  if (chosen.mode === "known" && chosen.userId !== "") {
    user[page.users.id] = chosen.userId; // a text, which the service reads as a number where ids are numbers
  }
  if (chosen.mode === "new") {
    for (const [column, given] of Object.entries(chosen.columns)) {
      if (given !== "" && given !== null && !(Array.isArray(given) && !given.length)) user[column] = given;
    }
  }
  const liked = chosen.opinions.filter((each) => each.likes && !each.sent).map((each) => each.id);
  const disliked = chosen.opinions.filter((each) => !each.likes && !each.sent).map((each) => each.id);
  if (liked.length) user.liked = liked;
  if (disliked.length) user.disliked = disliked;
  return { user, ...optionsOf(chosen, page) };
}

export function optionsOf(chosen, page) {
  const filter = filterOf(chosen.filters);
  const options = { top_k: page.top_k };
  if (Object.keys(filter).length) options.filter = filter;
  if (chosen.diversity > 0) options.diversity = chosen.diversity;
  if (page.allow.includes("explain")) options.explain = true;
  return options;
}

export function filterOf(filters) {
  const clauses = Object.entries(filters).map(([column, each]) => [column, clauseOf(each)]);
  return Object.fromEntries(clauses.filter(([, clause]) => Object.keys(clause).length));
}

function clauseOf(given) {
  const clause = {};
  for (const [name, each] of Object.entries(given)) {
    if (each === null || each === undefined || each === "" || (Array.isArray(each) && !each.length)) continue;
    clause[name] = each;
  }
  return clause;
}

export function countOf(filters) {
  return Object.keys(filterOf(filters)).length;
}
