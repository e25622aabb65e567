import { expect } from 'chai';
import fc from 'fast-check';
import type { MarkOutcome, MarkRequest } from '../../server/live/register.ts';
import { embeddedBench, type Weather } from './register-journal.ts';
import {
  firstAnswer,
  hear,
  insist,
  mark,
  newClass,
  newSession,
  newStudents,
  newTeacher,
  nth,
  op,
  openClass,
  refused,
  snapshot,
} from './register-support.ts';

/** How long a refusal may take: two seconds of patience, and what a busy machine adds. */
const BOUNDED_MS = 10_000;

describe('the embedded register while its journal is away', () => {
  const { open, stormy } = embeddedBench();

  for (const weather of ['unsent', 'unanswered', 'late', 'stale'] as const)
    it(`[MK1][MK3] a write that ends “${weather}” is made up for: once, and only once`, async () => {
      const register = await open();
      const { classId, students, session } = await openClass(register, 2);
      const heard = await hear(register, classId);
      let left = 1;
      stormy().forecast(() => (left-- > 0 ? weather : 'fair'));
      const requests = students.map((student) => mark(student, { opId: op(student), by: newTeacher() }));
      const outcomes = await Promise.all(requests.map((request) => register.mark(classId, request)));
      expect(outcomes.map(({ version, repeated }) => [version, repeated])).to.deep.equal([
        [1, false],
        [2, false],
      ]);
      await heard.until(2);
      expect(heard.changes()).to.deep.equal(outcomes.map(({ entry }) => entry));
      const again = await open();
      expect(await snapshot(again, classId)).to.deep.equal(await snapshot(register, classId));
      expect((await again.counts(classId)).epoch).to.equal(session.epoch);
      await heard.stop();
    });

  it('[DU4][MK1] what was refused as uncertain and yet written is a repeat when it is sent again, heard once', async () => {
    const register = await open();
    const { classId, students } = await openClass(register, 2);
    const heard = await hear(register, classId);
    const request = mark(nth(students, 0), { opId: op('lost-answer'), by: newTeacher() });
    stormy().forecast(() => {
      stormy().down();
      return 'unanswered';
    });
    const begun = performance.now();
    expect(await refused(register.mark(classId, request))).to.equal('REGISTER_UNAVAILABLE');
    expect(performance.now() - begun).to.be.within(1000, BOUNDED_MS);
    expect(await register.health()).to.include({ kind: 'embedded', ok: false });
    // Nothing uncertain is shown, and what is certain is shown still.
    expect((await register.counts(classId)).version).to.equal(0);
    expect(heard.batches).to.deep.equal([]);
    stormy().forecast(() => 'fair');
    stormy().up();
    const retried = await register.mark(classId, request);
    expect(retried).to.include({ version: 1, applied: true, repeated: true });
    await register.mark(classId, mark(nth(students, 1)));
    await heard.until(2);
    expect(heard.changes().map(({ version }) => version)).to.deep.equal([1, 2]);
    expect(await register.health()).to.include({ ok: true, durable: true });
    await heard.stop();
  });

  for (const weather of ['unanswered', 'late'] as const)
    it(`[MK1][MK3] while a write is “${weather}” nothing is refused for what it may have changed`, async () => {
      const register = await open();
      const { classId } = await openClass(register, 1);
      const late = nth(newStudents(1), 0);
      const request = mark(late, { opId: op('uncertain'), by: newTeacher() });
      stormy().forecast(() => {
        stormy().down();
        return weather;
      });
      const both = [register.enrol(classId, late), register.mark(classId, request)];
      for (const code of await Promise.all(both.map(refused))) expect(code).to.equal('REGISTER_UNAVAILABLE');
      // The retry waits already when the journal answers again.
      const retried = register.mark(classId, request);
      stormy().forecast(() => 'fair');
      stormy().up();
      expect(await retried).to.include({ version: 2, repeated: true });
    });

  it('[MK1] heals by itself: what was written before the journal went away shows up unasked', async () => {
    const register = await open();
    const { classId, students } = await openClass(register, 1);
    const heard = await hear(register, classId);
    stormy().forecast(() => {
      stormy().down();
      return 'unanswered';
    });
    expect(await refused(register.mark(classId, mark(nth(students, 0))))).to.equal('REGISTER_UNAVAILABLE');
    stormy().forecast(() => 'fair');
    stormy().up();
    await heard.until(1);
    expect((await register.counts(classId)).counts.present).to.equal(1);
    await heard.stop();
  });

  it('[DU4] while the journal is away every change is refused within a bounded time, and the backlog does not grow', async () => {
    const register = await open();
    const { classId, sessionId, students, asked } = await openClass(register, 2);
    stormy().down();
    const begun = performance.now();
    const codes = await Promise.all(
      [
        register.mark(classId, mark(nth(students, 0))),
        register.enrol(classId, nth(newStudents(1), 0)),
        register.withdraw(classId, nth(students, 1)),
        register.freeze(classId, sessionId),
        register.drop(classId, sessionId),
        register.open({ ...asked, classId: newClass(), sessionId: newSession() }),
      ].map(refused),
    );
    expect(codes).to.deep.equal(codes.map(() => 'REGISTER_UNAVAILABLE'));
    expect(performance.now() - begun).to.be.within(1000, BOUNDED_MS);
    expect(await register.counts(classId)).to.include({ version: 0 });
    stormy().up();
    expect(await register.mark(classId, mark(nth(students, 0)))).to.include({ version: 1 });
    const again = await open();
    expect(await snapshot(again, classId)).to.deep.equal(await snapshot(register, classId));
    expect((await again.counts(classId)).counts.enrolled).to.equal(2);
  });

  it('[MK1][MK3][MK4] whatever the connection does, every mark is recorded and heard exactly once', async function () {
    this.timeout(60_000);
    const weathers = fc.array(
      fc.constantFrom<Weather>('fair', 'fair', 'unsent', 'unanswered', 'late', 'stale'),
      {
        minLength: 5,
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(weathers, async (weather) => {
        const register = await open();
        const { classId, sessionId, students } = await openClass(register, 6);
        const heard = await hear(register, classId);
        const by = newTeacher();
        const requests = Array.from({ length: 24 }, (_, i) =>
          mark(nth(students, i % 6), { opId: op(`w${i}`), by, reason: `n${i}` }),
        );
        const queue = [...weather];
        stormy().forecast(() => queue.shift() ?? 'fair');
        const outcomes: MarkOutcome[] = [];
        const sender = async (own: MarkRequest[]) => {
          for (const request of own) {
            const outcome = await insist(register, classId, request);
            expect(outcome.entry.reason).to.equal(request.reason);
            outcomes.push(outcome);
          }
        };
        await Promise.all([0, 1, 2, 3].map((s) => sender(requests.filter((_, i) => i % 4 === s))));
        stormy().forecast(() => 'fair');
        await heard.until(24);
        outcomes.sort((a, b) => a.version - b.version);
        expect(heard.changes()).to.deep.equal(outcomes.map(({ entry }) => entry));
        expect(outcomes.map(({ version }) => version)).to.deep.equal(requests.map((_, i) => i + 1));
        const again = await open();
        expect(await snapshot(again, classId)).to.deep.equal(await snapshot(register, classId));
        for (const request of requests) {
          const repeated = await again.mark(classId, request);
          expect(repeated.repeated).to.equal(true);
          const first = outcomes[repeated.version - 1];
          expect(firstAnswer(repeated)).to.deep.equal(first && firstAnswer(first));
        }
        await heard.stop();
        await again.drop(classId, sessionId);
        await register.close();
      }),
      { numRuns: 25, interruptAfterTimeLimit: 40_000 },
    );
  });
});
