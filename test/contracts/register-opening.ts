import { expect } from 'chai';
import type { Register } from '../../server/live/register.ts';
import {
  at,
  heading,
  hear,
  mark,
  newClass,
  newSession,
  newStudents,
  nth,
  openClass,
  opening,
  refused,
  snapshot,
  ZERO,
} from './register-support.ts';

/** Opening, reading, the roster. */
export const openingCases = (register: () => Register): void => {
  describe('opening', () => {
    it('[SE1] opens a class with nobody marked, at version 0', async () => {
      const asked = opening(newStudents(3), { visibility: 'open' });
      const { opened, session } = await register().open(asked);
      expect(opened).to.equal(true);
      const { roster, ...rest } = asked;
      expect(session).to.deep.equal({ ...rest, epoch: session.epoch });
      expect(session.epoch).to.match(/^.{1,64}$/);
      const counts = { ...ZERO, unmarked: 3, enrolled: 3 };
      expect(await register().counts(asked.classId)).to.deep.equal({ ...session, version: 0, counts });
      expect(await snapshot(register(), asked.classId)).to.deep.equal({
        ...session,
        version: 0,
        counts,
        mode: 'snapshot',
        entries: [],
        roster: [...roster].sort(),
      });
    });

    it('[SE1] a second opening returns the register that stands there, untouched', async () => {
      const { classId, students, session, asked } = await openClass(register(), 2);
      await register().mark(classId, mark(nth(students, 0)));
      const before = await snapshot(register(), classId);
      for (const again of [asked, { ...asked, sessionId: newSession(), roster: newStudents(5) }]) {
        expect(await register().open(again)).to.deep.equal({ opened: false, session });
        expect(await snapshot(register(), classId)).to.deep.equal(before);
      }
    });

    it('[SE1] of many openings at once exactly one opens', async () => {
      const asked = opening(newStudents(2));
      const all = await Promise.all(
        Array.from({ length: 12 }, () => register().open({ ...asked, sessionId: newSession() })),
      );
      expect(all.filter(({ opened }) => opened)).to.have.length(1);
      const standing = all.find(({ opened }) => opened)?.session;
      for (const { session } of all) expect(session).to.deep.equal(standing);
    });

    it('[SE1] a closing register still holds its class, until it is dropped', async () => {
      const { classId, sessionId, session, asked } = await openClass(register(), 1);
      await register().freeze(classId, sessionId);
      const next = { ...asked, sessionId: newSession() };
      expect(await register().open(next)).to.deep.equal({ opened: false, session });
      await register().drop(classId, sessionId);
      const { opened, session: fresh } = await register().open(next);
      expect(opened).to.equal(true);
      expect(fresh.sessionId).to.equal(next.sessionId);
    });

    it('[SY2] the next session of a class begins anew: another epoch, version 0, nobody marked', async () => {
      const { classId, sessionId, students, session, asked } = await openClass(register(), 2);
      await register().mark(classId, mark(nth(students, 0)));
      await register().withdraw(classId, nth(students, 1));
      await register().drop(classId, sessionId);
      const { session: next } = await register().open({ ...asked, sessionId: newSession() });
      expect(next.epoch).not.to.equal(session.epoch);
      const now = await snapshot(register(), classId);
      expect(now).to.deep.include({ version: 0, entries: [], counts: { ...ZERO, unmarked: 2, enrolled: 2 } });
      const known = { epoch: session.epoch, version: 0 };
      expect((await register().since(classId, known)).mode).to.equal('snapshot');
    });

    it('counts a student who is named twice once, and takes an empty roster', async () => {
      const [one, two] = [nth(newStudents(1), 0), nth(newStudents(1), 0)];
      const twice = opening([one, two, one]);
      const nobody = opening([]);
      await register().open(twice);
      await register().open(nobody);
      expect((await register().counts(twice.classId)).counts.enrolled).to.equal(2);
      expect((await register().counts(nobody.classId)).counts).to.deep.equal(ZERO);
    });

    it('classes share nothing, not even with the same students', async () => {
      const students = newStudents(2);
      const [here, there] = [opening(students), opening(students)];
      await register().open(here);
      await register().open(there);
      await register().mark(here.classId, mark(nth(students, 0)));
      expect(await register().counts(there.classId)).to.deep.include({
        version: 0,
        counts: { ...ZERO, unmarked: 2, enrolled: 2 },
      });
      expect(await register().entry(there.classId, nth(students, 0))).to.equal(null);
    });

    it('lists those of some classes that are live, in the order given', async () => {
      const [a, b, c] = [
        await openClass(register(), 1),
        await openClass(register(), 1),
        await openClass(register(), 1),
      ];
      await register().freeze(b.classId, b.sessionId);
      const asked = [c.classId, newClass(), b.classId, a.classId];
      expect(await register().live(asked)).to.deep.equal([heading(c.session), heading(a.session)]);
      expect(await register().live([])).to.deep.equal([]);
    });

    it('answers NO_ACTIVE_SESSION where nothing was opened', async () => {
      const classId = newClass();
      const student = nth(newStudents(1), 0);
      expect(await refused(register().mark(classId, mark(student)))).to.equal('NO_ACTIVE_SESSION');
      const named = mark(student, { sessionId: newSession() });
      expect(await refused(register().mark(classId, named))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().counts(classId))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().entry(classId, student))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().since(classId))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().freeze(classId, newSession()))).to.equal('NO_ACTIVE_SESSION');
      expect(await register().enrol(classId, student)).to.equal(false);
      expect(await register().withdraw(classId, student)).to.equal(false);
      await register().drop(classId, newSession());
    });
  });

  describe('the roster while the class runs', () => {
    it('[MK2][MK4] who is enrolled late is counted and can be marked; again changes nothing', async () => {
      const { classId } = await openClass(register(), 1);
      const late = nth(newStudents(1), 0);
      expect(await register().enrol(classId, late)).to.equal(true);
      expect(await register().enrol(classId, late)).to.equal(false);
      expect(await register().counts(classId)).to.deep.include({
        version: 1,
        counts: { ...ZERO, unmarked: 2, enrolled: 2 },
      });
      expect(await register().mark(classId, mark(late))).to.include({ version: 2, applied: true });
    });

    it('[MK2][MK4] who is withdrawn is neither counted nor shown, and cannot be marked', async () => {
      const { classId, students } = await openClass(register(), 2);
      const [gone, stays] = [nth(students, 0), nth(students, 1)];
      await register().mark(classId, mark(gone));
      expect(await register().withdraw(classId, gone)).to.equal(true);
      expect(await register().withdraw(classId, gone)).to.equal(false);
      const now = await snapshot(register(), classId);
      expect(now).to.deep.include({
        version: 2,
        entries: [],
        roster: [stays],
        counts: { ...ZERO, unmarked: 1, enrolled: 1 },
      });
      expect(await register().entry(classId, gone)).to.equal(null);
      expect(await refused(register().mark(classId, mark(gone)))).to.equal('STUDENT_NOT_ON_ROSTER');
    });

    it('a mark comes back with the student who is enrolled again', async () => {
      const { classId, students } = await openClass(register(), 2);
      const student = nth(students, 0);
      const { entry } = await register().mark(classId, mark(student, { status: 'late' }));
      await register().withdraw(classId, student);
      expect(await register().enrol(classId, student)).to.equal(true);
      expect(await register().entry(classId, student)).to.deep.equal(entry);
      expect(await register().counts(classId)).to.deep.include({
        version: 3,
        counts: { ...ZERO, late: 1, unmarked: 1, enrolled: 2 },
      });
      expect((await snapshot(register(), classId)).entries).to.deep.equal([entry]);
      await register().mark(classId, mark(student, { status: 'absent', at: at(2) }));
      expect((await register().counts(classId)).counts).to.include({ late: 0, absent: 1, unmarked: 1 });
    });

    it('[MK4] changes of the roster are in the log and are heard', async () => {
      const { classId, students, session } = await openClass(register(), 1);
      const heard = await hear(register(), classId);
      const late = nth(newStudents(1), 0);
      await register().enrol(classId, late);
      await register().withdraw(classId, nth(students, 0));
      const changes = [
        { version: 1, roster: 'enrolled', studentId: late },
        { version: 2, roster: 'withdrawn', studentId: nth(students, 0) },
      ];
      await heard.until(2);
      expect(heard.changes()).to.deep.equal(changes);
      expect(heard.batches.at(-1)?.counts).to.deep.equal({ ...ZERO, unmarked: 1, enrolled: 1 });
      const since = await register().since(classId, { epoch: session.epoch, version: 0 });
      expect(since).to.deep.include({ mode: 'delta', changes });
      await heard.stop();
    });
  });
};
