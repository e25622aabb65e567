import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createJournal } from '../../server/data/journal.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import { createEmbeddedRegister } from '../../server/live/embedded.ts';
import { createRedisRegister } from '../../server/live/redis.ts';
import { freshDatabase } from '../support/engine.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { registerContract } from './register.ts';
import { hear, mark, newStudents, nth, opening } from './register-support.ts';

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

  it('[MK4] what another instance did first is heard too where the announcements were cut off', async () => {
    const at = { url: redis.url, prefix: 'cut-off:' };
    const [here, there] = await Promise.all([createRedisRegister(at), createRedisRegister(at)]);
    const direct = new Redis(redis.url);
    try {
      for (let round = 0; round < 20; round++) {
        const asked = opening([...newStudents(2)]);
        const { classId, roster } = asked;
        const heard = await hear(here, classId);
        await there.open(asked);
        await direct.call('CLIENT', 'KILL', 'TYPE', 'PUBSUB');
        await there.mark(classId, mark(nth(roster, 0)));
        await here.mark(classId, mark(nth(roster, 1)));
        await heard.until(2);
        expect(heard.changes().map(({ version }) => version)).to.deep.equal([1, 2]);
        await heard.stop();
      }
    } finally {
      await direct.quit();
      await Promise.all([here.close(), there.close()]);
    }
  });
});
