import type mongoose from 'mongoose';
import { createJournal, JOURNAL } from '../../server/data/journal.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import { createEmbeddedRegister } from '../../server/live/embedded.ts';
import type { Batch, Journal } from '../../server/live/journal.ts';
import type { Register } from '../../server/live/register.ts';
import { freshDatabase } from '../support/engine.ts';

/**
 * What an append meets. The connection breaks before it is sent (`unsent`), or after it was written (`unanswered`);
 * or it is still on its way when it was given up, and arrives just before the next one (`late`) or after it (`stale`).
 */
export type Weather = 'fair' | 'unsent' | 'unanswered' | 'late' | 'stale';

/** The real journal behind a connection that can break. */
export const stormyJournal = (connection: mongoose.Connection) => {
  const real: Journal = createJournal(connection);
  let forecast: () => Weather = () => 'fair';
  let down = false;
  const late: Batch[] = [];
  const stale: Batch[] = [];
  const reach = <T>(call: () => Promise<T>): Promise<T> =>
    down ? Promise.reject(new Error('no connection')) : call();
  const journal: Journal = {
    append: (batch) =>
      reach(async () => {
        const weather = forecast();
        if (weather === 'late') late.push(batch);
        if (weather === 'stale') stale.push(batch);
        if (['unsent', 'late', 'stale'].includes(weather)) throw new Error('timed out');
        for (const before of late.splice(0)) await real.append(before);
        const written = await real.append(batch);
        for (const after of stale.splice(0)) await real.append(after);
        if (weather === 'unanswered') throw new Error('timed out');
        return written;
      }),
    confirm: (position) =>
      reach(() => {
        if (forecast() === 'unsent') throw new Error('timed out');
        return real.confirm(position);
      }),
    last: () => reach(() => real.last()),
    read: (from) => reach(() => real.read(from)),
    forget: (before) => reach(() => real.forget(before)),
  };
  return {
    journal,
    /** What the next appends meet. */
    forecast: (next: () => Weather) => {
      forecast = next;
    },
    /** Nothing reaches the journal until `up`. */
    down: () => {
      down = true;
    },
    up: () => {
      down = false;
    },
    batches: connection.getClient().db(connection.name).collection<{ _id: number }>(JOURNAL),
  };
};

/** For each case of a suite: an empty database, a journal in it, and embedded registers on that, all closed after it. */
export const embeddedBench = () => {
  const registers: Register[] = [];
  let connection: mongoose.Connection;
  let stormy: ReturnType<typeof stormyJournal>;
  beforeEach(async () => {
    connection = await connectMongo(await freshDatabase('journal'));
    stormy = stormyJournal(connection);
  });
  afterEach(async () => {
    stormy.up();
    stormy.forecast(() => 'fair');
    for (const register of registers.splice(0)) await register.close();
    await connection.close();
  });
  return {
    stormy: () => stormy,
    open: async (): Promise<Register> => {
      const register = await createEmbeddedRegister({ journal: stormy.journal });
      registers.push(register);
      return register;
    },
  };
};
