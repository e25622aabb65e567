import { expect } from 'chai';
import { Redis } from 'ioredis';
import { addressKey } from '../../server/kit/address.ts';
import { type Limiters, memoryLimiters, redisLimiters } from '../../server/kit/limiter.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

describe('REST: counting for limits', () => {
  let redis: TestRedis;
  let clients: Redis[];

  before(async () => {
    redis = await startRedis();
    const options = { maxRetriesPerRequest: 1, commandTimeout: 1_000, retryStrategy: () => 50 };
    clients = [new Redis(redis.url, options), new Redis(redis.url, options)];
    for (const client of clients) client.on('error', () => {}); // it is killed below
  });
  after(async () => {
    for (const client of clients) client.disconnect();
    await redis.stop();
  });

  const kinds: Record<string, () => Limiters> = {
    'in memory': () => memoryLimiters,
    'in Redis': () => redisLimiters(clients[0] ?? {}),
  };
  for (const [kind, limiters] of Object.entries(kinds)) {
    it(`${kind}: lets each key have its points, says when there will be more, and takes back`, async () => {
      const limiter = limiters()(`test ${kind}`, 3, 60);
      const taken = await Promise.all(Array.from({ length: 5 }, () => limiter.take('a')));
      expect(taken.filter(({ ok }) => ok)).to.have.length(3);
      const refused = taken.find(({ ok }) => !ok);
      expect(refused?.retryAfterMs).to.be.within(1, 60_000);
      expect((await limiter.take('b')).ok).to.equal(true);
      await limiter.giveBack('b');
      const more = await Promise.all(Array.from({ length: 3 }, () => limiter.take('b')));
      expect(more.every(({ ok }) => ok)).to.equal(true);
    });
  }

  it('in Redis: counts for all processes together', async () => {
    const [here, there] = clients.map((client) => redisLimiters(client)('shared', 4, 60));
    const taken = await Promise.all([here, there, here, there, here, there].map((one) => one?.take('a')));
    expect(taken.filter((one) => one?.ok)).to.have.length(4);
  });

  it('in Redis: goes on counting by itself while Redis is away', async () => {
    const limiter = redisLimiters(clients[0] ?? {})('away', 2, 60);
    await redis.kill9();
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push((await limiter.take('a')).ok);
    expect(taken).to.deep.equal([true, true, false]);
    await redis.restart();
  });

  for (const [address, key] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ] as const)
    it(`[security 11] ${address || 'an unknown address'} counts as ${key || 'itself'}`, () => {
      expect(addressKey(address)).to.equal(key);
    });
});
