import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from 'react';

/** How long a press is a long one, in ms; how far a finger may slide meanwhile, in px. */
const LONG_MS = 500;
const SLIDE_PX = 10;

type Latest = { current: (target: EventTarget) => void };

const createPress = (latest: Latest) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let wasLong = false;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    /** Whether the click that is being told ends a long press. */
    swallowed: () => {
      const was = wasLong;
      wasLong = false;
      return was;
    },
    handlers: {
      onPointerDown(event: PointerEvent) {
        stop();
        wasLong = false;
        if (event.button !== 0 || event.pointerType === 'mouse') return;
        from = { x: event.clientX, y: event.clientY };
        const { target } = event;
        timer = setTimeout(() => {
          stop();
          wasLong = true;
          latest.current(target);
        }, LONG_MS);
      },
      onPointerMove(event: PointerEvent) {
        if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLIDE_PX) stop();
      },
      onPointerUp: stop,
      onPointerCancel: stop,
      onContextMenu(event: MouseEvent) {
        event.preventDefault();
        // By touch it is the same long press, told by the browser first or second.
        if (wasLong) return;
        wasLong = timer !== undefined;
        stop();
        latest.current(event.target);
      },
    },
  };
};

/** Tells a long press (or a right click) from a tap. */
export const useLongPress = (onLong: (target: EventTarget) => void) => {
  const latest = useRef(onLong);
  useEffect(() => {
    latest.current = onLong;
  });
  const [press] = useState(() => createPress(latest));
  return press;
};
