import { expect } from 'chai';
import type { MarkRequest, Register } from '../../server/live/register.ts';
import {
  at,
  firstAnswer,
  hear,
  mark,
  newSession,
  newStudents,
  newTeacher,
  nth,
  op,
  openClass,
  refused,
  snapshot,
  ZERO,
} from './register-support.ts';

/** Marks: who, once, in which order. */
export const markCases = (register: () => Register): void => {
  describe('marks', () => {
    it('[MK4] a mark gets the next version, and its row says no more than was said', async () => {
      const { classId, sessionId, students, session } = await openClass(register(), 3);
      const [one, two] = [nth(students, 0), nth(students, 1)];
      expect(await register().mark(classId, mark(one))).to.deep.equal({
        sessionId,
        epoch: session.epoch,
        version: 1,
        entry: { studentId: one, status: 'present', version: 1, source: 'teacher', at: at(1) },
        applied: true,
        repeated: false,
      });
      const by = newTeacher();
      const said = { by, reason: 'the “bus” was late\n— 20 min', minutesLate: 20, skewed: true };
      const outcome = await register().mark(classId, mark(two, { ...said, status: 'late', at: at(20) }));
      const entry = { studentId: two, status: 'late', version: 2, source: 'teacher', at: at(20), ...said };
      expect(outcome.entry).to.deep.equal(entry);
      expect(await register().entry(classId, two)).to.deep.equal(entry);
      expect(await register().entry(classId, nth(students, 2))).to.equal(null);
      expect((await register().counts(classId)).counts).to.deep.equal({
        ...ZERO,
        present: 1,
        late: 1,
        unmarked: 1,
        enrolled: 3,
      });
    });

    it('[MK4] the same status again by a teacher is a change like any other', async () => {
      const { classId, students, session } = await openClass(register(), 1);
      const student = nth(students, 0);
      const outcomes = [];
      for (const minute of [1, 1, 2]) {
        outcomes.push(await register().mark(classId, mark(student, { at: at(minute) })));
      }
      expect(outcomes.map(({ version, applied }) => [version, applied])).to.deep.equal([
        [1, true],
        [2, true],
        [3, true],
      ]);
      const since = await register().since(classId, { epoch: session.epoch, version: 0 });
      expect(since).to.deep.include({ mode: 'delta', changes: outcomes.map(({ entry }) => entry) });
      expect(since.counts).to.deep.equal({ ...ZERO, present: 1, enrolled: 1 });
    });

    it('marks that one sender sends without waiting end in the order in which they were sent', async () => {
      const { classId, students } = await openClass(register(), 1);
      const student = nth(students, 0);
      const statuses = ['absent', 'late', 'present', 'excused', 'partial'] as const;
      const all = await Promise.all(
        statuses.map((status) => register().mark(classId, mark(student, { status }))),
      );
      expect(all.map(({ version }) => version)).to.deep.equal([1, 2, 3, 4, 5]);
      expect((await register().entry(classId, student))?.status).to.equal('partial');
    });

    it('[MK2] a stranger is refused, nothing changes, and the opId is free still', async () => {
      const { classId } = await openClass(register(), 1);
      const stranger = nth(newStudents(1), 0);
      const before = await snapshot(register(), classId);
      const request = mark(stranger, { opId: op('a'), by: newTeacher() });
      expect(await refused(register().mark(classId, request))).to.equal('STUDENT_NOT_ON_ROSTER');
      expect(await snapshot(register(), classId)).to.deep.equal(before);
      await register().enrol(classId, stranger);
      expect(await register().mark(classId, request)).to.include({ version: 2, repeated: false });
    });

    it('counts a mark for the session that it names only', async () => {
      const { classId, sessionId, students } = await openClass(register(), 1);
      const student = nth(students, 0);
      const other = mark(student, { sessionId: newSession(), opId: op('x') });
      expect(await refused(register().mark(classId, other))).to.equal('SESSION_CHANGED');
      expect((await register().counts(classId)).version).to.equal(0);
      const right = mark(student, { sessionId, opId: op('x') });
      expect(await register().mark(classId, right)).to.include({ version: 1, repeated: false });
      await register().freeze(classId, sessionId);
      const late = mark(student, { sessionId: newSession() });
      expect(await refused(register().mark(classId, late))).to.equal('NO_ACTIVE_SESSION');
    });
  });

  describe('a repeated opId', () => {
    it('[MK3] gets the first answer, also after more changes, and is not announced again', async () => {
      const { classId, students, session } = await openClass(register(), 2);
      const heard = await hear(register(), classId);
      const [one, two] = [nth(students, 0), nth(students, 1)];
      const request = mark(one, { opId: op('first'), by: newTeacher() });
      const first = await register().mark(classId, request);
      await register().mark(classId, mark(one, { status: 'absent' }));
      expect(await register().mark(classId, request)).to.deep.equal({ ...first, repeated: true });
      // What else it says the second time does not matter.
      const twisted = { ...request, studentId: two, status: 'late' } as const;
      expect(await register().mark(classId, twisted)).to.deep.equal({ ...first, repeated: true });
      expect((await register().counts(classId)).counts).to.include({ absent: 1, unmarked: 1 });
      await register().mark(classId, mark(two));
      await heard.until(3);
      const since = await register().since(classId, { epoch: session.epoch, version: 0 });
      expect(since.mode === 'delta' && since.changes).to.deep.equal(heard.changes());
      expect(heard.changes().map(({ version }) => version)).to.deep.equal([1, 2, 3]);
      await heard.stop();
    });

    it('[MK3] sent many times at once is recorded once', async () => {
      const { classId, students } = await openClass(register(), 2);
      const request = mark(nth(students, 0), { opId: op('once'), by: newTeacher() });
      const all = await Promise.all(Array.from({ length: 25 }, () => register().mark(classId, request)));
      expect(all.filter(({ repeated }) => !repeated)).to.have.length(1);
      for (const outcome of all) expect(outcome).to.deep.include({ version: 1, applied: true });
      expect((await register().counts(classId)).version).to.equal(1);
    });

    it('[MK3] is the sender’s own: nobody else’s opId collides with it', async () => {
      const { classId, students } = await openClass(register(), 3);
      const opId = op('same');
      const requests: MarkRequest[] = [
        mark(nth(students, 0), { opId, by: newTeacher() }),
        mark(nth(students, 0), { opId, by: newTeacher() }),
        mark(nth(students, 1), { opId, source: 'device' }),
        mark(nth(students, 2), { opId, source: 'ble' }),
      ];
      const first = [];
      for (const request of requests) first.push(await register().mark(classId, request));
      expect(first.map(({ version, repeated }) => [version, repeated])).to.deep.equal(
        [1, 2, 3, 4].map((version) => [version, false]),
      );
      for (const [i, request] of requests.entries())
        expect(await register().mark(classId, request)).to.deep.equal({ ...first[i], repeated: true });
    });

    it('[MK3][MK6] gets the first answer for evidence that was kept out, too', async () => {
      const { classId, sessionId, students } = await openClass(register(), 1);
      const student = nth(students, 0);
      const { entry } = await register().mark(classId, mark(student, { status: 'absent' }));
      const evidence = mark(student, { source: 'device', opId: op('scan-1') });
      const first = await register().mark(classId, evidence);
      expect(first).to.deep.include({ version: 1, entry, applied: false, repeated: false });
      await register().mark(classId, mark(student, { status: 'excused' }));
      expect(await register().mark(classId, evidence)).to.deep.equal({ ...first, repeated: true });
      const [row] = (await register().freeze(classId, sessionId)).rows;
      expect(row?.history.filter(({ applied }) => !applied)).to.have.length(1);
    });

    it('[MK3] is answered while the register closes and after it was dropped, until the next session', async () => {
      const { classId, sessionId, students, asked } = await openClass(register(), 2);
      const request = mark(nth(students, 0), { opId: op('late-retry'), by: newTeacher(), sessionId });
      const first = await register().mark(classId, request);
      const fresh = mark(nth(students, 1), { opId: op('too-late'), by: newTeacher() });
      await register().freeze(classId, sessionId);
      expect(await register().mark(classId, request)).to.deep.equal({ ...first, repeated: true });
      expect(await refused(register().mark(classId, fresh))).to.equal('NO_ACTIVE_SESSION');
      await register().drop(classId, sessionId);
      expect(await register().mark(classId, request)).to.deep.equal({ ...first, repeated: true });
      expect(await refused(register().mark(classId, fresh))).to.equal('NO_ACTIVE_SESSION');
      await register().open({ ...asked, sessionId: newSession() });
      expect(await refused(register().mark(classId, request))).to.equal('SESSION_CHANGED');
      const anew = await register().mark(classId, { ...request, sessionId: undefined });
      expect(anew).to.include({ version: 1, repeated: false });
      expect(firstAnswer(anew).sessionId).not.to.equal(sessionId);
    });
  });
};
