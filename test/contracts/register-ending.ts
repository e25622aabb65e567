import { expect } from 'chai';
import type { Register } from '../../server/live/register.ts';
import {
  at,
  firstAnswer,
  hear,
  type Make,
  mark,
  newSession,
  newStudents,
  newTeacher,
  nth,
  op,
  openClass,
  refused,
  snapshot,
  sortedFrozen,
  ZERO,
} from './register-support.ts';

/** Freezing and dropping, and what a crash may not change. */
export const endingCases = (register: () => Register, make: Make): void => {
  describe('the end', () => {
    it('[DN4] a frozen register takes no mark and shows nothing, and tells the finalizer everything', async () => {
      const { classId, sessionId, students, session } = await openClass(register(), 3);
      const [one, two] = [nth(students, 0), nth(students, 1)];
      const { entry } = await register().mark(classId, mark(one));
      const { entry: withdrawn } = await register().mark(classId, mark(two, { status: 'late' }));
      await register().withdraw(classId, two);
      const frozen = sortedFrozen(await register().freeze(classId, sessionId));
      expect(frozen).to.deep.equal({
        ...session,
        version: 3,
        counts: { ...ZERO, present: 1, unmarked: 1, enrolled: 2 },
        roster: [one, nth(students, 2)],
        rows: [
          { entry, history: [], withdrawn: false },
          { entry: withdrawn, history: [], withdrawn: true },
        ],
      });
      expect(await refused(register().mark(classId, mark(one)))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().counts(classId))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().entry(classId, one))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().since(classId))).to.equal('NO_ACTIVE_SESSION');
      const known = { epoch: session.epoch, version: 3 };
      expect(await refused(register().since(classId, known))).to.equal('NO_ACTIVE_SESSION');
      expect(await register().enrol(classId, nth(newStudents(1), 0))).to.equal(false);
      expect(await register().withdraw(classId, one)).to.equal(false);
      expect(await register().live([classId])).to.deep.equal([]);
      expect(sortedFrozen(await register().freeze(classId, sessionId))).to.deep.equal(frozen);
    });

    it('[DN3] two that freeze at once get the same', async () => {
      const { classId, sessionId, students } = await openClass(register(), 2);
      await register().mark(classId, mark(nth(students, 0)));
      const [one, two] = await Promise.all([
        register().freeze(classId, sessionId),
        register().freeze(classId, sessionId),
      ]);
      expect(sortedFrozen(one)).to.deep.equal(sortedFrozen(two));
    });

    it('[DN2] freezing or dropping another session of the class does nothing', async () => {
      const { classId, sessionId, students } = await openClass(register(), 1);
      expect(await refused(register().freeze(classId, newSession()))).to.equal('NO_ACTIVE_SESSION');
      await register().drop(classId, newSession());
      expect(await register().mark(classId, mark(nth(students, 0)))).to.include({ version: 1 });
      await register().drop(classId, sessionId);
      await register().drop(classId, sessionId);
      expect(await refused(register().freeze(classId, sessionId))).to.equal('NO_ACTIVE_SESSION');
      expect(await refused(register().counts(classId))).to.equal('NO_ACTIVE_SESSION');
    });

    it('[DN4] marks that race the end are in it, or refused; never acknowledged and missing', async () => {
      for (let round = 0; round < 10; round++) {
        const { classId, sessionId, students } = await openClass(register(), 40);
        const marking = students.map((student, i) =>
          register()
            .mark(classId, mark(student, { opId: op(`r${i}`), by: newTeacher() }))
            .then(
              ({ entry }) => entry,
              (error: unknown) => error,
            ),
        );
        // Freeze when some of them, another number each round, have been answered.
        await Promise.all(marking.slice(0, round * 4));
        const { rows, version } = await register().freeze(classId, sessionId);
        const answers = await Promise.all(marking);
        const frozen = new Map(rows.map(({ entry }) => [entry.studentId, entry]));
        let acknowledged = 0;
        for (const answer of answers) {
          if (answer instanceof Error) {
            expect(answer).to.have.property('code', 'NO_ACTIVE_SESSION');
          } else {
            const entry = answer as { studentId: (typeof students)[number] };
            acknowledged += 1;
            expect(frozen.get(entry.studentId)).to.deep.equal(entry);
          }
        }
        expect([rows.length, version]).to.deep.equal([acknowledged, acknowledged]);
      }
    });
  });

  describe('health', () => {
    it('says what it runs on, that it answers, and that it keeps what it acknowledged', async () => {
      const health = await register().health();
      expect(health.kind).to.be.oneOf(['redis', 'embedded']);
      expect(health).to.include({ ok: true, durable: true });
    });
  });

  describe('after a crash', () => {
    const reopening = async (run: (first: Register, reopen: () => Promise<Register>) => Promise<void>) => {
      const made = await make();
      const { reopen } = made;
      if (reopen === undefined) expect.fail('this implementation cannot be reopened');
      const later: Register[] = [];
      try {
        await run(made.register, async () => {
          const again = await reopen();
          later.push(again);
          return again;
        });
      } finally {
        for (const again of later) await again.close();
        await made.close();
      }
    };

    it('[MK1] every acknowledged mark is there: rows, versions, opIds, histories, log and epoch', () =>
      reopening(async (first, reopen) => {
        const { classId, sessionId, students, session } = await openClass(first, 5);
        const by = newTeacher();
        const requests = Array.from({ length: 60 }, (_, i) =>
          mark(nth(students, i % 4), {
            source: i % 3 === 0 ? 'device' : 'teacher',
            status: i % 2 === 0 ? 'present' : 'late',
            at: at(i % 50),
            opId: op(`m${i}`),
            ...(i % 3 === 0 ? {} : { by }),
          }),
        );
        const outcomes = await Promise.all(requests.map((request) => first.mark(classId, request)));
        await first.withdraw(classId, nth(students, 3));
        const late = nth(newStudents(1), 0);
        await first.enrol(classId, late);
        const before = await snapshot(first, classId);
        const known = { epoch: session.epoch, version: 3 };
        const delta = await first.since(classId, known);

        const again = await reopen();
        expect(await again.live([classId])).to.deep.equal([session]);
        expect(await snapshot(again, classId)).to.deep.equal(before);
        expect(await again.since(classId, known)).to.deep.equal(delta);
        for (const [i, request] of requests.entries()) {
          const repeated = await again.mark(classId, request);
          expect(repeated.repeated).to.equal(true);
          const answer = outcomes[i];
          expect(firstAnswer(repeated)).to.deep.equal(answer && firstAnswer(answer));
        }
        const next = await again.mark(classId, mark(late));
        expect(next).to.include({ version: before.version + 1, applied: true, epoch: session.epoch });

        const third = await reopen();
        expect(await third.entry(classId, late)).to.deep.equal(next.entry);
        const frozen = sortedFrozen(await third.freeze(classId, sessionId));
        expect(frozen.rows.filter((row) => row.withdrawn)).to.have.length(1);
        const heardOf = frozen.rows.reduce((sum, { history }) => sum + history.length + 1, 0);
        expect(heardOf).to.equal(requests.length + 1);
      }));

    it('[DN2] a frozen register is still frozen, and freezes to the same again', () =>
      reopening(async (first, reopen) => {
        const { classId, sessionId, students, session } = await openClass(first, 3);
        await first.mark(classId, mark(nth(students, 1), { status: 'excused' }));
        const frozen = sortedFrozen(await first.freeze(classId, sessionId));
        const again = await reopen();
        expect(await refused(again.mark(classId, mark(nth(students, 0))))).to.equal('NO_ACTIVE_SESSION');
        expect(await again.live([classId])).to.deep.equal([]);
        expect(await again.open({ ...session, roster: [] })).to.deep.equal({ opened: false, session });
        expect(sortedFrozen(await again.freeze(classId, sessionId))).to.deep.equal(frozen);
      }));

    it('[DN5] a dropped register stays away, and others are untouched by it', () =>
      reopening(async (first, reopen) => {
        const dropped = await openClass(first, 1);
        const stays = await openClass(first, 2);
        await first.mark(dropped.classId, mark(nth(dropped.students, 0)));
        await first.mark(stays.classId, mark(nth(stays.students, 0)));
        await first.drop(dropped.classId, dropped.sessionId);
        const { session } = await first.open({ ...dropped.asked, sessionId: newSession() });
        await first.mark(stays.classId, mark(nth(stays.students, 1)));
        const again = await reopen();
        const classes = [dropped.classId, stays.classId];
        expect(await again.live(classes)).to.deep.equal([session, stays.session]);
        expect((await again.counts(dropped.classId)).version).to.equal(0);
        expect((await again.counts(stays.classId)).counts).to.include({ present: 2, unmarked: 0 });
      }));

    it('[MK4] whoever follows afterwards hears the next versions', () =>
      reopening(async (first, reopen) => {
        const { classId, students, session } = await openClass(first, 2);
        await first.mark(classId, mark(nth(students, 0)));
        const again = await reopen();
        const heard = await hear(again, classId);
        await again.mark(classId, mark(nth(students, 1)));
        await heard.until(2, session.epoch);
        expect(heard.changes().map(({ version }) => version)).to.deep.equal([2]);
        await heard.stop();
      }));
  });
};
