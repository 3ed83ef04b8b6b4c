// What is shown where there is nothing to show: nothing found, an error, a token that is needed.
import { html, useId, useState } from "./hooks.js";
import { clauseText } from "./format.js";
import { giveToken, hasToken } from "./source.js";

export function Empty({ filtered, counts, clear }) {
  return html`<div class="state">
    <h3>Nothing to recommend</h3>
    <p>${filtered ? "No item passes all of these filters." : "There is nothing left that you have not seen."}</p>
    ${counts.length > 0 &&
    html`<ul>${counts.map((each, row) => html`<li key=${row}>${clauseText(each.filter)}: ${each.items} ${each.items === 1 ? "item" : "items"}</li>`)}</ul>`}
    ${filtered && html`<button type="button" class="button" onClick=${clear}>Remove the filters</button>`}
  </div>`;
}

export function Problem({ error, retry }) {
  if (error.status === 401) return html`<${Token} retry=${retry} />`;
  return html`<div class="state problem" role="alert">
    <h3>That did not work</h3>
    <p>${error.message}</p>
    ${retry && html`<button type="button" class="button" onClick=${retry}>Try again</button>`}
  </div>`;
}

function Token({ retry }) {
  const [token, setToken] = useState("");
  const id = useId();
  const give = (event) => {
    event.preventDefault();
    giveToken(token);
    (retry ?? (() => location.reload()))();
  };
  return html`<form class="state" onSubmit=${give}>
    <h3>This service needs a token</h3>
    ${hasToken() && html`<p role="alert">It does not accept the one that you gave.</p>`}
    <div class="field">
      <label for=${id}>Token</label>
      <input id=${id} type="password" autocomplete="off" value=${token} onInput=${(event) => setToken(event.target.value)} />
    </div>
    <button type="submit" class="button">Continue</button>
  </form>`;
}

export function Waiting() {
  return html`<ol class="cards waiting" aria-hidden="true">
    ${[0, 1, 2, 3, 4].map((row) => html`<li key=${row} class="card"><span></span></li>`)}
  </ol>`;
}
