import { expect } from 'chai';
import type { Register } from '../../server/live/register.ts';
import type { Change } from '../../shared/protocol/index.ts';
import {
  at,
  heading,
  hear,
  type Make,
  mark,
  newSession,
  newStudents,
  nth,
  openClass,
  opening,
  snapshot,
  ZERO,
} from './register-support.ts';

/** Catching up, and following. */
export const viewerCases = (register: () => Register, make: Make): void => {
  describe('catching up', () => {
    it('[SY1] a viewer who knows nothing gets everything, as of one version', async () => {
      const { classId, students, session } = await openClass(register(), 3);
      const { entry: first } = await register().mark(classId, mark(nth(students, 2), { status: 'late' }));
      const { entry: second } = await register().mark(classId, mark(nth(students, 0)));
      expect(await snapshot(register(), classId)).to.deep.equal({
        ...heading(session),
        mode: 'snapshot',
        version: 2,
        counts: { ...ZERO, present: 1, late: 1, unmarked: 1, enrolled: 3 },
        entries: [second, first],
        roster: students,
      });
    });

    it('[SY1] a viewer who knows a version gets what came after it, in order', async () => {
      const { classId, students, session } = await openClass(register(), 3);
      const late = nth(newStudents(1), 0);
      const changes: Change[] = [];
      for (const student of students) changes.push((await register().mark(classId, mark(student))).entry);
      await register().enrol(classId, late);
      changes.push({ version: 4, roster: 'enrolled', studentId: late });
      changes.push((await register().mark(classId, mark(late, { status: 'absent' }))).entry);
      await register().withdraw(classId, nth(students, 0));
      changes.push({ version: 6, roster: 'withdrawn', studentId: nth(students, 0) });
      for (let known = 0; known <= 6; known++) {
        const since = await register().since(classId, { epoch: session.epoch, version: known });
        expect(since).to.deep.equal({
          ...heading(session),
          mode: 'delta',
          version: 6,
          counts: { ...ZERO, present: 2, absent: 1, enrolled: 3 },
          changes: changes.slice(known),
        });
      }
    });

    it('[SY1] an empty delta for a viewer who is up to date, also at version 0', async () => {
      const { classId, students, session } = await openClass(register(), 1);
      for (const version of [0, 1]) {
        const since = await register().since(classId, { epoch: session.epoch, version });
        expect(since).to.deep.include({ mode: 'delta', version, changes: [] });
        await register().mark(classId, mark(nth(students, 0)));
      }
    });

    it('[SY2] a snapshot for another epoch, and for a version that never was', async () => {
      const { classId, students, session } = await openClass(register(), 1);
      await register().mark(classId, mark(nth(students, 0)));
      const knowns = [
        { epoch: `${session.epoch}x`, version: 1 },
        { epoch: '', version: 0 },
        { epoch: session.epoch, version: 2 },
        { epoch: session.epoch, version: 1_000_000 },
      ];
      for (const known of knowns) expect((await register().since(classId, known)).mode).to.equal('snapshot');
    });

    it('[SY1] the log reaches back exactly as far as it is told to', async () => {
      const limited = await make({ logLimit: 5 });
      try {
        const { classId, students, session } = await openClass(limited.register, 2);
        const since = (version: number) => limited.register.since(classId, { epoch: session.epoch, version });
        const versions = async (known: number) => {
          const answer = await since(known);
          return answer.mode === 'delta' ? answer.changes.map(({ version }) => version) : answer.mode;
        };
        for (let n = 1; n <= 5; n++) await limited.register.mark(classId, mark(nth(students, 0)));
        expect(await versions(0)).to.deep.equal([1, 2, 3, 4, 5]);
        // More at once than the log holds, and then a change of the roster.
        await Promise.all(
          Array.from({ length: 8 }, () => limited.register.mark(classId, mark(nth(students, 1)))),
        );
        expect(await versions(8)).to.deep.equal([9, 10, 11, 12, 13]);
        expect(await versions(7)).to.equal('snapshot');
        await limited.register.withdraw(classId, nth(students, 0));
        expect(await versions(9)).to.deep.equal([10, 11, 12, 13, 14]);
        expect(await versions(8)).to.equal('snapshot');
      } finally {
        await limited.close();
      }
    });

    it('[SY1] the log keeps the last 1,000 changes unless told otherwise', async () => {
      const { classId, students, session } = await openClass(register(), 4);
      await Promise.all(
        Array.from({ length: 1001 }, (_, i) => register().mark(classId, mark(nth(students, i % 4)))),
      );
      const known = (version: number) => ({ epoch: session.epoch, version });
      const reach = await register().since(classId, known(1));
      expect(reach.mode === 'delta' && reach.changes.map(({ version }) => version)).to.deep.equal(
        Array.from({ length: 1000 }, (_, i) => i + 2),
      );
      expect((await register().since(classId, known(0))).mode).to.equal('snapshot');
    });
  });

  describe('following', () => {
    it('[MK4] hears every change once, in order, with the counts after it', async () => {
      const { classId, students, session } = await openClass(register(), 4);
      const heard = await hear(register(), classId);
      for (const [i, student] of students.entries()) {
        const { entry } = await register().mark(
          classId,
          mark(student, { status: i < 3 ? 'late' : 'absent' }),
        );
        await heard.until(i + 1);
        const { openedAt: _, closesAt: __, ...about } = heading(session);
        expect(heard.batches).to.have.length(i + 1);
        expect(heard.batches[i]).to.deep.equal({
          ...about,
          version: i + 1,
          changes: [entry],
          counts: { ...ZERO, late: Math.min(i + 1, 3), absent: i < 3 ? 0 : 1, unmarked: 3 - i, enrolled: 4 },
        });
      }
      await heard.stop();
    });

    it('[MK4] each batch goes on where the last one ended, and its version and counts are its last change’s', async () => {
      const { classId, students, session } = await openClass(register(), 30);
      const heard = await hear(register(), classId);
      await Promise.all(students.map((student) => register().mark(classId, mark(student))));
      await heard.until(30);
      let version = 0;
      for (const batch of heard.batches) {
        expect(batch.changes.map((change) => change.version)).to.deep.equal(
          batch.changes.map((_, i) => version + 1 + i),
        );
        version += batch.changes.length;
        expect(batch.version).to.equal(version);
        expect(batch.epoch).to.equal(session.epoch);
        expect(batch.counts).to.deep.equal({
          ...ZERO,
          present: version,
          unmarked: 30 - version,
          enrolled: 30,
        });
      }
      await heard.stop();
    });

    it('[SY1] nothing falls between following and reading', async () => {
      const { classId, students, session } = await openClass(register(), 1);
      const student = nth(students, 0);
      const marking = Promise.all(Array.from({ length: 40 }, () => register().mark(classId, mark(student))));
      const heard = await hear(register(), classId);
      const { version } = await register().since(classId);
      await marking;
      // All of the others may have come before the following began.
      await register().mark(classId, mark(student, { at: at(2) }));
      await heard.until(41);
      const after = heard.changes().filter((change) => change.version > version);
      expect(after.map((change) => change.version)).to.deep.equal(
        Array.from({ length: 41 - version }, (_, i) => version + 1 + i),
      );
      expect(heard.batches.every(({ epoch }) => epoch === session.epoch)).to.equal(true);
      await heard.stop();
    });

    it('may begin before the class opens, and goes on in its next session', async () => {
      const { classId, sessionId, students, asked, session } = await openClass(register(), 1);
      const heard = await hear(register(), classId);
      await register().mark(classId, mark(nth(students, 0)));
      await heard.until(1, session.epoch);
      await register().drop(classId, sessionId);
      const { session: next } = await register().open({ ...asked, sessionId: newSession() });
      await register().mark(classId, mark(nth(students, 0), { at: at(2) }));
      await heard.until(1, next.epoch);
      expect(heard.batches.map((batch) => [batch.sessionId, batch.epoch, batch.version])).to.deep.equal([
        [session.sessionId, session.epoch, 1],
        [next.sessionId, next.epoch, 1],
      ]);
      await heard.stop();
    });

    it('[MK4] hears marks and changes of the roster that overtake one another, from the register’s first step on', async () => {
      for (let round = 0; round < 20; round++) {
        const asked = opening([...newStudents(2)]);
        const { classId, roster } = asked;
        const heard = await hear(register(), classId);
        const { session } = await register().open(asked);
        await Promise.all([
          register().enrol(classId, nth(newStudents(1), 0)),
          register().mark(classId, mark(nth(roster, 0))),
          register().withdraw(classId, nth(roster, 1)),
          register().mark(classId, mark(nth(roster, 0), { at: at(2) })),
        ]);
        await heard.until(4, session.epoch);
        expect(heard.changes().map(({ version }) => version)).to.deep.equal([1, 2, 3, 4]);
        await heard.stop();
      }
    });

    it('hears its own class only, until it stops; others go on', async () => {
      const { classId, students } = await openClass(register(), 1);
      const other = await openClass(register(), 1);
      const [stops, stays, elsewhere] = [
        await hear(register(), classId),
        await hear(register(), classId),
        await hear(register(), other.classId),
      ];
      await register().mark(classId, mark(nth(students, 0)));
      await Promise.all([stops.until(1), stays.until(1)]);
      await stops.stop();
      await register().mark(classId, mark(nth(students, 0), { at: at(2) }));
      await register().mark(other.classId, mark(nth(other.students, 0)));
      await Promise.all([stays.until(2), elsewhere.until(1)]);
      const versions = (changes: Change[]) => changes.map(({ version }) => version);
      expect(versions(stops.changes())).to.deep.equal([1]);
      expect(versions(stays.changes())).to.deep.equal([1, 2]);
      expect(elsewhere.batches.map((batch) => batch.classId)).to.deep.equal([other.classId]);
      await Promise.all([stays.stop(), elsewhere.stop()]);
    });
  });
};
