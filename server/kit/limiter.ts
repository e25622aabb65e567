import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';

/** Whether there was room, and when there will be, in ms. */
export type Taken = { readonly ok: boolean; readonly retryAfterMs: number };

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
        await counter.consume(key);
        return { ok: true, retryAfterMs: 0 };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { ok: false, retryAfterMs: refusal.msBeforeNext };
      }
    },
    async giveBack(key) {
      await counter.reward(key);
    },
  };
}
