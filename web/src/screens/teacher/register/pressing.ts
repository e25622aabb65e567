import { type MouseEvent, type PointerEvent, type TouchEvent, useEffect, useRef, useState } from 'react';

/** How long a press is a long one, in ms; how far a finger may slide meanwhile, in px. */
const LONG_MS = 500;
const SLIDE_PX = 10;
/** For how long after a finger has left, in ms, the click that the browser makes of it is expected. */
const CLICK_MS = 700;

type Told = { readonly tap: (target: EventTarget) => void; readonly long: (target: EventTarget) => void };

const createPress = (told: { readonly current: Told }) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  /** The finger that is down has made a long press. */
  let isLong = false;
  let clickUntil = 0;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const long = (target: EventTarget) => {
    stop();
    isLong = true;
    told.current.long(target);
  };
  return {
    onPointerDown(event: PointerEvent) {
      stop();
      isLong = false;
      clickUntil = 0;
      if (!event.isPrimary || event.button !== 0 || event.pointerType === 'mouse') return;
      from = { x: event.clientX, y: event.clientY };
      const { target } = event;
      timer = setTimeout(() => long(target), LONG_MS);
    },
    onPointerMove(event: PointerEvent) {
      if (timer !== undefined && Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLIDE_PX)
        stop();
    },
    // A finger's tap counts when it leaves.
    onPointerUp(event: PointerEvent) {
      if (timer === undefined && !isLong) return;
      clickUntil = performance.now() + CLICK_MS;
      if (timer !== undefined) told.current.tap(event.target);
      stop();
      isLong = false;
    },
    onPointerCancel() {
      stop();
      isLong = false;
    },
    // The mouse that browsers make of a finger moves, goes down and up and clicks before anything is drawn; a slow tablet
    // searches the page for each of these. What it would do has been done.
    onTouchEnd(event: TouchEvent) {
      if (performance.now() >= clickUntil || !event.cancelable) return;
      event.preventDefault();
      clickUntil = 0;
    },
    /** By mouse, by key, or by those who speak to their device; a finger has been heard already. */
    onClick(event: MouseEvent) {
      const isHeard = event.detail > 0 && performance.now() < clickUntil;
      clickUntil = 0;
      if (!isHeard) told.current.tap(event.target);
    },
    onContextMenu(event: MouseEvent) {
      event.preventDefault();
      // By touch it is the same long press, told by the browser first or second.
      if (isLong) return;
      if (timer === undefined) told.current.long(event.target);
      else long(event.target);
    },
  };
};

/** Tells a long press (or a right click) from a tap (or a click): handlers for the element that holds what is pressed. */
export const usePress = (told: Told) => {
  const latest = useRef(told);
  useEffect(() => {
    latest.current = told;
  });
  const [handlers] = useState(() => createPress(latest));
  return handlers;
};
