import { expect } from 'chai';
import fc from 'fast-check';
import { createRegisterBook } from '../../server/domain/register-book.ts';
import type { Frozen, Register } from '../../server/live/register.ts';
import { Fault } from '../../shared/faults.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { Change } from '../../shared/protocol/index.ts';
import { LOG_LIMIT, STUDENTS, type Step, step } from './register-steps.ts';
import {
  hear,
  type Made,
  type Make,
  mark,
  newClass,
  newSession,
  opening,
  sortedFrozen,
  sortedSince,
} from './register-support.ts';

const RUNS = 30;

/** The value of a promise or of a call, or the code of its fault. */
const told = async <T>(call: () => T | Promise<T>) => {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.code };
    throw error;
  }
};

/** A frozen register with its histories as sets: their order has a case of its own. */
const withSets = (frozen: Frozen): Frozen => ({
  ...sortedFrozen(frozen),
  rows: sortedFrozen(frozen).rows.map((row) => ({
    ...row,
    history: [...row.history].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  })),
});

/** The register under test, on data that outlives it. */
type Bench = { register: Register; readonly reopen: Made['reopen'] };

/** Puts another register on the same data in the place of the first. */
const reopened = async (bench: Bench): Promise<void> => {
  if (bench.reopen === undefined) return;
  const { register } = bench;
  bench.register = await bench.reopen();
  await register.close();
};

/** Runs steps on a register and on the pure rules side by side. */
const compare = async (bench: Bench, steps: readonly Step[]): Promise<void> => {
  const classId = newClass();
  const asked = opening(STUDENTS.slice(0, 3), { classId });
  const expected: Change[] = [];
  const model = createRegisterBook({ logLimit: LOG_LIMIT, changed: (_, change) => expected.push(change) });
  const heard: Change[] = [];
  let listener = await hear(bench.register, classId);
  let current = { sessionId: asked.sessionId, epoch: '', version: 0 };

  const same = async <T>(real: Promise<T>, rules: () => T) =>
    expect(await told(() => real)).to.deep.equal(await told(rules));
  const open = async (sessionId: SessionId) => {
    const answer = await bench.register.open({ ...asked, sessionId });
    const { roster, ...heading } = { ...asked, sessionId, epoch: answer.session.epoch };
    expect(answer).to.deep.equal(model.take('open', { heading, roster }));
    if (answer.opened) {
      expect(answer.session.epoch).not.to.equal(current.epoch);
      current = { sessionId, epoch: heading.epoch, version: 0 };
    }
  };
  /** Waits until everything that the rules announced so far was heard from this register. */
  const settle = async () => {
    await listener.count(expected.length - heard.length);
    heard.push(...listener.changes());
    await listener.stop();
    expect(heard).to.deep.equal(expected);
  };

  await open(asked.sessionId);
  for (const now of steps) {
    switch (now.do) {
      case 'burst': {
        const requests = now.marks.map(({ names, request }) => ({
          ...mark(request.studentId, request),
          ...(names === 'live' && { sessionId: current.sessionId }),
          ...(names === 'other' && { sessionId: newSession() }),
        }));
        const answers = requests.map((request) => told(() => bench.register.mark(classId, request)));
        for (const [i, request] of requests.entries())
          expect(await answers[i]).to.deep.equal(
            await told(() => model.take('mark', { classId, mark: request })),
          );
        break;
      }
      case 'enrol':
        await same(bench.register.enrol(classId, now.student), () =>
          model.take('enrol', { classId, studentId: now.student }),
        );
        break;
      case 'withdraw':
        await same(bench.register.withdraw(classId, now.student), () =>
          model.take('withdraw', { classId, studentId: now.student }),
        );
        break;
      case 'entry':
        await same(bench.register.entry(classId, now.student), () => model.entry(classId, now.student));
        break;
      case 'counts':
        await same(bench.register.counts(classId), () => model.counts(classId));
        break;
      case 'live':
        await same(bench.register.live([classId]), () => model.live([classId]));
        break;
      case 'since': {
        const epoch = now.same ? current.epoch : 'another';
        const known = { epoch, version: Math.max(0, current.version - now.back) };
        await same(bench.register.since(classId, known).then(sortedSince), () =>
          sortedSince(model.since(classId, known)),
        );
        break;
      }
      case 'open':
        await open(newSession());
        break;
      case 'freeze': {
        const sessionId = now.other ? newSession() : current.sessionId;
        await same(bench.register.freeze(classId, sessionId).then(withSets), () =>
          withSets(model.take('freeze', { classId, sessionId })),
        );
        break;
      }
      case 'drop': {
        const sessionId = now.other ? newSession() : current.sessionId;
        await bench.register.drop(classId, sessionId);
        model.take('drop', { classId, sessionId });
        break;
      }
      case 'reopen':
        await settle();
        await reopened(bench);
        listener = await hear(bench.register, classId);
        break;
    }
    if (model.live([classId]).length > 0) current.version = model.counts(classId).version;
  }
  await settle();
  await same(bench.register.since(classId).then(sortedSince), () => sortedSince(model.since(classId)));
  const of = { classId, sessionId: current.sessionId };
  await same(bench.register.freeze(classId, of.sessionId).then(withSets), () =>
    withSets(model.take('freeze', of)),
  );
  await bench.register.drop(classId, of.sessionId);
};

/** Any sequence of operations ends as the pure rules say; fast-check prints the seed of one that does not. */
export const modelCases = (make: Make): void => {
  it('[MK1]–[MK6][SY1][SY2][DN4] any sequence of operations is answered as the pure rules answer it', async function () {
    this.timeout(60_000);
    const made = await make({ logLimit: LOG_LIMIT });
    const bench: Bench = { register: made.register, reopen: made.reopen };
    try {
      const steps = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' });
      await fc.assert(
        fc.asyncProperty(steps, (some) => compare(bench, some)),
        { numRuns: RUNS, interruptAfterTimeLimit: 40_000 },
      );
    } finally {
      await bench.register.close();
      await made.close();
    }
  });
};
