import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';

/** Whether there was room, how often there still is in this window, and how long that lasts, in ms. */
export type Taken = { readonly ok: boolean; readonly left: number; readonly retryAfterMs: number };

/** Counts what each key does within a window of time. */
export type Limiter = {
  take(key: string): Promise<Taken>;
  /** Undoes one `take` of the present window. */
  giveBack(key: string): Promise<void>;
};

/** Makes a limiter that lets each key do something `points` times in `seconds`. */
export type Limiters = (name: string, points: number, seconds: number) => Limiter;

/** Counts in this process. */
export const memoryLimiters: Limiters = (name, points, duration) =>
  limiter(new RateLimiterMemory({ keyPrefix: name, points, duration }));

/**
 * Counts in Redis, for all processes together; in this process alone while Redis is away.
 * `client` is an ioredis connection.
 */
export const redisLimiters =
  (client: object): Limiters =>
  (name, points, duration) =>
    limiter(
      new RateLimiterRedis({
        storeClient: client,
        keyPrefix: `rollcall:limit:${name}`,
        points,
        duration,
        insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
      }),
    );

function limiter(counter: RateLimiterAbstract): Limiter {
  return {
    async take(key) {
      try {
        const { remainingPoints, msBeforeNext } = await counter.consume(key);
        return { ok: true, left: Math.max(0, remainingPoints), retryAfterMs: msBeforeNext };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { ok: false, left: 0, retryAfterMs: refusal.msBeforeNext };
      }
    },
    async giveBack(key) {
      await counter.reward(key);
    },
  };
}
