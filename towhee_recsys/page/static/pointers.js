// A mouse, fingers and a wheel on the map.
import { useEffect, useRef } from "./hooks.js";

const STILL = 5;

// Handlers of an element's pointers, which call `move`, `pan`, `zoom`, `click` and `leave` with positions in the element.
export function usePointers(element, on) {
  const held = useRef(new Map());
  const travelled = useRef(0);
  const place = (event) => {
    const box = element.current.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [[a, b], [c, d]] = [...held.current.values()];
    return [Math.hypot(a - c, b - d), (a + c) / 2, (b + d) / 2];
  };
  return {
    onPointerDown: (event) => {
      element.current.setPointerCapture(event.pointerId);
      held.current.set(event.pointerId, place(event));
      travelled.current = 0;
    },
    onPointerMove: (event) => {
      const now = place(event);
      const before = held.current.get(event.pointerId);
      if (!before) return on.move(...now);
      const [wide] = held.current.size === 2 ? spread() : [0];
      held.current.set(event.pointerId, now);
      travelled.current += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (held.current.size === 2) {
        const [wider, left, top] = spread();
        if (wide) on.zoom(wider / wide, left, top);
      } else if (travelled.current > STILL) {
        on.pan(now[0] - before[0], now[1] - before[1]);
      }
    },
    onPointerUp: (event) => {
      if (held.current.size === 1 && travelled.current <= STILL) on.click(...place(event));
      held.current.delete(event.pointerId);
    },
    onPointerCancel: (event) => held.current.delete(event.pointerId),
    onPointerLeave: () => on.leave(),
  };
}

// The wheel zooms; it is listened to actively, since the page must not scroll meanwhile.
export function useWheel(element, zoom) {
  const latest = useRef(zoom);
  latest.current = zoom;
  useEffect(() => {
    const turned = (event) => {
      event.preventDefault();
      const box = element.current.getBoundingClientRect();
      latest.current(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    };
    element.current.addEventListener("wheel", turned, { passive: false });
    return () => element.current?.removeEventListener("wheel", turned);
  }, []);
}
