import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type mongoose from 'mongoose';
import { isDuplicateKey } from './mongo.ts';

/** How long a claim holds without being renewed, and how often it is renewed, in ms. */
const HOLDS_MS = 10_000;
const RENEW_MS = 3_000;

type Claim = { _id: string; owner: string; host: string; pid: number; until: Date };

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};

/**
 * Claims a database for one process: the embedded live register cannot be shared. Waits for a claim that runs out
 * (its holder was killed elsewhere); throws when the holder lives. `lost` is called when the claim could not be kept.
 */
export const claimDatabase = async (
  connection: mongoose.Connection,
  { lost }: { lost: () => void },
): Promise<{ release(): Promise<void> }> => {
  const claims = connection.collection<Claim>('claims');
  const _id = 'embedded-register';
  const mine = { owner: randomUUID(), host: hostname(), pid: process.pid };
  const until = () => new Date(Date.now() + HOLDS_MS);

  /** Null when taken, else whoever holds it. */
  const take = async (): Promise<Claim | null> => {
    const holder = await claims.findOne({ _id });
    const free =
      !holder || holder.until.getTime() < Date.now() || (holder.host === mine.host && isGone(holder.pid));
    if (!free) return holder;
    try {
      const filter = holder ? { _id, owner: holder.owner } : { _id, owner: mine.owner };
      const { modifiedCount, upsertedCount } = await claims.updateOne(
        filter,
        { $set: { ...mine, until: until() } },
        { upsert: !holder },
      );
      return modifiedCount + upsertedCount === 1 ? null : await claims.findOne({ _id });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return await claims.findOne({ _id });
    }
  };

  let holder = await take();
  const deadline = Date.now() + HOLDS_MS + RENEW_MS;
  while (holder && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    holder = await take();
  }
  if (holder)
    throw new Error(
      `another process (${holder.pid} on ${holder.host}) runs on this database with the embedded live register; set REDIS_URL to run several`,
    );

  const timer = setInterval(() => {
    claims
      .updateOne({ _id, owner: mine.owner }, { $set: { until: until() } })
      .then(({ matchedCount }) => {
        if (matchedCount === 0) lost();
      })
      // The database is away: nothing can be acknowledged meanwhile, and nobody else can claim it either.
      .catch(() => {});
  }, RENEW_MS);
  timer.unref();

  return {
    async release() {
      clearInterval(timer);
      await claims.deleteOne({ _id, owner: mine.owner }).catch(() => {});
    },
  };
};
