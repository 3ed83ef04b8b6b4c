// The library, and small hooks of the page's own.
import { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/htm-preact.js";

export { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState };

let ids = 0;

// An id for an element that a label names.
export function useId() {
  return useState(() => `id-${(ids += 1)}`)[0];
}

// What `load(signal)` gives, loaded again whenever `key` changes: {value, error, busy}. The last value stays meanwhile.
export function useLoaded(load, key, delay = 0) {
  const [state, setState] = useState({ value: null, error: null, busy: true });
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    const timer = setTimeout(async () => {
      try {
        const value = await load(stop.signal);
        if (!stop.signal.aborted) setState({ value, error: null, busy: false });
      } catch (error) {
        if (!stop.signal.aborted) setState((before) => ({ ...before, error, busy: false }));
      }
    }, delay);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return state;
}

// Moves the children of a list from where they were to where they are, by their `data-key`.
export function useMovingChildren(list, key) {
  const before = useRef(new Map());
  useLayoutEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const now = new Map();
    for (const child of list.current?.children ?? []) {
      const top = child.offsetTop;
      const old = before.current.get(child.dataset.key);
      now.set(child.dataset.key, top);
      if (still || old === top) continue;
      const frames = old === undefined
        ? [{ opacity: 0, transform: "translateY(8px)" }, { opacity: 1, transform: "none" }]
        : [{ transform: `translateY(${old - top}px)` }, { transform: "none" }];
      child.animate(frames, { duration: 320, easing: "cubic-bezier(.2,.7,.2,1)" });
    }
    before.current = now;
  }, [key]);
}
