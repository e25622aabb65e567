import type mongoose from 'mongoose';
import { createJournal } from '../../server/data/journal.ts';
import { createEmbeddedRegister } from '../../server/live/embedded.ts';
import { createRedisRegister } from '../../server/live/redis.ts';
import type { Register } from '../../server/live/register.ts';
import { startRedis } from '../support/redis.ts';

/** One live register as two instances of the service see it. */
export type Pair = {
  /** The register of the next instance. */
  readonly next: (connection: mongoose.Connection) => Promise<Register>;
  /** Makes it lose everything, where it can. */
  readonly lose: () => Promise<void>;
  readonly close: () => Promise<void>;
};
export type Kind = { readonly name: string; readonly forgets: boolean; readonly make: () => Promise<Pair> };

/** The embedded register is one process's: both instances hold the same one. */
const embedded: Kind = {
  name: 'embedded',
  forgets: false,
  async make() {
    let only: Promise<Register> | undefined;
    return {
      next(connection) {
        only ??= createEmbeddedRegister({ journal: createJournal(connection) });
        return only;
      },
      lose: () => Promise.reject(new Error('it forgets nothing')),
      close: async () => void (await (await only)?.close()),
    };
  },
};

/** On a redis-server that keeps nothing: a restart empties it. */
const redis: Kind = {
  name: 'Redis',
  forgets: true,
  async make() {
    const server = await startRedis();
    const registers: Register[] = [];
    return {
      async next() {
        const register = await createRedisRegister({ url: server.url });
        registers.push(register);
        return register;
      },
      lose: () => server.restart(),
      async close() {
        await Promise.all(registers.map((register) => register.close()));
        await server.stop();
      },
    };
  },
};

/** Every live register that there is. */
export const REGISTERS: readonly Kind[] = [embedded, redis];

/** The same register, with something happening before or after an operation. */
export const around = (
  register: Register,
  when: { [K in 'open' | 'drop']?: { before?: () => Promise<void>; after?: () => Promise<void> } },
): Register => ({
  ...register,
  async open(opening) {
    await when.open?.before?.();
    const opened = await register.open(opening);
    await when.open?.after?.();
    return opened;
  },
  async drop(classId, sessionId) {
    await when.drop?.before?.();
    await register.drop(classId, sessionId);
    await when.drop?.after?.();
  },
});
