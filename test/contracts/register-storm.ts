import { expect } from 'chai';
import type { MarkOutcome, Register } from '../../server/live/register.ts';
import type { StudentId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/protocol/index.ts';
import { STATUSES } from '../../shared/status.ts';
import {
  at,
  firstAnswer,
  hear,
  mark,
  newTeacher,
  nth,
  op,
  openClass,
  snapshot,
  sortedFrozen,
  ZERO,
} from './register-support.ts';

const MARKS = 1000;
const STUDENTS = 40;
const SENDERS = 5;

/** Many at once. */
export const stormCases = (register: () => Register): void => {
  it(`[MK1][MK3][MK4][MK5] ${MARKS} marks of ${STUDENTS} students at once, many of them twice, end exactly`, async () => {
    const { classId, sessionId, students, session } = await openClass(register(), STUDENTS);
    const [one, two] = [await hear(register(), classId), await hear(register(), classId)];
    const senders = Array.from({ length: SENDERS }, newTeacher);
    const requests = Array.from({ length: MARKS }, (_, i) => {
      const by = senders[i % SENDERS];
      // Each sender uses the same names for its operations: they are its own.
      return mark(nth(students, (i * 7) % STUDENTS), {
        by,
        opId: op(`op${Math.floor(i / SENDERS)}`),
        status: STATUSES[(i * 3) % STATUSES.length] ?? 'present',
        at: at(i % 59),
        reason: `n${i}`,
      });
    });
    const sent = requests.flatMap((request, i) => (i % 3 === 0 ? [request, request] : [request]));
    // Retries do not come right behind: reverse every other hundred.
    const order = sent.map((request, i) => ({ request, i }));
    order.sort((a, b) => ((a.i * 617) % sent.length) - ((b.i * 617) % sent.length));
    const outcomes = await Promise.all(
      order.map(async ({ request }) => ({ request, outcome: await register().mark(classId, request) })),
    );

    const first = outcomes.filter(({ outcome }) => !outcome.repeated);
    expect(first).to.have.length(MARKS);
    const byVersion = new Map<number, MarkOutcome>();
    for (const { request, outcome } of first) {
      expect(outcome.applied).to.equal(true);
      expect(outcome.entry).to.deep.include({ studentId: request.studentId, reason: request.reason });
      byVersion.set(outcome.version, outcome);
    }
    const versions = Array.from({ length: MARKS }, (_, i) => i + 1);
    expect([...byVersion.keys()].sort((a, b) => a - b)).to.deep.equal(versions);
    const answers = new Map(first.map(({ request, outcome }) => [request, firstAnswer(outcome)]));
    for (const { request, outcome } of outcomes)
      expect(firstAnswer(outcome)).to.deep.equal(answers.get(request));

    const rows = new Map<StudentId, Entry>();
    for (const version of versions) {
      const entry = byVersion.get(version)?.entry;
      if (entry) rows.set(entry.studentId, entry);
    }
    const counts = { ...ZERO, enrolled: STUDENTS };
    for (const { status } of rows.values()) counts[status] += 1;
    const now = await snapshot(register(), classId);
    expect(now.version).to.equal(MARKS);
    expect(now.counts).to.deep.equal(counts);
    expect(now.entries).to.deep.equal(students.map((student) => rows.get(student)));

    const steps = versions.map((version) => byVersion.get(version)?.entry);
    for (const listener of [one, two]) {
      await listener.until(MARKS);
      expect(listener.changes()).to.deep.equal(steps);
      await listener.stop();
    }
    const since = await register().since(classId, { epoch: session.epoch, version: 0 });
    expect(since.mode === 'delta' && since.changes).to.deep.equal(steps);
    const frozen = sortedFrozen(await register().freeze(classId, sessionId));
    expect(frozen.rows.map(({ entry }) => entry)).to.deep.equal(now.entries);
    for (const { history } of frozen.rows) expect(history).to.have.length(MARKS / STUDENTS - 1);
  });

  it('[MK3][MK4] thirty classes at once keep to themselves', async () => {
    const classes = await Promise.all(Array.from({ length: 30 }, () => openClass(register(), 10)));
    const by = newTeacher();
    await Promise.all(
      classes.flatMap(({ classId, students }) =>
        students.flatMap((student, i) =>
          [0, 1].map(() => register().mark(classId, mark(student, { by, opId: op(`s${i}`) }))),
        ),
      ),
    );
    for (const { classId } of classes)
      expect(await register().counts(classId)).to.deep.include({
        version: 10,
        counts: { ...ZERO, present: 10, enrolled: 10 },
      });
  });
};
