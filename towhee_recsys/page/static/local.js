// Recommends in the browser, from the data of an exported page: the answers that the service would give, approximately.
import { countsOf, found, passes } from "./matching.js";
import { best, itemVectors, varied } from "./vectors.js";
import { userOf } from "./local_user.js";

const POOL = 100;

export function localSource(data) {
  const vectors = itemVectors(data.arrays);
  const rows = new Map(data.map.ids.map((id, row) => [id, row]));
  const popular = Float32Array.from(data.popularity);

  const list = (chosen, scores, more) => chosen.map((row, rank) => ({ rank: rank + 1, ...data.items[row], score: scores[row], ...more?.(row) }));
  const page = (scores, { top_k, filter, diversity }, leaveOut) => {
    const hidden = new Set(leaveOut);
    const isWanted = (row) => !hidden.has(data.map.ids[row]) && passes(data.items[row], filter);
    if (!diversity) return best(scores, top_k, isWanted);
    return varied(best(scores, Math.max(POOL, 10 * top_k), isWanted), scores, vectors, diversity, top_k);
  };
  const recommend = async (request) => {
    const items = recommended(request);
    return { items, counts: items.length ? [] : countsOf(data.items, request.filter) };
  };
  const recommended = (request) => {
    const { liked = [], disliked = [], ...columns } = request.user;
    const leaveOut = [...liked, ...disliked];
    if (!leaveOut.length && !Object.keys(columns).length) return list(page(popular, request, []), popular);
    const user = userOf(data, vectors, columns, rowsOf(liked), rowsOf(disliked));
    const scores = vectors.scores(user.vector);
    return list(page(scores, request, leaveOut), scores, (row) => ({
      ...(data.calibration && { predicted_rating: user.rating(row) }),
      ...(data.variances && { predicted_rating_std: std(row, leaveOut.length) }),
      reasons: user.reasons(row),
    }));
  };
  const std = (row, opinions) => {
    const { users, items } = data.variances;
    return Math.sqrt(users[Math.min(opinions, users.length - 1)] * items[row]);
  };
  const similar = async (id, request) => {
    const scores = vectors.scores(vectors.vector(rows.get(id)));
    return list(page(scores, request, [id]), scores);
  };
  const rowsOf = (ids) => ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
  return {
    canKnowUsers: false,
    page: async () => data.page,
    map: async () => data.map,
    search: async (query) => found(data.items, data.map.titles, query),
    recommend,
    similar,
  };
}
