// The geometry of the map: which part of the plane is seen, and which point is nearest. No drawing.

// How far the points reach, and the view that shows all of them in `width` x `height` pixels.
export function wholeView(map, width, height) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let row = 0; row < map.x.length; row += 1) {
    left = Math.min(left, map.x[row]);
    right = Math.max(right, map.x[row]);
    low = Math.min(low, map.y[row]);
    high = Math.max(high, map.y[row]);
  }
  const margin = 28;
  const scale = Math.min((width - 2 * margin) / Math.max(right - left, 1), (height - 2 * margin) / Math.max(high - low, 1));
  return { x: (left + right) / 2, y: (low + high) / 2, scale, least: scale / 1.5, most: scale * 60 };
}

export function toScreen(view, size, x, y) {
  return [size.width / 2 + (x - view.x) * view.scale, size.height / 2 - (y - view.y) * view.scale];
}

export function toPlane(view, size, left, top) {
  return [view.x + (left - size.width / 2) / view.scale, view.y - (top - size.height / 2) / view.scale];
}

// The view after zooming by `factor` around a point of the screen, which stays where it is.
export function zoomed(view, size, factor, left, top) {
  const scale = Math.max(view.least, Math.min(view.most, view.scale * factor));
  const [x, y] = toPlane(view, size, left, top);
  return { ...view, scale, x: x - (left - size.width / 2) / scale, y: y + (top - size.height / 2) / scale };
}

export function panned(view, dx, dy) {
  return { ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale };
}

// The row of the point nearest to a point of the screen, at most `within` pixels away; -1 where there is none.
export function nearest(map, view, size, left, top, within) {
  const [x, y] = toPlane(view, size, left, top);
  let best = -1;
  let least = (within / view.scale) ** 2;
  for (let row = 0; row < map.x.length; row += 1) {
    const distance = (map.x[row] - x) ** 2 + (map.y[row] - y) ** 2;
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

// Where the user is: the middle of the items that are recommended, the first ones counting most. null without any.
export function middle(map, rows) {
  let [x, y, total] = [0, 0, 0];
  rows.forEach((row, rank) => {
    const weight = 1 / (rank + 1);
    x += map.x[row] * weight;
    y += map.y[row] * weight;
    total += weight;
  });
  return total ? [x / total, y / total] : null;
}
