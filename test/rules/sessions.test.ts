import { expect } from 'chai';
import { CANCEL_STEPS } from '../../server/features/sessions/service.ts';
import { Fault } from '../../shared/faults.ts';
import type { ClassId, SessionId, StudentId } from '../../shared/ids.ts';
import { freshDatabase } from '../support/engine.ts';
import { createInstance, type Instance, newClass, newStudent, newTeacher, type Options } from './instance.ts';
import { around, type Pair, REGISTERS } from './registers.ts';

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) return expect.fail(`expected a fault, got ${String(error)}`);
  return error;
};
const refusal = async (promise: Promise<unknown>): Promise<string> => (await faultOf(promise)).code;
const admin = { ...newTeacher(), role: 'admin' as const };

for (const { name, forgets, make } of REGISTERS) {
  describe(`sessions on the ${name} register`, () => {
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
    const dyingAt = (step: string) =>
      another({
        checkpoint(at) {
          if (at === step) throw new Error('died');
        },
      });

    before(async () => {
      url = await freshDatabase('sessions');
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

    const mark = ({ register }: Instance, classId: ClassId, studentId: StudentId) =>
      register.mark(classId, {
        studentId,
        status: 'present',
        source: 'teacher',
        at: new Date().toISOString(),
      });
    const standing = async (classId: ClassId): Promise<SessionId | undefined> =>
      (await two.register.live([classId]))[0]?.sessionId;
    const rosterOf = async (classId: ClassId): Promise<readonly StudentId[]> => {
      const since = await two.register.since(classId);
      return since.mode === 'snapshot' ? since.roster : expect.fail('expected a snapshot');
    };

    describe('[SE1] one live session per class', () => {
      it('[SE1] a second start is refused with the running session, which goes on untouched', async () => {
        const { classId, teacher, students } = await newClass(one, 3);
        const session = await one.service.start(teacher, { classId, minutes: 30 });
        const { version } = await mark(one, classId, students[0] as StudentId);
        const fault = await faultOf(two.service.start(teacher, { classId, minutes: 5 }));
        expect(fault.code).to.equal('SESSION_EXISTS');
        expect(fault.details).to.deep.equal([{ path: 'sessionId', message: session.id }]);
        const running = await two.service.startOrRunning(teacher, classId);
        expect(running).to.deep.equal({ classId, sessionId: session.id, startedAt: session.openedAt });
        expect(await one.service.read(teacher, session.id)).to.deep.equal(session);
        expect((await one.register.counts(classId)).version).to.equal(version);
        expect(one.toldOf(classId, 'SESSION_STARTED')).to.have.length(1);
        expect(two.toldOf(classId, 'SESSION_STARTED')).to.have.length(0);
      });

      it('[SE1] of many starts at once in two processes one wins, and every other learns which', async () => {
        for (let round = 0; round < 5; round++) {
          const { classId, teacher } = await newClass(one, 2);
          const starts = await Promise.allSettled(
            [one, two, one, two, one, two].map(({ service }) => service.start(teacher, { classId })),
          );
          const [winner, ...more] = starts.flatMap((start) =>
            start.status === 'fulfilled' ? [start.value] : [],
          );
          expect(more).to.have.length(0);
          for (const start of starts)
            if (start.status === 'rejected')
              expect(start.reason.details).to.deep.equal([{ path: 'sessionId', message: winner?.id }]);
          expect(await standing(classId)).to.equal(winner?.id);
        }
      });

      it('[SE1] on the root path many starts at once get the same session, and it stands', async () => {
        const { classId, teacher, students } = await newClass(one, 2);
        const answers = await Promise.all(
          [one, two, one, two].map(async (instance) => {
            const answer = await instance.service.startOrRunning(teacher, classId);
            await mark(instance, classId, students[0] as StudentId);
            return answer;
          }),
        );
        expect(new Set(answers.map(({ startedAt, sessionId }) => `${sessionId} ${startedAt}`)).size).to.equal(
          1,
        );
      });

      it('[SE1] the next start finds room right after DONE, though the old register still stands', async () => {
        const { classId, teacher, students } = await newClass(one, 3);
        let letGo = () => {};
        const held = new Promise<void>((resolve) => {
          letGo = resolve;
        });
        const slow = await another({
          register: async (connection) =>
            around(await pair.next(connection), { drop: { before: () => held } }),
        });
        const first = await slow.service.start(teacher, { classId });
        await mark(slow, classId, students[0] as StudentId);
        await slow.finalizer.done({ classId });
        const second = await two.service.start(teacher, { classId });
        expect(await standing(classId)).to.equal(second.id);
        expect((await two.register.counts(classId)).counts).to.include({ present: 0, unmarked: 3 });
        letGo();
        await slow.idle();
        expect(await standing(classId)).to.equal(second.id);
        expect(await one.records.ofSession(first.id)).to.have.length(3);
      });

      it('[SE1] the next start finishes a DONE that died', async () => {
        const { classId, teacher, students } = await newClass(one, 3);
        const first = await one.service.start(teacher, { classId });
        await mark(one, classId, students[0] as StudentId);
        const dying = await dyingAt('done:frozen');
        await dying.finalizer.done({ classId }).catch(() => {});
        const second = await two.service.start(teacher, { classId });
        expect(second.id).to.not.equal(first.id);
        expect((await two.sessions.read(first.id))?.counts).to.include({ present: 1, absent: 2 });
        expect(await standing(classId)).to.equal(second.id);
      });

      for (const how of ['a mark that finds none', 'the sweeper', 'the next start'] as const)
        it(`[SE1] a process that dies before it opened the register is followed up by ${how}`, async () => {
          const { classId, teacher, students } = await newClass(one, 3);
          const dying = await dyingAt('start:stored');
          await dying.service.start(teacher, { classId }).catch(() => {});
          expect(await standing(classId)).to.equal(undefined);
          if (how === 'a mark that finds none') expect(await two.service.revive(classId)).to.equal(true);
          else if (how === 'the sweeper') await two.sweeper.sweep();
          else await two.service.startOrRunning(teacher, classId);
          const outcome = await mark(one, classId, students[2] as StudentId);
          expect((await two.sessions.openOf(classId))?.id).to.equal(outcome.sessionId);
          expect(await rosterOf(classId)).to.have.members(students);
        });

      it('[SE1] a session whose register cannot be opened is not left half-open', async () => {
        const { classId, teacher } = await newClass(one, 3);
        const failing = await another({
          register: async (connection) =>
            around(await pair.next(connection), {
              open: { before: () => Promise.reject(new Fault('REGISTER_UNAVAILABLE')) },
            }),
        });
        expect(await refusal(failing.service.start(teacher, { classId }))).to.equal('REGISTER_UNAVAILABLE');
        expect(await two.sessions.openOf(classId)).to.equal(null);
        expect((await two.sessions.lastOf(classId))?.settledAt).to.be.a('string');
        expect(failing.toldOf(classId, 'SESSION_STARTED')).to.have.length(0);
        const next = await two.service.start(teacher, { classId });
        expect(await standing(classId)).to.equal(next.id);
      });

      it('[SE1] nor is one whose class was deleted meanwhile', async () => {
        const { classId, teacher } = await newClass(one, 3);
        const racing = await another({
          checkpoint: async (step) => {
            if (step === 'start:stored') await two.classes.remove(classId);
          },
        });
        expect(await refusal(racing.service.start(teacher, { classId }))).to.equal('CLASS_NOT_FOUND');
        expect(await two.sessions.openOf(classId)).to.equal(null);
      });

      it('[SE1] whoever joins or leaves the class while its session opens is put right', async () => {
        const { classId, teacher, students } = await newClass(one, 3);
        const [leaver, ...stay] = students as [StudentId, StudentId, StudentId];
        const joiner = newStudent();
        const racing = await another({
          register: async (connection) =>
            around(await pair.next(connection), {
              open: {
                // As the classes do it: first the database, then the register, which does not stand yet.
                before: async () => {
                  await two.classes.addStudent(classId, joiner);
                  await two.register.enrol(classId, joiner);
                  await two.classes.removeStudent(classId, leaver);
                  await two.register.withdraw(classId, leaver);
                },
              },
            }),
        });
        await racing.service.start(teacher, { classId });
        expect(await rosterOf(classId)).to.have.members([...stay, joiner]);
      });

      it('[SE1] no register is opened where no session is live', async () => {
        const { classId, teacher } = await newClass(one, 3);
        expect(await one.service.revive(classId)).to.equal(false);
        const session = await one.service.start(teacher, { classId });
        const later = await another({ clock: { now: () => Date.parse(session.closesAt) } });
        await one.sessions.close(classId, { at: new Date().toISOString() });
        for (const { service } of [one, later]) expect(await service.revive(classId)).to.equal(false);
        await one.service.close(teacher, session.id);
        expect(await two.service.revive(classId)).to.equal(false);
        expect(await standing(classId)).to.equal(undefined);
      });

      const whereItForgets = forgets ? it : () => {};
      whereItForgets('[SE1] a register that lost its memory is opened again, in a new epoch', async () => {
        const { classId, teacher, students } = await newClass(one, 3);
        const session = await one.service.start(teacher, { classId });
        const before = await mark(one, classId, students[0] as StudentId);
        await pair.lose();
        const revived = await Promise.all([one, two, one].map(({ service }) => service.revive(classId)));
        expect(revived).to.deep.equal([true, true, true]);
        const after = await mark(one, classId, students[1] as StudentId);
        expect(after.sessionId).to.equal(session.id);
        expect(after.epoch).to.not.equal(before.epoch);
        expect(one.toldOf(classId, 'RESYNC')).to.have.length.greaterThan(0);
        // The sweeper does the same for those of whom nobody asks, and DONE for those that end meanwhile.
        const quiet = await newClass(one, 2);
        const ending = await newClass(one, 2);
        await one.service.start(quiet.teacher, { classId: quiet.classId });
        await one.service.start(ending.teacher, { classId: ending.classId });
        await pair.lose();
        expect(await two.finalizer.done({ classId: ending.classId })).to.include({ absent: 2, total: 2 });
        await two.sweeper.sweep();
        expect(await rosterOf(quiet.classId)).to.have.members(quiet.students);
        expect(await rosterOf(classId)).to.have.members(students);
        expect(await standing(ending.classId)).to.equal(undefined);
      });
    });

    describe('[SE2] who may', () => {
      it('[SE2] the owner, a co-teacher and an admin start, close and cancel; nobody else', async () => {
        const { classId, teacher, students } = await newClass(one, 2);
        const coTeacher = newTeacher();
        await one.classes.addCoTeacher(classId, coTeacher.userId);
        const stranger = newTeacher();
        const student = { userId: students[0] as string as typeof teacher.userId, role: 'student' as const };
        const outsider = { ...newTeacher(), role: 'student' as const };
        for (const who of [stranger, student, outsider]) {
          expect(await refusal(one.service.start(who, { classId }))).to.equal('NOT_CLASS_TEACHER');
          expect(await refusal(one.service.startOrRunning(who, classId))).to.equal('NOT_CLASS_TEACHER');
        }
        expect(await one.sessions.lastOf(classId)).to.equal(null);
        for (const who of [teacher, coTeacher, admin]) {
          const session = await one.service.start(who, { classId });
          for (const [other, code] of [
            [stranger, 'SESSION_NOT_FOUND'],
            [outsider, 'SESSION_NOT_FOUND'],
            [student, 'NOT_CLASS_TEACHER'],
          ] as const) {
            expect(await refusal(one.service.close(other, session.id))).to.equal(code);
            expect(await refusal(one.service.cancel(other, session.id))).to.equal(code);
          }
          expect(await one.service.close(who, session.id)).to.include({ id: session.id, state: 'final' });
          const next = await one.service.start(who, { classId });
          expect(await one.service.cancel(who, next.id)).to.include({ id: next.id, state: 'cancelled' });
        }
      });

      it('[SE2] its members read it, to others it does not exist', async () => {
        const { classId, teacher, students } = await newClass(one, 2);
        const student = { userId: students[0] as string as typeof teacher.userId, role: 'student' as const };
        const session = await one.service.start(teacher, { classId });
        for (const who of [teacher, student, admin]) {
          expect(await one.service.read(who, session.id)).to.deep.equal(session);
          expect((await one.service.list(who, { classId, limit: 10 })).items).to.deep.equal([session]);
        }
        const stranger = newTeacher();
        const outsider = { ...newTeacher(), role: 'student' as const };
        expect(await refusal(one.service.read(stranger, session.id))).to.equal('SESSION_NOT_FOUND');
        expect(await refusal(one.service.list(stranger, { classId, limit: 10 }))).to.equal(
          'NOT_CLASS_TEACHER',
        );
        expect(await refusal(one.service.list(outsider, { classId, limit: 10 }))).to.equal('NOT_ENROLLED');
        const nowhere = 'f'.repeat(24);
        expect(await refusal(one.service.read(teacher, nowhere as SessionId))).to.equal('SESSION_NOT_FOUND');
        expect(await refusal(one.service.start(teacher, { classId: nowhere as ClassId }))).to.equal(
          'CLASS_NOT_FOUND',
        );
      });
    });

    describe('[SE3] what it knows, and its states', () => {
      it('[SE3] it keeps what it was started with; the day is the school’s', async () => {
        const { classId, teacher } = await newClass(one, 2);
        const now = Date.UTC(2026, 0, 31, 23, 30);
        const school = await another({ clock: { now: () => now }, timeZone: 'Asia/Tokyo' });
        const lateRule = { graceMinutes: 5, lateUntilMinutes: 20 };
        const session = await school.service.start(teacher, {
          classId,
          minutes: 40,
          lateRule,
          deviceId: 'gate-1',
        });
        expect(session).to.deep.equal({
          id: session.id,
          classId,
          state: 'live',
          methods: ['teacher'],
          date: '2026-02-01',
          openedBy: teacher.userId,
          openedAt: '2026-01-31T23:30:00.000Z',
          closesAt: '2026-02-01T00:10:00.000Z',
          lateRule,
          deviceId: 'gate-1',
        });
        expect(school.toldOf(classId, 'SESSION_STARTED').map(({ data }) => data)).to.deep.equal([session]);
        const [live] = await two.register.live([classId]);
        expect(live).to.include({
          openedAt: session.openedAt,
          closesAt: session.closesAt,
          visibility: 'private',
        });
        const closed = await school.service.close(teacher, session.id);
        expect(closed).to.include({ state: 'final', closedAt: '2026-01-31T23:30:00.000Z' });
        expect(closed.counts).to.include({ absent: 2 });
        const [record] = await one.records.ofSession(session.id);
        expect(record?.date).to.equal('2026-02-01');
      });

      it('[SE3] it moves live → closing → final or live → cancelled, and no other way', async () => {
        const { classId, teacher } = await newClass(one, 1);
        const at = new Date().toISOString();
        const first = await one.service.start(teacher, { classId });
        const counts = { present: 0, absent: 1, late: 0, partial: 0, excused: 0, unmarked: 0, enrolled: 1 };
        expect(await two.sessions.finish(first.id, counts, at)).to.equal(null);
        expect((await two.sessions.close(classId, { at }))?.state).to.equal('closing');
        expect(await two.sessions.cancel(first.id, { at })).to.equal(null);
        expect(await refusal(one.service.cancel(teacher, first.id))).to.equal('SESSION_ENDED');
        expect(await one.service.close(teacher, first.id)).to.include({ state: 'final' });
        expect(await two.sessions.finish(first.id, counts, at)).to.equal(null);
        expect(await two.sessions.cancel(first.id, { at })).to.equal(null);
        expect(await two.sessions.close(classId, { at, sessionId: first.id })).to.equal(null);
        expect(await refusal(one.service.cancel(teacher, first.id))).to.equal('SESSION_ENDED');

        const second = await one.service.start(teacher, { classId });
        const cancelled = await one.service.cancel(teacher, second.id, 'fire drill');
        expect(cancelled).to.include({ state: 'cancelled' });
        expect(await two.service.cancel(teacher, second.id)).to.deep.equal(cancelled);
        expect((await two.sessions.read(second.id))?.cancelled).to.include({
          by: teacher.userId,
          reason: 'fire drill',
        });
        expect(await refusal(one.service.close(teacher, second.id))).to.equal('SESSION_ENDED');
        expect(await refusal(one.finalizer.done({ classId }))).to.equal('NO_ACTIVE_SESSION');
        expect(await two.sessions.close(classId, { at, sessionId: second.id })).to.equal(null);
        expect(await one.records.ofSession(second.id)).to.deep.equal([]);
      });

      it('[SE3] the list goes back page by page', async () => {
        const { classId, teacher } = await newClass(one, 1);
        const ids: SessionId[] = [];
        for (let i = 0; i < 5; i++) {
          const session = await one.service.start(teacher, { classId });
          ids.unshift(session.id);
          if (i < 4) await one.service[i === 1 ? 'cancel' : 'close'](teacher, session.id);
        }
        const first = await one.service.list(teacher, { classId, limit: 3 });
        const cursor = first.nextCursor ?? undefined;
        const second = await one.service.list(teacher, { classId, limit: 3, cursor });
        expect([...first.items, ...second.items].map(({ id }) => id)).to.deep.equal(ids);
        expect(second.nextCursor).to.equal(null);
        const { items } = await one.service.list(teacher, { classId, limit: 3, state: 'cancelled' });
        expect(items.map(({ id }) => id)).to.deep.equal([ids[3]]);
      });

      it('[SE3] marks that race a cancellation are kept with it or refused', async () => {
        for (let round = 0; round < 5; round++) {
          const { classId, teacher, students } = await newClass(one, 20);
          const session = await one.service.start(teacher, { classId });
          const accepted: StudentId[] = [];
          const marks = students.map(async (student, i) => {
            try {
              await mark(i % 2 === 0 ? one : two, classId, student);
              accepted.push(student);
            } catch (error) {
              expect(error).to.have.property('code', 'NO_ACTIVE_SESSION');
            }
          });
          await Promise.all([...marks, one.service.cancel(teacher, session.id)]);
          const kept = await two.sessions.keptRows(session.id);
          expect(kept.map(({ entry }) => entry.studentId)).to.have.members(accepted);
          expect(await standing(classId)).to.equal(undefined);
        }
      });

      for (const step of CANCEL_STEPS)
        it(`[SE3] a process that dies after ${step} is followed up by the sweeper, once`, async () => {
          const { classId, teacher, students } = await newClass(one, 4);
          const session = await one.service.start(teacher, { classId });
          await mark(one, classId, students[0] as StudentId);
          const dying = await dyingAt(step);
          await dying.service.cancel(teacher, session.id).catch(() => {});
          await two.sweeper.sweep();
          await one.sweeper.sweep();
          const kept = await two.sessions.keptRows(session.id);
          expect(kept.map(({ entry }) => entry.studentId)).to.deep.equal([students[0]]);
          expect(await standing(classId)).to.equal(undefined);
          expect((await two.sessions.read(session.id))?.settledAt).to.be.a('string');
        });
    });

    describe('[SE4] its end', () => {
      it('[SE4] is asked for, or the longest that is allowed', async () => {
        const { classId, teacher } = await newClass(one, 1);
        const now = Date.UTC(2026, 0, 31, 8);
        const school = await another({ clock: { now: () => now }, maxMinutes: 90 });
        const start = (options: object) => school.service.start(teacher, { classId, ...options });
        for (const [options, path] of [
          [{ minutes: 91 }, 'minutes'],
          [{ closesAt: '2026-01-31T07:59:59.999Z' }, 'closesAt'],
          [{ closesAt: '2026-01-31T09:30:00.001Z' }, 'closesAt'],
          [{ minutes: 10, closesAt: '2026-01-31T08:10:00.000Z' }, 'closesAt'],
        ] as const) {
          const fault = await faultOf(start(options));
          expect(fault.code).to.equal('INVALID_REQUEST');
          expect(fault.details?.map((detail) => detail.path)).to.deep.equal([path]);
        }
        expect(await one.sessions.lastOf(classId)).to.equal(null);
        for (const [options, closesAt] of [
          [{}, '2026-01-31T09:30:00.000Z'],
          [{ minutes: 90 }, '2026-01-31T09:30:00.000Z'],
          [{ minutes: 0.5 }, '2026-01-31T08:00:30.000Z'],
          [{ closesAt: '2026-01-31T08:45:00.000Z' }, '2026-01-31T08:45:00.000Z'],
        ] as const) {
          const session = await start(options);
          expect(session.closesAt).to.equal(closesAt);
          await school.service.cancel(teacher, session.id);
        }
      });

      it('[SE4] comes by itself, as DONE, within a second, on whichever instance is up', async () => {
        const starter = await another();
        const left = await another();
        const right = await another();
        await Promise.all([left, right].map(({ alarms, clockwork }) => alarms.start(clockwork)));
        const ended: { classId: ClassId; sessionId: SessionId }[] = [];
        const late: number[] = [];
        // A busy machine may hold up one of them; what looked too seldom would be late each time.
        while (late.length < 5 && !late.some((ms) => ms <= 1_500)) {
          const { classId, teacher, students } = await newClass(one, 3);
          const session = await starter.service.start(teacher, { classId, minutes: 0.05 });
          await mark(one, classId, students[1] as StudentId);
          await Promise.race([left, right].map((instance) => instance.heard(classId, 'DONE')));
          const final = await one.sessions.read(session.id);
          expect(final?.counts).to.include({ present: 1, absent: 2 });
          late.push(Date.parse(final?.closedAt ?? '') - Date.parse(session.closesAt));
          ended.push({ classId, sessionId: session.id });
        }
        expect(Math.min(...late)).to.be.within(0, 1_500);
        await Promise.all([left, right].map(({ alarms }) => alarms.stop()));
        await Promise.all([left, right].map(({ idle }) => idle()));
        for (const { classId, sessionId } of ended) {
          const told = [left, right].flatMap((instance) => instance.toldOf(classId, 'DONE'));
          expect(told).to.have.length(1);
          expect(await one.records.ofSession(sessionId)).to.have.length(3);
        }
      });

      it('[SE4] comes with the sweeper where the alarm was lost', async () => {
        const { classId, teacher } = await newClass(one, 3);
        const session = await one.service.start(teacher, { classId, minutes: 1 });
        await two.sweeper.sweep();
        expect(await standing(classId)).to.equal(session.id);
        const later = await another({ clock: { now: () => Date.now() + 61_000 } });
        await later.sweeper.sweep();
        expect((await one.sessions.read(session.id))?.state).to.equal('final');
      });

      it('[SE4] has come when it is overdue: the next start closes it first', async () => {
        const { classId, teacher } = await newClass(one, 3);
        const session = await one.service.start(teacher, { classId, minutes: 1 });
        const later = await another({ clock: { now: () => Date.now() + 61_000 } });
        const next = await later.service.start(teacher, { classId });
        expect((await one.sessions.read(session.id))?.state).to.equal('final');
        expect(await standing(classId)).to.equal(next.id);
      });
    });

    it('[SE5] a device is bound to at most one live session', async () => {
      const here = await newClass(one, 1);
      const there = await newClass(one, 1);
      const deviceId = `gate-${here.classId}`;
      const first = await one.service.start(here.teacher, { classId: here.classId, deviceId });
      const second = () => two.service.start(there.teacher, { classId: there.classId, deviceId });
      expect(await refusal(second())).to.equal('DEVICE_BUSY');
      expect(await two.sessions.openOf(there.classId)).to.equal(null);
      expect(await refusal(one.service.start(here.teacher, { classId: here.classId, deviceId }))).to.equal(
        'SESSION_EXISTS',
      );
      await one.sessions.close(here.classId, { at: new Date().toISOString() });
      expect(await refusal(second())).to.equal('DEVICE_BUSY');
      await one.service.close(here.teacher, first.id);
      const [a, b] = await Promise.allSettled([
        second(),
        one.service.start(here.teacher, { classId: here.classId, deviceId }),
      ]);
      expect([a.status, b.status]).to.have.members(['fulfilled', 'rejected']);
    });
  });
}
