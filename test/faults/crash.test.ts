import { expect } from 'chai';
import type { Connection } from 'mongoose';
import { createSessions } from '../../server/data/sessions.ts';
import { DONE_STEPS } from '../../server/features/attendance/finalizer.ts';
import { START_STEPS } from '../../server/features/sessions/starting.ts';
import { type BusyClass, openBusyClass } from '../support/busy-class.ts';
import { ROUNDS, randomOf, report, SEED, startWorld, type World } from '../support/fault-world.ts';
import { MODES } from '../support/hub.ts';

/** A kill comes at one of so many marks of a class, or while the class is being finished. */
const MARKS = 120;
const CLASSES = 2;
/** The longest that a kill waits after DONE was asked for, in ms: about as long as DONE takes. */
const WITHIN_MS = 60;

/** What a class is marked with before it is killed at a step. */
const FEW = 40;
/** How long a teacher asks for DONE while the hub dies again and again, in ms. */
const LONG_MS = 120_000;
/** How long the sweeper may take: it comes every 10 s, and leaves what is younger than 3 s alone. */
const SWEEP_MS = 40_000;

/** Not to wait for anything: the moment itself is what a test draws. */
const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves when nothing is left for the sweeper. The database tells nobody, so it is asked again and again. */
const swept = async (connection: Connection, those: readonly BusyClass[]): Promise<void> => {
  const sessions = createSessions(connection);
  const ids = new Set(those.map((each) => each.sessionId));
  const isOurs = ({ id }: { id: string }) => ids.has(id);
  for (const end = Date.now() + SWEEP_MS; Date.now() < end; await later(100))
    if (!(await sessions.unsettled()).some(isOurs)) return;
  throw new Error(`not swept: ${JSON.stringify((await sessions.unsettled()).filter(isOurs))}`);
};

for (const mode of MODES)
  describe(`kill -9 (${mode})`, function () {
    this.timeout(120_000 + ROUNDS * 30_000);
    let world: World;
    let classes: BusyClass[] = [];

    before(async () => {
      world = await startWorld(mode);
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') console.log(`seed ${SEED}\n${world.hub.lines.join('\n')}`);
      await Promise.all(classes.map((each) => each.close()));
      classes = [];
    });
    after(() => world?.close());

    const open = async (random: () => number): Promise<BusyClass> => {
      const connection = await world.connection();
      const made = await openBusyClass({ url: world.hub.url, connection, random });
      classes.push(made);
      return made;
    };

    /** Classes are marked, something is killed at a drawn moment and comes back, the classes are finished. */
    const round = async (
      random: () => number,
      kill: () => Promise<void>,
      atDone: boolean,
    ): Promise<number> => {
      const these = await Promise.all(Array.from({ length: CLASSES }, () => open(random)));
      await Promise.all(these.map((each) => each.start()));
      const [first] = these;
      for (const each of these) each.mark();
      const moment = Math.ceil(random() * MARKS);
      const wait = random() * WITHIN_MS;
      const killed = (async () => {
        await first?.marked(atDone ? MARKS : moment);
        if (atDone) await later(wait);
        await kill();
      })();
      await Promise.all(these.map((each) => each.marked(MARKS).then(() => each.finish())));
      await killed;
      await Promise.all(these.map((each) => each.over()));
      const connection = await world.connection();
      let marks = 0;
      for (const each of these) {
        marks += await each.compare(connection);
        await each.close();
      }
      return marks;
    };
    const rounds = async (name: string, kill: () => Promise<void>): Promise<void> => {
      const random = randomOf(`${mode} ${name}`);
      let marks = 0;
      for (let n = 0; n < ROUNDS; n++) marks += await round(random, kill, n % 2 === 1);
      report(ROUNDS, marks);
    };

    it('[MK1][MK3][DN2] the hub, while classes are marked and finished', async () => {
      await rounds('hub', () => world.kill.hub());
    });
    if (mode === 'redis')
      it('[MK1][MK3][DN2] Redis, while classes are marked and finished', async () => {
        const { pid } = world.hub;
        await rounds('redis', () => world.kill.redis());
        expect([world.hub.running, world.hub.pid], 'the hub lives on').to.deep.equal([true, pid]);
      });
    it('[MK1][MK3][DN2] MongoDB, while classes are marked and finished', async () => {
      const { pid } = world.hub;
      await rounds('mongo', () => world.kill.mongo());
      expect([world.hub.running, world.hub.pid], 'the hub lives on').to.deep.equal([true, pid]);
    });

    it('[DN1][DN2][DN5] the hub, at every step of START and DONE', async () => {
      const { hub } = world;
      const random = randomOf(`${mode} steps`);
      let reached = 0;
      const dies = async () => {
        expect((await hub.ended).signal).to.equal('SIGKILL');
        reached += 1;
      };

      const next = async (step: string) => {
        // What an earlier life has left may bring it to the step before it says that it is ready.
        await hub.restart({ ROLLCALL_CRASH_AT: step }).catch(() => hub.ended);
      };
      const running: BusyClass[] = [];
      const run = async (): Promise<BusyClass> => {
        const one = await open(random);
        await one.start();
        one.mark();
        await one.marked(FEW);
        return one;
      };

      // A start that dies is asked for again; the class is then marked through all the deaths that follow.
      for (const step of START_STEPS) {
        await next(step);
        const one = await open(random);
        const started = one.start();
        await dies();
        running.push(one);
        await next('');
        await started;
        one.mark();
      }
      // After the result: the teachers ask again, the sweeper tidies up.
      const ending: Promise<unknown>[] = [];
      for (const step of [...DONE_STEPS].reverse().slice(0, 3)) {
        await next(step);
        const one = await run();
        running.push(one);
        ending.push(one.finish(LONG_MS));
        await dies();
      }
      await next('cancel:stored');
      await Promise.all(ending); // asked for again later, they would come to the steps below
      const cancelled = await run();
      const headers = { authorization: `Bearer ${cancelled.token}` };
      const path = `/api/v1/sessions/${cancelled.sessionId}/cancel`;
      const asked = fetch(`${hub.url}${path}`, { method: 'POST', headers }).catch(() => {});
      await dies();
      await asked;
      // One DONE that dies at every step up to its result, and is asked for again each time.
      const [before, ...steps] = DONE_STEPS.slice(0, 5);
      await next(before ?? '');
      const whole = await run();
      running.push(whole);
      ending.push(whole.finish(LONG_MS));
      await dies();
      for (const step of steps) {
        await next(step);
        await dies();
      }
      // One whose teachers are gone when the hub comes back: the sweeper finishes it.
      await next('done:frozen');
      const left = await run();
      running.push(left);
      const gone = left.finish().catch(() => {});
      await dies();
      await left.close();
      await gone;
      await next('');
      expect(reached).to.equal(START_STEPS.length + DONE_STEPS.length + 2);

      const connection = await world.connection();
      for (const one of running.slice(0, START_STEPS.length)) ending.push(one.finish(LONG_MS));
      await Promise.all(ending);
      await swept(connection, [...running, cancelled]);
      let marks = await cancelled.compareKept(connection);
      for (const one of running) marks += await one.compare(connection);
      report(reached, marks);
    });
  });
