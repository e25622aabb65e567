import { randomBytes } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { type Fixtures, startSession, underLoad } from './fixtures.ts';
import { connectAll, latency, openClass, throughput } from './load.ts';
import { figure, median, NO_TARGET, type Row } from './report.ts';
import type { Measured } from './servers.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const IN_FLIGHT = 32;

/** Runs two measurements in turn, and returns what each gave per round: noise of the machine meets both. */
export const inTurn = async <T>(ours: () => Promise<T>, baseline: () => Promise<T>, rounds = ROUNDS) => {
  const results: { ours: T; baseline: T }[] = [];
  for (let i = 0; i <= rounds; i++) {
    const pair =
      i % 2 === 0 ? { ours: await ours(), baseline: await baseline() } : await reversed(ours, baseline);
    if (i > 0) results.push(pair); // the first is the warm-up
  }
  return results;
};
const reversed = async <T>(ours: () => Promise<T>, baseline: () => Promise<T>) => {
  const first = await baseline();
  return { ours: await ours(), baseline: first };
};

/** The medians of both, and of their ratio. */
export const ratios = (pairs: readonly { ours: number; baseline: number }[]) => ({
  ours: median(pairs.map((pair) => pair.ours)),
  baseline: median(pairs.map((pair) => pair.baseline)),
  ratio: median(pairs.map((pair) => pair.ours / pair.baseline)),
});

/** Acknowledged marks per second of one class. */
export const marksPerSecond = async (
  at: Fixtures,
  hub: Measured,
  bare: Measured,
  { size, visibility, target }: { size: number; visibility: 'private' | 'open'; target: number },
): Promise<Row> => {
  const taught = await at.school.class(size, visibility);
  await startSession(hub, taught);
  const { ours, baseline } = underLoad(hub, bare, taught);
  const pairs = await inTurn(
    async () => (await throughput(ours, SECONDS, IN_FLIGHT)).marksPerSecond,
    async () => (await throughput(baseline, SECONDS, IN_FLIGHT)).marksPerSecond,
  );
  const result = ratios(pairs);
  return {
    what: `${visibility} class of ${size}: acknowledged marks`,
    ours: figure(result.ours, '/s'),
    baseline: figure(result.baseline, '/s'),
    ratio: result.ratio,
    target: `≥ ${target}×`,
    met: result.ratio >= target,
  };
};

/** From mark to listener in an open class, p99, at the same number of marks per second. */
export const listenerLatency = async (at: Fixtures, hub: Measured, bare: Measured): Promise<Row> => {
  const perSecond = 500;
  const taught = await at.school.class(30, 'open');
  await startSession(hub, taught);
  const { ours, baseline } = underLoad(hub, bare, taught);
  // Both run compiled code before they are measured: the tail of the first thousands of marks is the compiler's.
  for (const load of [ours, baseline]) await throughput(load, SECONDS, IN_FLIGHT);
  const pairs = await inTurn(
    async () => (await latency(ours, SECONDS, perSecond)).p99,
    async () => (await latency(baseline, SECONDS, perSecond)).p99,
  );
  const result = ratios(pairs);
  return {
    what: `open class of 30: mark to listener, p99 at ${perSecond} marks/s`,
    ours: figure(result.ours, 'ms'),
    baseline: figure(result.baseline, 'ms'),
    ratio: result.ratio,
    target: '≤ 1.5×',
    met: result.ratio <= 1.5,
  };
};

/**
 * Resident memory per idle connection, with 5,000 held by one process: what the second half of them adds, so that the
 * growth of a young heap, which the baseline has later than we do, is not taken for theirs. Each server is fresh.
 */
export const memoryPerConnection = async (at: Fixtures): Promise<Row> => {
  const total = 5000;
  const first = total / 2;
  const size = 250;
  const auths: Record<string, string>[] = [];
  const bareAuths: Record<string, string>[] = [];
  while (auths.length < total) {
    const { id, students } = await at.school.class(size, 'private');
    auths.push(...students.map(({ token }) => ({ token })));
    bareAuths.push(...students.map(() => ({ classId: id })));
  }
  const measure = async (start: () => Promise<Measured>, all: Record<string, string>[]) => {
    const server = await start();
    const sockets: Socket[] = await connectAll(server.url, all.slice(0, first));
    const before = await server.ask<number>('memory');
    sockets.push(...(await connectAll(server.url, all.slice(first))));
    const after = await server.ask<number>('memory');
    const held = sockets.filter((socket) => socket.connected).length;
    if (held !== total) throw new Error(`${server.name} held ${held} of ${total}`);
    for (const socket of sockets) socket.disconnect();
    await server.stop();
    return (after - before) / (total - first) / 1024;
  };
  const pairs = await inTurn(
    () => measure(at.startHub, auths),
    () => measure(at.startBaseline, bareAuths),
    3,
  );
  const result = ratios(pairs);
  return {
    what: `memory per idle connection, ${total.toLocaleString('en')} held`,
    ours: figure(result.ours, 'KiB'),
    baseline: figure(result.baseline, 'KiB'),
    ratio: result.ratio,
    target: '≤ 1.2×',
    met: result.ratio <= 1.2,
  };
};

/**
 * DONE of a class of 300, all marked, beside one bulkWrite of the very same records by the bare driver: as upserts,
 * which like DONE may be run again, and as plain inserts, which may not and cost the engine a fraction.
 */
export const doneOfClass = async (
  at: Fixtures,
  hub: Measured,
  bare: Measured,
  { as, target }: { as: 'upserts' | 'inserts'; target: number | undefined },
): Promise<Row> => {
  const taught = await at.school.class(300, 'private');
  const records = at.connection.collection('records');
  const raw = at.connection.collection('bench-records');
  for (const { key, unique = false } of await records.indexes())
    if (!('_id' in key)) await raw.createIndex(key, { unique }); // that one is always there
  const { ours } = underLoad(hub, bare, taught);
  const room = await openClass({ ...ours, listeners: ours.listeners.slice(0, 30) });
  const ask = (name: string, data: object): Promise<{ success: boolean; data: { sessionId: string } }> =>
    new Promise((resolve) => room.teacher.emit(name, data, resolve));

  const done = async () => {
    await startSession(hub, taught);
    await Promise.all(
      taught.students.map(({ id }) =>
        ask('ATTENDANCE_MARKED', { classId: taught.id, studentId: id, status: 'present' }),
      ),
    );
    const from = performance.now();
    const reply = await ask('DONE', { classId: taught.id, opId: randomBytes(8).toString('hex') });
    const took = performance.now() - from;
    if (!reply.success) throw new Error('DONE failed');
    return took;
  };
  const bulk = async () => {
    await raw.deleteMany({});
    const same = await records.find({}).sort({ _id: -1 }).limit(300).toArray();
    const ops = same.map(({ _id, ...record }) => {
      if (as === 'inserts') return { insertOne: { document: record } };
      const { sessionId, studentId, ...rest } = record;
      return {
        updateOne: { filter: { sessionId, studentId }, update: { $setOnInsert: rest }, upsert: true },
      };
    });
    const from = performance.now();
    const { insertedCount, upsertedCount } = await raw.bulkWrite(ops, {
      ordered: false,
      writeConcern: { w: 'majority', j: true },
    });
    const took = performance.now() - from;
    if (insertedCount + upsertedCount !== 300) throw new Error('the driver did not write them all');
    return took;
  };
  const pairs = await inTurn(done, bulk, 15);
  room.close();
  const result = ratios(pairs);
  return {
    what: `DONE of a class of 300 beside a raw bulkWrite of its records as ${as}`,
    ours: figure(result.ours, 'ms'),
    baseline: figure(result.baseline, 'ms'),
    ratio: result.ratio,
    target: target === undefined ? NO_TARGET : `≤ ${target}×`,
    met: target === undefined || result.ratio <= target,
  };
};

/** The hub's event-loop delay while 20 people log in at once, beside the same hub doing nothing. */
export const logInDelay = async (hub: Measured): Promise<Row> => {
  const post = (path: string, body: object) =>
    fetch(`${hub.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const people = Array.from({ length: 20 }, (_, i) => ({
    email: `p${i}-${randomBytes(4).toString('hex')}@example.org`,
    password: 'correct horse',
  }));
  for (const person of people) {
    const made = await post('/signup', { ...person, name: 'Someone', role: 'student' });
    if (!made.ok) throw new Error(`sign-up: ${made.status}`);
  }
  type Delay = { p50: number; p99: number; max: number };
  const during = async (work: () => Promise<unknown>) => {
    await hub.ask('delay-start');
    await work();
    return (await hub.ask<Delay>('delay-stop')).p99;
  };
  const logIns = () =>
    during(async () => {
      const answers = await Promise.all(people.map((person) => post('/login', person)));
      if (!answers.every((answer) => answer.ok)) throw new Error('a log-in failed');
    });
  const idle = () => during(() => new Promise((resolve) => setTimeout(resolve, 1000)));
  const result = ratios(await inTurn(logIns, idle));
  return {
    what: '20 log-ins at once: event-loop delay of the hub, p99 (baseline: the hub idle)',
    ours: figure(result.ours, 'ms'),
    baseline: figure(result.baseline, 'ms'),
    ratio: result.ratio,
    target: '< 20 ms',
    met: result.ours < 20,
  };
};
