/** How long to wait before the next try. */
export type Backoff = {
  /** The next wait in milliseconds. */
  next(): number;
  /** Begins again at the shortest wait. */
  reset(): void;
};

/** The range, in ms, in which each client draws the longest wait of its own. */
const LONGEST_MS = { from: 5_000, to: 15_000 };

/**
 * Full jitter: each wait is drawn evenly between nothing and a bound that doubles from `baseMs` to `maxMs`.
 * `maxMs` differs from client to client unless given, so that a school that lost its server does not come
 * back in step, however long the server was away.
 */
export const createBackoff = ({
  baseMs = 500,
  random = Math.random,
  maxMs = LONGEST_MS.from + random() * (LONGEST_MS.to - LONGEST_MS.from),
}: {
  baseMs?: number;
  maxMs?: number;
  random?: () => number;
} = {}): Backoff => {
  let tries = 0;
  return {
    next() {
      const bound = Math.min(maxMs, baseMs * 2 ** Math.min(tries, 30));
      tries += 1;
      return random() * bound;
    },
    reset() {
      tries = 0;
    },
  };
};
