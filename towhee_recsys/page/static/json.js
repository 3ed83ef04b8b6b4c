// JSON whose large whole numbers stay as they are: ids of 64 bits, which a number of JavaScript would round, become texts.

const LARGE = /[:[,]\s*-?\d{16,}\s*[,\]}]/;

export function parsed(text) {
  return LARGE.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

function exact(key, value, context) {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && context ? context.source : value;
}
