/** The client's sense of time: tests move their own, so that nothing has to wait. */
export type Timers = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `then` once after `ms` milliseconds; the result calls it off. */
  after(ms: number, then: () => void): () => void;
};

/** The machine's clock and its timers. */
export const realTimers: Timers = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
