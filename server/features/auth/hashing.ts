import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Piscina } from 'piscina';
import { Fault } from '../../../shared/faults.ts';
import { MAX_PASSWORD_BYTES } from '../../../shared/rest/auth.ts';
import type { HashTask } from './hash-worker.ts';

const COST = 10;
/** Takes as long to compare with as a real hash does, and matches nothing. */
const NOBODYS = `$2b$${COST}$${'.'.repeat(53)}`;

const tooLong = (password: string) => Buffer.byteLength(password) > MAX_PASSWORD_BYTES;

const inSource = import.meta.url.endsWith('.ts');
const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * Password hashes, made in low-priority worker threads: 60 ms of arithmetic each, which must not hold up the sockets.
 * `hash` and `matches` fail with BUSY when more than `maxWaiting` are in the queue already.
 */
export const createHashing = ({
  threads = Math.max(1, availableParallelism() - 1),
  maxWaiting = 500,
}: {
  threads?: number;
  maxWaiting?: number;
} = {}) => {
  let pool: Piscina<HashTask, string | boolean> | undefined;
  let waiting = 0;

  const start = () =>
    new Piscina<HashTask, string | boolean>({
      filename: fileURLToPath(new URL(`./hash-worker.${inSource ? 'ts' : 'js'}`, import.meta.url)),
      // Before compilation a worker needs the TypeScript loader that this process has.
      execArgv: inSource ? ['--import', loader()] : [],
      minThreads: threads,
      maxThreads: threads,
      niceIncrement: 5,
    });

  const run = async (task: HashTask): Promise<string | boolean> => {
    if (waiting >= maxWaiting) throw new Fault('BUSY', { retryAfterMs: 5_000 });
    waiting += 1;
    try {
      pool ??= start();
      return await pool.run(task);
    } finally {
      waiting -= 1;
    }
  };

  return {
    /** INVALID_REQUEST where bcrypt would cut the password short. */
    async hash(password: string): Promise<string> {
      if (tooLong(password))
        throw new Fault('INVALID_REQUEST', {
          details: [{ path: 'password', message: `must have at most ${MAX_PASSWORD_BYTES} bytes` }],
        });
      return String(await run({ do: 'hash', password, cost: COST }));
    },

    /** Whether the password is the hash's. Without a hash (nobody has that address): false, after the same time. */
    async matches(password: string, hash: string | null): Promise<boolean> {
      const known = tooLong(password) ? null : hash; // of a longer one bcrypt would compare the beginning only
      return (await run({ do: 'compare', password, hash: known ?? NOBODYS })) === true && known !== null;
    },

    /** Ends the threads; what is in the queue fails. */
    async close(): Promise<void> {
      await pool?.destroy();
    },
  };
};
export type Hashing = ReturnType<typeof createHashing>;
