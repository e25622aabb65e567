import { expect } from 'chai';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type BusyClass, openBusyClass } from '../support/busy-class.ts';
import { ROUNDS, randomOf, report, SEED, startWorld, type World } from '../support/fault-world.ts';
import { type ProcessHub, startProcessHub } from '../support/process-hub.ts';

/** A hub dies at one of so many marks of a class. */
const MARKS = 120;
const CLASSES = 3;

describe('two hubs on one Redis and one MongoDB', function () {
  this.timeout(120_000 + ROUNDS * 30_000);
  let world: World;
  let hubs: readonly [ProcessHub, ProcessHub];
  let balancer: Balancer;
  let classes: BusyClass[] = [];

  before(async () => {
    world = await startWorld('redis');
    hubs = [world.hub, await startProcessHub(world.env)];
    balancer = await startBalancer(hubs.map(({ port }) => port));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      console.log([`seed ${SEED}`, ...hubs.flatMap(({ lines }) => lines)].join('\n'));
    await Promise.all(classes.map((each) => each.close()));
    classes = [];
  });
  after(async () => {
    await balancer?.close();
    await hubs?.[1].remove();
    await world?.close();
  });

  const open = async (random: () => number, url: string, otherUrl = url): Promise<BusyClass> => {
    const connection = await world.connection();
    const made = await openBusyClass({ url, otherUrl, connection, random });
    classes.push(made);
    return made;
  };

  it('[MK1][MK3][MK4][SY1] one is killed: its clients go on at the other, no mark is lost or doubled', async () => {
    const random = randomOf('one dies');
    let marks = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const these = await Promise.all(Array.from({ length: CLASSES }, () => open(random, balancer.url)));
      await Promise.all(these.map((each) => each.start()));
      for (const each of these) each.mark();
      const [dies, stays] = round % 2 === 0 ? hubs : [hubs[1], hubs[0]];
      await these[0]?.marked(Math.ceil(random() * MARKS));
      await dies.kill9();
      // All finished at the one that stayed.
      for (const [n, each] of these.entries()) {
        await each.marked(MARKS);
        if (n % 2 === 0) await each.agree();
        await each.finish();
        await each.over();
        marks += await each.compare(await world.connection());
        await each.close();
      }
      expect(stays.running).to.equal(true);
      await dies.restart();
    }
    report(ROUNDS, marks);
  });

  it('[DN3][MK5] DONE at both at once, while both are marked at, is one DONE', async () => {
    const random = randomOf('done at both');
    const [here, there] = hubs;
    let marks = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const one = await open(random, here.url, there.url);
      await one.start();
      one.mark();
      await one.marked(MARKS);
      await one.finish();
      await one.over();
      marks += await one.compare(await world.connection());
      await one.close();
    }
    report(ROUNDS, marks);
  });

  it('[MK4][MK5][SY1] Redis is killed: both go on, and see the same', async () => {
    const random = randomOf('redis dies');
    const [here, there] = hubs;
    let marks = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const one = await open(random, here.url, there.url);
      await one.start();
      one.mark();
      await one.marked(Math.ceil(random() * MARKS));
      await world.kill.redis();
      await one.marked(MARKS);
      await one.agree();
      await one.finish();
      marks += await one.compare(await world.connection());
      await one.close();
    }
    expect(hubs.map(({ running }) => running)).to.deep.equal([true, true]);
    report(ROUNDS, marks);
  });

  it('[DN2][SE4] one dies in the middle of DONE and its teachers are gone: the other finishes it by itself', async () => {
    const random = randomOf('left behind');
    const [dies, stays] = hubs;
    let marks = 0;
    await dies.restart({ ROLLCALL_CRASH_AT: 'done:written' });
    const left = await open(random, dies.url);
    const due = await open(random, dies.url, stays.url);
    await left.start();
    // Its time is up soon; the instance where it was started will not be there any more.
    await due.start({ minutes: 0.25 });
    for (const each of [left, due]) each.mark();
    await Promise.all([left, due].map((each) => each.marked(MARKS / 4)));
    const asked = left.finish().catch(() => {});
    expect((await dies.ended).signal).to.equal('SIGKILL');
    await left.close();
    await asked;
    const over = left.hearsClosed(stays.url);
    await due.heardClosed();
    await due.close(); // one of its teachers has nowhere to go
    await over;
    for (const each of [left, due]) marks += await each.compare(await world.connection());
    await dies.restart();
    report(1, marks);
  });
});
