// Where the page gets its answers: the JSON endpoints of the service it came from.

import { parsed } from "./json.js";

export class ServiceError extends Error {
  constructor(message, status, details) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

const TOKEN = "towhee-recsys-token";

export function hasToken() {
  return Boolean(sessionStorage.getItem(TOKEN));
}

export function giveToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

async function call(path, body, signal) {
  const headers = { accept: "application/json" };
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const options = { method: body === undefined ? "GET" : "POST", headers, signal };
  if (body !== undefined) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError("The service does not answer. Is it still running?", 0);
  }
  const answer = await response.text().then(parsed).catch(() => null);
  if (!response.ok) {
    const details = answer?.error ?? {};
    throw new ServiceError(details.message ?? `The service answered ${response.status}.`, response.status, details);
  }
  return answer;
}

// As `call`, again and again while the service is making the answer, as it does once after each publish.
async function patient(path, signal, tries = 8) {
  try {
    return await call(path, undefined, signal);
  } catch (error) {
    if (error.status !== 503 || !tries) throw error;
    await new Promise((done) => setTimeout(done, 1000));
    return patient(path, signal, tries - 1);
  }
}

// `recommend` gives {items, counts}: counts are how many items each clause of the filter leaves, where all of them leave none.
export const service = {
  canKnowUsers: true,
  page: (signal) => patient("page.json", signal),
  map: (signal) => patient("map.json", signal),
  recommend: (request, signal) => call("recommend", request, signal).then((answer) => ({ items: answer.recommendations, counts: answer.filter_counts ?? [] })),
  similar: (id, request, signal) =>
    call(`similar/${encodeURIComponent(id)}`, request, signal).then((answer) => answer.recommendations),
  search: (query, signal) => call(`items?query=${encodeURIComponent(query)}`, undefined, signal).then((answer) => answer.items),
  feedback: (event) => call("feedback", event),
};
