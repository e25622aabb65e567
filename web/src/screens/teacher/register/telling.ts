// When what changed is drawn. A tap draws its own card at once; whatever else changed waits until that card is on the screen,
// and comes a few cards at a time, so that a crowd that checks in never stands between a finger and its card.

/** How many cards are drawn for one frame at the least and at the most. */
const FEWEST = 12;
const MOST = 64;
/** Between two such frames, in ms: time for a finger. */
const GAP_MS = 80;
/** A frame that took longer than this, in ms, held too many of them; one that took less than half, too few. */
const LONG_MS = 40;
/** How often the figures are drawn while a crowd comes, in ms. */
const FIGURES_MS = 200;
/** How long a finger that is down may hold everything else back, in ms. */
const HOLD_MS = 300;
/** Where no frame is drawn (a tab in the background), things are told after this time, in ms. */
const UNSEEN_MS = 1_000;

/** Calls once, after the next frame is drawn. */
const afterFrame = (then: () => void): void => {
  let isOver = false;
  const once = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    then();
  };
  const timer = setTimeout(once, UNSEEN_MS);
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = once;
    port2.postMessage('');
  });
};

export type Telling = {
  /** Calls after changes, once for all of a while. */
  subscribe(listener: () => void): () => void;
  /** Calls when a student's card is to be drawn again. */
  watch(studentId: string, listener: () => void): () => void;
  /** Something changed: told after the next frame. */
  changed(): void;
  /** These cards at once, in the caller's own task, and the rest after the next frame. */
  now(studentIds: readonly string[]): void;
  /** A finger is down: what it does comes first. */
  hold(): void;
};

/** Tells who watches. `redraw` takes what is known of a student into what is shown; whether the card looks different then. */
export const createTelling = (redraw: (studentId: string) => boolean): Telling => {
  const listeners = new Set<() => void>();
  const cards = new Map<string, Set<() => void>>();
  let round = 0;
  let isDue = false;
  let heldUntil = 0;
  let piece = FEWEST;
  let nextFigures = 0;

  const tellCard = (studentId: string): boolean => {
    const watching = cards.get(studentId);
    if (!watching || !redraw(studentId)) return false;
    for (const listener of [...watching]) listener();
    return true;
  };
  const tell = () => {
    const held = heldUntil - performance.now();
    if (held > 0) return inTime(held);
    isDue = false;
    const from = performance.now();
    const areFiguresDue = from >= nextFigures;
    if (areFiguresDue) {
      nextFigures = from + FIGURES_MS;
      for (const listener of [...listeners]) listener();
    }
    let left = piece;
    for (const studentId of cards.keys()) {
      if (left === 0) break;
      if (tellCard(studentId)) left -= 1;
    }
    if (left > 0 && areFiguresDue) return;
    if (left === piece) return inTime(nextFigures - from);
    later(() => {
      const took = performance.now() - from;
      if (took > LONG_MS) piece = Math.max(FEWEST, piece >> 1);
      else if (left === 0 && took < LONG_MS / 2) piece = Math.min(MOST, piece << 1);
      inTime(GAP_MS);
    });
  };
  /** Tells in so many ms, unless a tap sees to it before. */
  const inTime = (ms: number) => {
    isDue = true;
    const mine = round;
    setTimeout(() => mine === round && tell(), ms);
  };
  /** Only what was asked for last is done: a tap in between has a frame of its own before it. */
  const later = (then: () => void) => {
    isDue = true;
    round += 1;
    const mine = round;
    afterFrame(() => mine === round && then());
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    watch(studentId, listener) {
      const watching = cards.get(studentId) ?? new Set();
      cards.set(studentId, watching.add(listener));
      // What it was drawn with may be old: whatever came since then was told to nobody.
      if (redraw(studentId)) queueMicrotask(() => watching.has(listener) && listener());
      return () => {
        watching.delete(listener);
        if (watching.size === 0 && cards.get(studentId) === watching) cards.delete(studentId);
      };
    },
    changed() {
      if (!isDue) later(tell);
    },
    now(studentIds) {
      heldUntil = 0;
      nextFigures = 0;
      for (const studentId of studentIds.slice(0, MOST)) tellCard(studentId);
      later(tell);
    },
    hold() {
      heldUntil = performance.now() + HOLD_MS;
    },
  };
};
