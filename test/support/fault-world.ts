import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { startEngine } from '../../server/data/engine.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import type { Mode } from './hub.ts';
import { type ProcessHub, startProcessHub } from './process-hub.ts';
import { seeded } from './random.ts';
import { startRedis } from './redis.ts';

/** How many rounds each test runs; more by FAULT_ROUNDS. */
export const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);
/** What this run draws its moments from; the same again by FAULT_SEED. */
export const SEED = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000_000);

/** A source of numbers of one test's own: the seed and the test's name make it. */
export const randomOf = (name: string): (() => number) =>
  seeded([...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, SEED));

/** Says below a test what it has held. */
export const report = (rounds: number, marks: number): void =>
  console.log(
    `        ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${marks.toLocaleString('en')} acknowledged marks, all in MongoDB exactly once (seed ${SEED})`,
  );

/** A server process and what it runs on, each of which can be killed. */
export type World = {
  readonly hub: ProcessHub;
  /** What another hub of the same school is started with; nothing with the embedded stores. */
  readonly env: Record<string, string>;
  /** The database as it is now; with the embedded stores each life of the hub has another address. */
  connection(): Promise<Connection>;
  /** Each kills with SIGKILL and sees to it that what was killed comes back. */
  readonly kill: { hub(): Promise<void>; redis(): Promise<void>; mongo(): Promise<void> };
  close(): Promise<void>;
};

/** One process with everything in it, as `npm start` runs it. */
const embeddedWorld = async (): Promise<World> => {
  const hub = await startProcessHub();
  let open: { url: string; connection: Promise<Connection> } | undefined;
  const letGo = async () => {
    const old = open;
    open = undefined;
    await (await old?.connection)?.close();
  };
  return {
    hub,
    env: {},
    async connection() {
      const url = await hub.mongoUrl();
      if (open?.url === url) return await open.connection;
      const old = letGo();
      const connection = connectMongo(url);
      open = { url, connection };
      await old;
      return await connection;
    },
    kill: {
      async hub() {
        await hub.kill9();
        await hub.restart();
      },
      redis: () => Promise.reject(new Error('there is no Redis')),
      async mongo() {
        process.kill(await hub.enginePid(), 'SIGKILL');
      },
    },
    async close() {
      await letGo();
      await hub.remove();
    },
  };
};

/**
 * On a Redis and a MongoDB of its own. Redis runs with `appendfsync always`, which is what no loss at all takes.
 * `everysec` writes before it answers, too, and then a killed process loses nothing, but for one case: while an fsync
 * in the background is slow, Redis puts the writing off (for up to 2 s) and answers all the same. What was acknowledged
 * in those moments is in its memory only.
 */
const redisWorld = async (): Promise<World> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-faults-'));
  const redis = await startRedis({ appendonly: true, appendfsync: 'always' });
  let restarted = () => {};
  const engine = await startEngine({ dataDir, onRestart: () => restarted() });
  const env = { REDIS_URL: redis.url, MONGO_URL: engine.uri };
  const hub = await startProcessHub(env);
  const connection = await connectMongo(engine.uri);
  return {
    hub,
    env,
    connection: async () => connection,
    kill: {
      async hub() {
        await hub.kill9();
        await hub.restart();
      },
      async redis() {
        await redis.kill9();
        await redis.restart();
      },
      async mongo() {
        const again = new Promise<void>((resolve) => {
          restarted = resolve;
        });
        process.kill(engine.pid, 'SIGKILL');
        await again;
      },
    },
    async close() {
      await connection.close();
      await hub.remove();
      await engine.stop();
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** A world of its own for one mode. */
export const startWorld = (mode: Mode): Promise<World> => (mode === 'redis' ? redisWorld() : embeddedWorld());
