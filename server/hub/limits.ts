import type { Limit } from '../../shared/protocol/index.ts';

type Bucket = { tokens: number; at: number };

/** One connection's token buckets, made when first used so that an idle connection costs nothing. */
export type Buckets = Map<string, Bucket>;

/** What everything that one connection sends, good or bad, is counted against. */
export const ALL_MESSAGES: Limit = { perSecond: 400, burst: 2000 };

/** Takes one token; false when the bucket is empty. `now` in milliseconds. */
export const take = (buckets: Buckets, name: string, limit: Limit, scale: number, now: number): boolean => {
  const burst = limit.burst * scale;
  const bucket = buckets.get(name);
  if (!bucket) {
    buckets.set(name, { tokens: burst - 1, at: now });
    return true;
  }
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond * scale);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
};
