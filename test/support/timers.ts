import type { Timers } from '../../shared/client/index.ts';

/** Real timers in which time passes `factor` times as fast. */
export const quickTimers = (factor: number): Timers => {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    after(ms, then) {
      const timer = setTimeout(then, ms / factor);
      return () => clearTimeout(timer);
    },
  };
};

/** Timers that stand still until `advance`. */
export const handTimers = (start = Date.now()) => {
  let now = start;
  let order = 0;
  const due = new Map<number, { at: number; then: () => void }>();
  return {
    now: () => now,
    after(ms: number, then: () => void) {
      order += 1;
      const mine = order;
      due.set(mine, { at: now + ms, then });
      return () => void due.delete(mine);
    },
    /** Lets `ms` milliseconds pass: what falls due meanwhile runs in its order. */
    advance(ms: number) {
      const end = now + ms;
      for (;;) {
        const [first] = [...due]
          .filter(([, { at }]) => at <= end)
          .sort((a, b) => a[1].at - b[1].at || a[0] - b[0]);
        if (!first) break;
        due.delete(first[0]);
        now = Math.max(now, first[1].at);
        first[1].then();
      }
      now = end;
    },
    /** The waits that are pending, in ms from now, shortest first. */
    pending: () => [...due.values()].map(({ at }) => at - now).sort((a, b) => a - b),
  };
};
export type HandTimers = ReturnType<typeof handTimers>;
