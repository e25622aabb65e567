import { expect } from 'chai';
import type { AttendanceRecord } from '../../server/data/records.ts';
import { DONE_STEPS } from '../../server/features/attendance/finalizer.ts';
import type { MarkOutcome } from '../../server/live/register.ts';
import { Fault } from '../../shared/faults.ts';
import type { ClassId, OpId, SessionId, StudentId } from '../../shared/ids.ts';
import type { Done } from '../../shared/protocol/index.ts';
import { freshDatabase } from '../support/engine.ts';
import { createInstance, enrolAll, type Instance, newClass, newStudent, type Options } from './instance.ts';
import { around, type Pair, REGISTERS } from './registers.ts';

const op = (name: string) => name as OpId;
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => 'nothing',
    (thrown: unknown) => thrown,
  );
  return error instanceof Fault ? error.code : String(error);
};
const byStudent = (records: readonly AttendanceRecord[]) =>
  new Map(records.map((record) => [record.studentId, record]));

for (const { name, make } of REGISTERS) {
  describe(`DONE on the ${name} register`, () => {
    let url: string;
    let pair: Pair;
    let one: Instance;
    let two: Instance;
    const extra: Instance[] = [];
    const another = async (options: Partial<Options> = {}): Promise<Instance> => {
      const instance = await createInstance({ url, register: pair.next, ...options });
      extra.push(instance);
      return instance;
    };

    before(async () => {
      url = await freshDatabase('done');
      pair = await make();
      one = await createInstance({ url, register: pair.next });
      two = await createInstance({ url, register: pair.next });
    });
    afterEach(async () => {
      for (const instance of extra.splice(0)) await instance.close();
    });
    after(async () => {
      await one.idle();
      await two.idle();
      await pair.close();
      await one.close();
      await two.close();
    });

    const mark = (
      { register }: Instance,
      classId: ClassId,
      studentId: StudentId,
      over: object = {},
    ): Promise<MarkOutcome> =>
      register.mark(classId, {
        studentId,
        status: 'present',
        source: 'teacher',
        at: new Date().toISOString(),
        ...over,
      });
    /** A class whose session runs, with the first few of it marked present. */
    const running = async (size: number, marked: number) => {
      const taught = await newClass(one, size);
      const session = await one.service.start(taught.teacher, { classId: taught.classId });
      await Promise.all(
        taught.students
          .slice(0, marked)
          .map((id) => mark(one, taught.classId, id, { by: taught.teacher.userId })),
      );
      return { ...taught, session };
    };
    const expectFinished = async (
      of: { session: { id: SessionId }; classId: ClassId; students: StudentId[] },
      marked: number,
    ) => {
      const records = await two.records.ofSession(of.session.id);
      expect(records.map(({ studentId }) => studentId)).to.have.members(of.students);
      expect(records.filter(({ status }) => status === 'present')).to.have.length(marked);
      expect(records.filter(({ source }) => source === 'system')).to.have.length(of.students.length - marked);
      const session = await two.sessions.read(of.session.id);
      expect(session).to.include({ state: 'final', open: false });
      expect(session?.counts).to.include({ present: marked, enrolled: of.students.length, unmarked: 0 });
      return session;
    };
    const expectGone = async (classId: ClassId, sessionId: SessionId) => {
      expect(await refusal(two.register.freeze(classId, sessionId))).to.equal('NO_ACTIVE_SESSION');
      expect((await two.sessions.read(sessionId))?.settledAt).to.be.a('string');
    };

    it('[DN1] gives every enrolled student exactly one record, and the unmarked are absent', async () => {
      const { classId, teacher, students, session } = await running(6, 0);
      const [late, changed, gone, never, excused, unmarked] = students as [
        StudentId,
        StudentId,
        StudentId,
        StudentId,
        StudentId,
        StudentId,
      ];
      const by = teacher.userId;
      const at = new Date(Date.now() - 1000).toISOString();
      await mark(one, classId, late, { status: 'late', minutesLate: 7, by, at, reason: 'bus' });
      await mark(one, classId, changed, { status: 'absent', by });
      await mark(one, classId, changed, { status: 'present', by });
      await mark(one, classId, gone, { status: 'present', by });
      await mark(one, classId, excused, { status: 'excused', by });
      for (const student of [gone, never]) {
        await one.classes.removeStudent(classId, student);
        await one.register.withdraw(classId, student);
      }
      const joined = newStudent();
      await one.classes.addStudent(classId, joined);
      await one.register.enrol(classId, joined);

      const done = await one.finalizer.done({ classId, by });

      const counts = { present: 1, late: 1, excused: 1, absent: 2, partial: 0, unmarked: 0, enrolled: 5 };
      expect(done).to.deep.equal({
        ...counts,
        message: 'Attendance persisted',
        classId,
        sessionId: session.id,
        total: 5,
      });
      const records = await one.records.ofSession(session.id);
      expect(records).to.have.length(6);
      const of = byStudent(records);
      expect(of.get(late)).to.deep.include({
        status: 'late',
        minutesLate: 7,
        by,
        at,
        reason: 'bus',
        classId,
      });
      expect(of.get(late)?.date).to.equal(session.date);
      expect(of.get(changed)).to.include({ status: 'present', source: 'teacher', withdrawn: false });
      expect(of.get(changed)?.history.map(({ status }) => status)).to.include('absent');
      expect(of.get(gone)).to.include({ status: 'present', withdrawn: true });
      expect(of.get(never)).to.equal(undefined);
      for (const student of [unmarked, joined])
        expect(of.get(student)).to.include({ status: 'absent', source: 'system', by: undefined });
      expect(await one.records.counts(session.id)).to.deep.equal(counts);
      expect(one.toldOf(classId, 'DONE').map(({ data }) => data)).to.deep.equal([done]);
      await one.idle();
      await expectGone(classId, session.id);
    });

    it('[DN1] finishes a class without students', async () => {
      const { classId, session } = await running(0, 0);
      expect(await one.finalizer.done({ classId })).to.include({ total: 0, absent: 0 });
      expect(await one.records.ofSession(session.id)).to.deep.equal([]);
    });

    it('[DN1] writes a class that needs more than one command', async () => {
      const taught = await newClass(one, 0);
      const students = Array.from({ length: 2_300 }, newStudent);
      await enrolAll(one, taught.classId, students);
      const session = await one.service.start(taught.teacher, { classId: taught.classId });
      const done = await one.finalizer.done({ classId: taught.classId });
      expect(done).to.include({ total: 2_300, absent: 2_300 });
      expect(new Set((await one.records.ofSession(session.id)).map((r) => r.studentId)).size).to.equal(2_300);
    });

    for (const step of DONE_STEPS)
      for (const how of ['DONE again', 'the sweeper'] as const)
        it(`[DN2] a process that dies after ${step} is followed up by ${how}`, async () => {
          const of = await running(12, 5);
          const { classId, session, teacher } = of;
          const dying = await another({
            checkpoint(at) {
              if (at === step) throw new Error('died');
            },
          });
          const request = { classId, by: teacher.userId, opId: op('done-1') };
          const first = await dying.finalizer.done(request).then(
            (done) => done,
            (error: Error) => error.message,
          );
          await dying.idle();
          if (step.startsWith('done:')) expect(first).to.equal('died');
          else expect(first).to.have.property('sessionId', session.id);
          let second: Done | undefined;
          if (how === 'DONE again' || step === 'done:asked') second = await two.finalizer.done(request);
          await two.idle();
          await two.sweeper.sweep();
          await two.idle();
          const final = await expectFinished(of, 5);
          await expectGone(classId, session.id);
          // Asked once more, it is the same answer: nothing was done twice.
          const third = await one.finalizer.done(request);
          expect(third).to.deep.equal({
            ...final?.counts,
            message: 'Attendance persisted',
            classId,
            sessionId: session.id,
            total: 12,
          });
          if (second !== undefined) expect(second).to.deep.equal(third);
          if (typeof first !== 'string') expect(first).to.deep.equal(third);
          const toldOf = (what: string) => [dying, two].flatMap((instance) => instance.toldOf(classId, what));
          expect(toldOf('DONE')).to.have.length(step === 'done:final' ? 0 : 1);
          expect(toldOf('SESSION_CLOSED')).to.have.length.greaterThan(0);
        });

    it('[DN2] the sweeper leaves those alone who are at it', async () => {
      const of = await running(3, 1);
      const patient = await another({ patienceMs: 60_000 });
      await one.sessions.close(of.classId, { at: new Date().toISOString() });
      await patient.sweeper.sweep();
      expect((await one.sessions.read(of.session.id))?.state).to.equal('closing');
      await two.sweeper.sweep();
      await two.idle();
      await expectFinished(of, 1);
    });

    it('[DN2] writing the records again changes and adds nothing', async () => {
      const { session, classId, students } = await running(5, 0);
      const [first] = students as [StudentId];
      const row = (status: 'present' | 'absent', studentId: StudentId) => ({
        entry: { studentId, status, source: 'teacher' as const, at: new Date().toISOString(), version: 1 },
        history: [],
        withdrawn: false,
      });
      const writing = {
        sessionId: session.id,
        classId,
        date: session.date,
        writtenAt: new Date().toISOString(),
      };
      expect(await one.records.writeAll({ ...writing, rows: [row('present', first)] })).to.equal(1);
      const rows = students.map((student) => row('absent', student));
      const written = await Promise.all(
        [one, two, one, two].map(({ records }) => records.writeAll({ ...writing, rows })),
      );
      expect(written.reduce((sum, n) => sum + n)).to.equal(4);
      const records = await one.records.ofSession(session.id);
      expect(records).to.have.length(5);
      expect(byStudent(records).get(first)?.status).to.equal('present');
      await one.service.cancel({ userId: session.openedBy, role: 'admin' }, session.id);
    });

    it('[DN2] a DONE that is sent again does not end the next session', async () => {
      const { classId, teacher, session } = await running(4, 2);
      const request = { classId, by: teacher.userId, opId: op('done-1') };
      const done = await one.finalizer.done(request);
      const next = await one.service.start(teacher, { classId });
      expect(await two.finalizer.done(request)).to.deep.equal(done);
      expect((await one.sessions.read(next.id))?.state).to.equal('live');
      const secondDone = await two.finalizer.done({ ...request, opId: op('done-2') });
      expect(secondDone.sessionId).to.equal(next.id);
      expect(done.sessionId).to.equal(session.id);
      await one.service.start(teacher, { classId });
      expect(await two.finalizer.done(request)).to.deep.equal(done);
      await two.finalizer.done({ classId });
    });

    it('[DN2] a DONE that tries again after trouble does not end a session that began meanwhile', async () => {
      const { classId, teacher, session } = await running(4, 2);
      let troubles = 0;
      let next: SessionId | undefined;
      const troubled = await another({
        checkpoint: async (step) => {
          if (step !== 'done:frozen' || troubles++ > 0) return;
          await two.finalizer.done({ classId });
          next = (await two.service.start(teacher, { classId })).id;
          throw new Fault('STORE_UNAVAILABLE');
        },
      });
      const done = await troubled.finalizer.done({ classId });
      expect(done).to.include({ sessionId: session.id, present: 2, absent: 2 });
      expect((await one.sessions.openOf(classId))?.id).to.equal(next);
      await one.finalizer.done({ classId });
    });

    it('[DN3] two at once in one process, and in two, get one result', async () => {
      for (let round = 0; round < 8; round++) {
        const of = await running(20, 7);
        const { classId, teacher } = of;
        const ask = ({ finalizer }: Instance, opId: string) =>
          finalizer.done({ classId, by: teacher.userId, opId: op(opId) });
        const [first, ...others] = await Promise.all([
          ask(one, 'a'),
          ask(two, 'b'),
          ask(one, 'c'),
          ask(two, 'd'),
        ]);
        for (const other of others) expect(other).to.deep.equal(first);
        await one.idle();
        await two.idle();
        await expectFinished(of, 7);
        await expectGone(classId, of.session.id);
        expect([...one.toldOf(classId, 'DONE'), ...two.toldOf(classId, 'DONE')]).to.have.length(1);
        // Each of them, sent again much later, is known.
        const later = await another({ clock: { now: () => Date.now() + 60_000 } });
        for (const opId of ['a', 'b', 'c', 'd']) expect(await ask(later, opId)).to.deep.equal(first);
      }
    });

    it('[DN3] a second DONE that comes a moment late gets the same result, a later one is refused', async () => {
      const { classId, session } = await running(3, 3);
      const done = await one.finalizer.done({ classId, opId: op('a') });
      expect(await two.finalizer.done({ classId, opId: op('b') })).to.deep.equal(done);
      expect(await refusal(two.finalizer.done({ classId }))).to.equal('NO_ACTIVE_SESSION');
      const later = await another({ clock: { now: () => Date.now() + 6_000 } });
      expect(await refusal(later.finalizer.done({ classId, opId: op('c') }))).to.equal('NO_ACTIVE_SESSION');
      expect(await later.finalizer.done({ classId, opId: op('b') })).to.deep.equal(done);
      expect(await later.finalizer.done({ classId, sessionId: session.id })).to.deep.equal(done);
    });

    it('[DN3] a DONE that names a session ends that one or none', async () => {
      const { classId, teacher, session } = await running(3, 3);
      const elsewhere = await running(2, 0);
      expect(await refusal(one.finalizer.done({ classId, sessionId: elsewhere.session.id }))).to.equal(
        'SESSION_CHANGED',
      );
      await one.service.cancel(teacher, session.id);
      expect(await refusal(one.finalizer.done({ classId, sessionId: session.id }))).to.equal(
        'NO_ACTIVE_SESSION',
      );
      const next = await one.service.start(teacher, { classId });
      expect(await refusal(one.finalizer.done({ classId, sessionId: session.id }))).to.equal(
        'SESSION_CHANGED',
      );
      expect((await one.sessions.read(next.id))?.state).to.equal('live');
      await one.finalizer.done({ classId, sessionId: next.id });
      await one.finalizer.done({ classId: elsewhere.classId });
      expect(await refusal(one.finalizer.done({ classId: elsewhere.classId, sessionId: next.id }))).to.equal(
        'NO_ACTIVE_SESSION',
      );
    });

    it('[DN4] marks that race DONE are in the records or refused', async () => {
      let acknowledged = 0;
      let refused = 0;
      for (let round = 0; round < 10; round++) {
        const { classId, students, session } = await running(30, 0);
        const last = new Map<StudentId, MarkOutcome>();
        let over = false;
        const marker = async (instance: Instance, offset: number) => {
          for (let i = offset; !over && i < 5_000; i++) {
            const student = students[i % students.length] as StudentId;
            const status = i % 3 === 0 ? 'late' : 'present';
            try {
              const outcome = await mark(instance, classId, student, { status });
              acknowledged += 1;
              if ((last.get(student)?.version ?? 0) < outcome.version) last.set(student, outcome);
            } catch (error) {
              over = true;
              expect(error).to.have.property('code', 'NO_ACTIVE_SESSION');
              refused += 1;
            }
          }
        };
        const markers = [0, 7, 15, 22].map((offset, i) => marker(i % 2 === 0 ? one : two, offset));
        await mark(one, classId, students[29] as StudentId);
        const [done] = await Promise.all([one, two].map(({ finalizer }) => finalizer.done({ classId })));
        await Promise.all(markers);
        const records = byStudent(await one.records.ofSession(session.id));
        expect(records.size).to.equal(30);
        for (const [student, { entry }] of last) {
          const record = records.get(student);
          expect(record).to.include({ status: entry.status, at: entry.at, version: entry.version });
        }
        expect(done?.total).to.equal(30);
      }
      expect(acknowledged).to.be.greaterThan(10);
      expect(refused).to.be.greaterThan(0);
    });

    it('[DN4] a start that was held up beyond DONE leaves no register behind', async () => {
      const taught = await newClass(one, 4);
      const { classId, teacher } = taught;
      const slow = await another({
        checkpoint: async (step) => {
          if (step !== 'start:stored') return;
          await two.finalizer.done({ classId });
          await two.idle();
        },
      });
      const session = await slow.service.start(teacher, { classId });
      expect(session).to.include({ state: 'final' });
      await expectGone(classId, session.id);
      expect(await refusal(mark(one, classId, taught.students[0] as StudentId))).to.equal(
        'NO_ACTIVE_SESSION',
      );
    });

    it('[DN4] a mark that got into such a register is in the records', async () => {
      const taught = await newClass(one, 4);
      const { classId, teacher, students } = taught;
      const [student] = students as [StudentId];
      let accepted: MarkOutcome | undefined;
      const slow = await another({
        checkpoint: async (step) => {
          if (step !== 'start:stored') return;
          await two.finalizer.done({ classId });
          await two.idle();
        },
        register: async (connection) =>
          around(await pair.next(connection), {
            open: {
              after: async () => {
                accepted = await mark(two, classId, student, { by: teacher.userId, reason: 'here' });
              },
            },
          }),
      });
      const session = await slow.service.start(teacher, { classId });
      await slow.idle();
      const records = byStudent(await one.records.ofSession(session.id));
      expect(records.size).to.equal(4);
      expect(records.get(student)).to.include({ status: 'present', at: accepted?.entry.at, reason: 'here' });
      expect(records.get(student)?.history).to.have.length(1);
      expect((await one.sessions.read(session.id))?.counts).to.include({ present: 1, absent: 3 });
      await expectGone(classId, session.id);
    });

    it('[DN4] so it is when the process that opened it died: the sweeper finds it', async () => {
      const { classId, students, session } = await running(4, 1);
      const [, student] = students as [StudentId, StudentId];
      await one.finalizer.done({ classId });
      await one.idle();
      const { openedAt, closesAt } = session;
      const opening = { sessionId: session.id, classId, visibility: 'private' as const, openedAt, closesAt };
      await one.register.open({ ...opening, roster: students });
      const accepted = await mark(one, classId, student);
      await two.sweeper.sweep();
      const records = byStudent(await one.records.ofSession(session.id));
      expect(records.get(student)).to.include({ status: 'present', at: accepted.entry.at });
      expect((await one.sessions.read(session.id))?.counts).to.include({ present: 2, absent: 2 });
      await expectGone(classId, session.id);
    });

    it('[DN5] the register is dropped when the database has everything, not before', async () => {
      const seen: unknown[] = [];
      const watched = await another({
        register: async (connection) =>
          around(await pair.next(connection), {
            drop: {
              before: async () => {
                seen.push([
                  (await two.sessions.read(session.id))?.state,
                  (await two.records.ofSession(session.id)).length,
                ]);
              },
            },
          }),
      });
      const { classId, session } = await running(9, 4);
      await watched.finalizer.done({ classId });
      await watched.idle();
      expect(seen).to.deep.equal([['final', 9]]);
      await expectGone(classId, session.id);
    });
  });
}
