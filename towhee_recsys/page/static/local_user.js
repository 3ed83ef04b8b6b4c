// A user's vector in the browser: the sum of what is known of the user, and of what the user likes.
import { add, dot, length, unpacked } from "./vectors.js";

// The unit vector to score with, the predicted rating of an item, and the reasons for its score.
export function userOf(data, vectors, columns, liked, disliked) {
  const parts = partsOf(data, "search", columns, vectors.dim);
  const mean = unpacked(data.arrays.mean, Float32Array);
  parts.push(...opinionParts(data, vectors, mean, liked, "liked"));
  parts.push(...opinionParts(data, vectors, mean, disliked, "disliked"));
  const vector = sum(parts, vectors.dim);
  const size = length(vector);
  for (let index = 0; index < vector.length; index += 1) vector[index] /= size;
  const forRating = data.parts.rating ? sum(partsOf(data, "rating", columns, vectors.dim), vectors.dim) : vector;
  const ratingSize = length(forRating);
  return {
    vector,
    rating: (row) => calibrated(data.calibration, vectors.at(forRating, row) / ratingSize),
    reasons: (row) => reasonsOf(parts, vectors.vector(row), size),
  };
}

// The constant part and that of each column that is given.
function partsOf(data, purpose, columns, dim) {
  const all = unpacked(data.parts[purpose], Float32Array);
  const parts = [{ because: "everyone", vector: all.subarray(0, dim) }];
  let row = 1;
  for (const column of data.page.users.columns) {
    const chosen = column.options.findIndex((each) => each.value === columns[column.column]);
    if (chosen >= 0) {
      const from = (row + chosen) * dim;
      const title = column.options[chosen].label;
      parts.push({ because: column.column, value: columns[column.column], title, vector: all.subarray(from, from + dim) });
    }
    row += column.options.length;
  }
  return parts;
}

// What liked or disliked items add: together weight * (their mean - the mean item), by the weight for as many items.
function opinionParts(data, vectors, mean, rows, because) {
  if (!rows.length) return [];
  const [, weight] = data.opinions[because].findLast(([count]) => count <= rows.length);
  return rows.map((row) => {
    const vector = new Float32Array(vectors.dim);
    add(vector, vectors.vector(row), weight / rows.length);
    add(vector, mean, -weight / rows.length);
    return { because, item_id: data.map.ids[row], title: data.map.titles[row], vector };
  });
}

function sum(parts, dim) {
  const total = new Float32Array(dim);
  for (const part of parts) add(total, part.vector);
  return total;
}

// The score is a sum over the parts, so that their shares are exact.
function reasonsOf(parts, item, size) {
  const reasons = parts.map(({ vector, ...reason }) => ({ ...reason, share: dot(vector, item) / size }));
  return reasons.sort((a, b) => b.share - a.share);
}

function calibrated({ slope, intercept, lowest, highest }, cosine) {
  return Math.max(lowest, Math.min(highest, slope * cosine + intercept));
}
