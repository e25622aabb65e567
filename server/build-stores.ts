import { join } from 'node:path';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import type { Config } from './config.ts';
import { startEngine } from './data/engine.ts';
import { createJournal } from './data/journal.ts';
import { connectMongo } from './data/mongo.ts';
import { claimDatabase } from './data/sole-process.ts';
import { describeError } from './kit/describe-error.ts';
import { type Limiters, memoryLimiters, redisLimiters } from './kit/limiter.ts';
import type { Log } from './kit/log.ts';
import { createEmbeddedRegister } from './live/embedded.ts';
import { createRedisRegister, REDIS_OPTIONS } from './live/redis.ts';
import type { Register } from './live/register.ts';

/** What the product stands on, in either mode. */
export type Stores = {
  readonly connection: Connection;
  readonly register: Register;
  /** Between instances; absent with the embedded register, which is one process. */
  readonly adapter: ReturnType<typeof createShardedAdapter> | undefined;
  readonly limiters: Limiters;
  /** For people: "MongoDB …, live register …". */
  readonly describe: string;
  /** Runs when messages between instances may have been lost. */
  onReconnect(run: () => void): void;
  close(): Promise<void>;
};

/** Without credentials and options. */
const placeOf = (url: string): string => {
  const { protocol, host, pathname } = new URL(url.replace(/^(mongodb(\+srv)?:\/\/[^/?]*?),[^/?]*/, '$1'));
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
};

const openMongo = async (config: Config, log: Log) => {
  if (config.MONGO_URL !== undefined) {
    const connection = await connectMongo(config.MONGO_URL);
    return { connection, describe: `MongoDB at ${placeOf(config.MONGO_URL)}`, stop: async () => {} };
  }
  const engine = await startEngine({
    dataDir: join(config.DATA_DIR, 'mongo'),
    log: (line) => log.info({ engine: line }, 'database engine'),
    onRestart: ({ restarts, exit }) => log.warn({ restarts, exit }, 'the database engine was started again'),
  });
  let stopping = false;
  void engine.exited.then((exit) => {
    if (stopping) return;
    log.fatal({ exit }, 'the database engine could not be kept running');
    process.exit(1);
  });
  const stop = () => {
    stopping = true;
    return engine.stop();
  };
  try {
    const connection = await connectMongo(engine.uri);
    return { connection, describe: engine.describe, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const openRedis = async (url: string, log: Log) => {
  const register = await createRedisRegister({ url, log });
  const { durable, note } = await register.health();
  if (!durable) log.warn({ note }, 'Redis may lose acknowledged marks when it dies (docs/adr/0005)');
  const pub = new Redis(url, { ...REDIS_OPTIONS });
  const sub = new Redis(url, { ...REDIS_OPTIONS, maxRetriesPerRequest: null });
  for (const client of [pub, sub])
    client.on('error', (error) => log.warn({ error: describeError(error) }, 'redis'));
  let known = false;
  const runs: (() => void)[] = [];
  sub.on('ready', () => {
    if (known) for (const run of runs) run();
    known = true;
  });
  return {
    register,
    // Static: the marks and counts of a class travel by the register's own sharded channel (ADR 0006), and what is
    // left for the adapter is rare and concerns every instance.
    adapter: createShardedAdapter(pub, sub, { subscriptionMode: 'static', channelPrefix: 'rollcall' }),
    limiters: redisLimiters(pub),
    describe: `Redis at ${placeOf(url)}`,
    onReconnect: (run: () => void) => void runs.push(run),
    async close() {
      await register.close();
      await Promise.allSettled([pub.quit(), sub.quit()]);
    },
  };
};

const openEmbedded = async (config: Config, connection: Connection, log: Log) => {
  // The embedded engine holds its directory for this process; a database elsewhere has to be claimed.
  const claim =
    config.MONGO_URL === undefined
      ? undefined
      : await claimDatabase(connection, {
          lost() {
            log.fatal('another process has taken over this database');
            process.exit(1);
          },
        });
  const journal = createJournal(connection);
  const register = await createEmbeddedRegister({ journal, log });
  return {
    register,
    adapter: undefined,
    limiters: memoryLimiters,
    describe: 'embedded',
    onReconnect: () => {},
    async close() {
      await register.close();
      await claim?.release();
    },
  };
};

/** Opens the database and the live register that the configuration names, or the embedded ones. */
export const openStores = async (config: Config, log: Log): Promise<Stores> => {
  const mongo = await openMongo(config, log);
  const closeMongo = async () => {
    await mongo.connection.close();
    await mongo.stop();
  };
  try {
    const live =
      config.REDIS_URL === undefined
        ? await openEmbedded(config, mongo.connection, log)
        : await openRedis(config.REDIS_URL, log);
    return {
      ...live,
      connection: mongo.connection,
      describe: `${mongo.describe}, live register ${live.describe}`,
      async close() {
        await live.close();
        await closeMongo();
      },
    };
  } catch (error) {
    await closeMongo();
    throw error;
  }
};
