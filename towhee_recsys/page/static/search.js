// Items that you like, found as you type: a combobox with a list of titles.
import { html, useId, useLoaded, useState } from "./hooks.js";
import { facts, titleOf } from "./format.js";

const DELAY = 150;
const MOST = 8;

export function Search({ page, source, onChoose }) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const id = useId();
  const query = text.trim();
  const search = async (signal) => ({ query, items: query ? await source.search(query, signal) : [] });
  const { value: found, error } = useLoaded(search, query, DELAY);
  const fresh = found?.query === query;
  const typing = query && found?.query && query.startsWith(found.query); // the last list stays until the next is there
  const items = fresh || typing ? found.items.slice(0, MOST) : [];
  const shown = open && items.length > 0;

  const choose = (item) => {
    onChoose(item);
    setText("");
    setOpen(false);
  };
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      setOpen(true);
      setActive((active + step + items.length) % items.length);
    } else if (event.key === "Enter" && shown) {
      if (fresh) choose(items[Math.min(active, items.length - 1)]);
    } else if (event.key === "Escape") {
      setOpen(false);
    } else {
      return;
    }
    event.preventDefault();
  };
  return html`<div class="field search">
    <label for=${id}>Items you like</label>
    <input id=${id} type="text" role="combobox" aria-autocomplete="list" aria-expanded=${shown ? "true" : "false"}
      aria-controls="${id}-list" aria-activedescendant=${shown ? `${id}-${active}` : null} autocomplete="off"
      placeholder="Type a title" value=${text}
      onInput=${(event) => { setText(event.target.value); setActive(0); setOpen(true); }}
      onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} onKeyDown=${onKeyDown} />
    <ul id="${id}-list" role="listbox" aria-label="Items found" aria-busy=${fresh ? "false" : "true"} hidden=${!shown}>
      ${items.map(
        (item, row) => html`<li key=${item[page.id]} id="${id}-${row}" role="option" aria-selected=${row === active ? "true" : "false"}
          onMouseDown=${(event) => { event.preventDefault(); choose(item); }} onMouseMove=${() => setActive(row)}>
          ${titleOf(item, page)} <small>${facts(item, page).slice(0, 2).map(([, each]) => each).join(" · ")}</small>
        </li>`,
      )}
    </ul>
    <p class="hint" role="status">${open && query && fresh && !items.length ? "No title is like this." : error ? error.message : ""}</p>
  </div>`;
}
