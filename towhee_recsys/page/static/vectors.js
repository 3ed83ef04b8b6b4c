// Vectors in the browser: unpacking, scoring, and lists that are varied.

export function unpacked(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Kind(bytes.buffer);
}

// The item vectors: whole numbers of 8 bits, each vector with a scale.
export function itemVectors(arrays) {
  const { dim } = arrays;
  const numbers = unpacked(arrays.vectors, Int8Array);
  const scales = unpacked(arrays.scales, Float32Array);
  const count = scales.length;
  const vector = (row) => Float32Array.from(numbers.subarray(row * dim, (row + 1) * dim), (each) => each * scales[row]);
  const scores = (query) => {
    const found = new Float32Array(count);
    for (let row = 0; row < count; row += 1) found[row] = at(query, row);
    return found;
  };
  const at = (query, row) => {
    let sum = 0;
    for (let index = 0, from = row * dim; index < dim; index += 1) sum += query[index] * numbers[from + index];
    return sum * scales[row];
  };
  return { dim, count, vector, scores, at };
}

export function dot(a, b) {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index] * b[index];
  return sum;
}

export function length(vector) {
  return Math.sqrt(dot(vector, vector)) || 1;
}

// `sum` grows by `weight` times a vector.
export function add(sum, vector, weight = 1) {
  for (let index = 0; index < sum.length; index += 1) sum[index] += weight * vector[index];
}

// The rows of the highest scores, best first, of those that `isWanted`.
export function best(scores, count, isWanted) {
  const rows = [];
  for (let row = 0; row < scores.length; row += 1) if (isWanted(row)) rows.push(row);
  return rows.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, count);
}

// Maximal marginal relevance: each next row is good, and unlike those that are chosen already.
export function varied(rows, scores, vectors, diversity, count) {
  const rest = [...rows];
  const chosen = rest.splice(0, 1);
  const likeness = new Map(rest.map((row) => [row, -Infinity]));
  while (rest.length && chosen.length < count) {
    const last = vectors.vector(chosen[chosen.length - 1]);
    let [place, most] = [0, -Infinity];
    rest.forEach((row, index) => {
      likeness.set(row, Math.max(likeness.get(row), vectors.at(last, row)));
      const value = (1 - diversity) * scores[row] - diversity * likeness.get(row);
      if (value > most) [place, most] = [index, value];
    });
    chosen.push(...rest.splice(place, 1));
  }
  return chosen;
}
