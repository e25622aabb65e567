import type { Timers } from './timers.ts';
import type { Tokens } from './token.ts';
import { unwrap } from './transport.ts';

/** The pause, in ms, after a renewal that failed: the token function or the server may be back soon. */
const AGAIN_MS = 5_000;

/**
 * Puts a fresh token in place of the one in use before that ends, on an open connection, again and again.
 * The result stops it. What cannot be renewed is left to the server, which closes at the token's end.
 */
export const keepRenewed = ({
  tokens,
  timers,
  send,
}: {
  tokens: Tokens;
  timers: Timers;
  send: (name: string, data: unknown, replied: (reply: unknown) => void) => boolean;
}): (() => void) => {
  let stopped = false;
  let stopTimer = () => {};

  const plan = (ms: number | undefined) => {
    // Longer than 24 days does not fit into a timer, and no connection lasts that long.
    if (stopped || ms === undefined || ms >= 2 ** 31) return;
    stopTimer = timers.after(Math.max(0, ms), () => void renew());
  };
  const renew = async () => {
    try {
      const token = await tokens.fresh();
      if (stopped) return;
      send('RENEW', { token }, (reply) => {
        if (stopped) return;
        try {
          unwrap(reply);
          plan(tokens.renewIn());
        } catch {
          plan(AGAIN_MS);
        }
      });
    } catch {
      plan(AGAIN_MS);
    }
  };

  plan(tokens.renewIn());
  return () => {
    stopped = true;
    stopTimer();
  };
};
