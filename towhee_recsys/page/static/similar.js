// What is similar to an item, in a dialog.
import { html, useEffect, useLoaded, useRef } from "./hooks.js";
import { facts, titleOf, words } from "./format.js";
import { Cards } from "./cards.js";
import { optionsOf } from "./request.js";
import { Problem } from "./states.js";

export function Similar({ item, page, source, opinions, opine, open, close }) {
  const dialog = useRef(null);
  const id = item[page.id];
  const { top_k } = optionsOf({ filters: {}, diversity: 0 }, page);
  const { value: items, error, busy } = useLoaded((signal) => source.similar(id, { top_k }, signal), id);
  useEffect(() => {
    if (!dialog.current.open) dialog.current.showModal();
    dialog.current.scrollTop = 0;
  }, [id]);
  const title = titleOf(item, page);
  return html`<dialog ref=${dialog} class="similar" aria-labelledby="similar" onClose=${close} onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
    <header>
      <h2 id="similar">${title}</h2>
      <button type="button" class="link" onClick=${() => dialog.current.close()}>Close</button>
    </header>
    <dl>${facts(item, page).map(([column, text]) => html`<div key=${column}><dt>${words(column)}</dt><dd>${text}</dd></div>`)}</dl>
    <h3>Similar</h3>
    <div aria-busy=${busy ? "true" : "false"}>
      ${error ? html`<${Problem} error=${error} />` : items && html`<${Cards} items=${items} page=${page} opinions=${opinions} opine=${opine} open=${open} label="Similar to ${title}" />`}
    </div>
  </dialog>`;
}
