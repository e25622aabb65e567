import { createHash } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import { addressKey } from '../../kit/address.ts';
import type { Limiters } from '../../kit/limiter.ts';

const MINUTE = 60;

/** Wrong passwords in a window of seconds. A whole school may sit behind one address. */
const LIMITS = {
  pair: { points: 20, seconds: 5 * MINUTE },
  address: { points: 200, seconds: 5 * MINUTE },
  account: { points: 100, seconds: 15 * MINUTE },
} as const;

/** A try that has been let through; `giveBack` when it turns out not to have been a wrong password. */
export type Attempt = { giveBack(): Promise<void> };

/**
 * Slows down guessing. Counted are wrong passwords per account and address, per address, and per account from
 * everywhere; the last does not hold for an address from which the account was used before, so that a stranger
 * cannot lock its owner out. Every window ends by itself within minutes.
 */
export const createThrottle = ({ limiters, scale }: { limiters: Limiters; scale: number }) => {
  const make = (name: keyof typeof LIMITS) => {
    const { points, seconds } = LIMITS[name];
    return limiters(`log-in:${name}`, Math.max(1, Math.ceil(points * scale)), seconds);
  };
  const byPair = make('pair');
  const byAddress = make('address');
  const byAccount = make('account');

  return {
    /** RATE_LIMITED when there were too many. `isKnown` is asked only when the account's own limit is reached. */
    async attempt(email: string, address: string, isKnown: () => Promise<boolean>): Promise<Attempt> {
      // Counted before the password is compared: fifty tries at once must not all slip through.
      const from = addressKey(address);
      const account = createHash('sha256').update(email).digest('base64url').slice(0, 22);
      const pair = `${account}:${from}`;
      const refuse = (retryAfterMs: number) => new Fault('RATE_LIMITED', { retryAfterMs });

      const here = await byAddress.take(from);
      if (!here.ok) throw refuse(here.retryAfterMs);
      const both = await byPair.take(pair);
      if (!both.ok) throw refuse(both.retryAfterMs);
      const all = await byAccount.take(account);
      if (!all.ok && !(await isKnown())) throw refuse(all.retryAfterMs);

      return {
        async giveBack() {
          await Promise.all([byAddress.giveBack(from), byPair.giveBack(pair), byAccount.giveBack(account)]);
        },
      };
    },
  };
};
export type Throttle = ReturnType<typeof createThrottle>;
