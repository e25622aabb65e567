import { createJournal } from '../../server/data/journal.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import { createEmbeddedRegister } from '../../server/live/embedded.ts';
import { createRedisRegister } from '../../server/live/redis.ts';
import { freshDatabase } from '../support/engine.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { registerContract } from './register.ts';

registerContract('embedded, journaled to MongoDB', async (options = {}) => {
  const connection = await connectMongo(await freshDatabase('register'));
  const reopen = () => createEmbeddedRegister({ journal: createJournal(connection), ...options });
  const register = await reopen();
  return {
    register,
    reopen,
    async close() {
      await register.close();
      await connection.close();
    },
  };
});

describe('with a Redis of its own', () => {
  let redis: TestRedis;
  let made = 0;
  before(async () => {
    redis = await startRedis({ appendonly: true });
  });
  after(() => redis?.stop());

  registerContract('Redis', async (options = {}) => {
    const prefix = `contract-${++made}:`;
    const reopen = () => createRedisRegister({ url: redis.url, prefix, ...options });
    const register = await reopen();
    return { register, reopen, close: () => register.close() };
  });
});
