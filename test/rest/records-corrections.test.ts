import { expect } from 'chai';
import { finishSession, rest, type Shown } from '../support/finished.ts';
import { connectRaw, startHub, type TestHub } from '../support/hub.ts';
import { seated } from '../support/live-class.ts';
import type { SchoolClass } from '../support/school.ts';

type Line = Record<string, unknown>;

describe('REST: corrections of records', () => {
  let hub: TestHub;
  let second: TestHub;
  let taught: SchoolClass;
  let other: SchoolClass;
  let admin: { id: string; token: string };

  before(async () => {
    hub = await startHub({ mode: 'redis' });
    second = await startHub({ mode: 'redis', mongoUrl: hub.mongoUrl });
    taught = await hub.school.class(3, 'private');
    other = await hub.school.class(1, 'private');
    admin = await hub.school.person('admin');
  });
  after(async () => {
    await second?.stop();
    await hub?.stop();
  });

  const pathOf = ({ id }: Shown) => `/api/v1/attendance/records/${id}`;
  const correct = (person: { token: string }, record: Shown, body: object, at = hub) =>
    rest(at, person, `PATCH ${pathOf(record)}`, body);
  const linesOf = async (person: { token: string }, record: Shown) =>
    (await rest(hub, person, `GET ${pathOf(record)}/history`)).data.lines as Line[];
  const countsOf = async (sessionId: string) =>
    (await rest(hub, taught.teacher, `GET /api/v1/sessions/${sessionId}`)).data.counts;
  const finished = async () => {
    const { sessionId, records } = await finishSession(hub, taught, ['present', 'late']);
    const [first, late, absent] = records;
    if (!first || !late || !absent) throw new Error('three records');
    return { sessionId, first, late, absent };
  };

  it('[CR1] a teacher of the class changes a status with a reason; old, new, who, when and why are kept', async () => {
    const { sessionId, absent } = await finished();
    const done = await correct(taught.teacher, absent, { status: 'excused', reason: 'a doctor’s note' });
    expect(done.status).to.equal(200);
    expect(done.data).to.include({ status: 'excused', corrected: true, revision: 1, source: 'teacher' });
    expect(done.data).to.include({ by: taught.teacher.id, reason: 'a doctor’s note' });
    await correct(admin, absent, { status: 'present', reason: 'was there' });
    expect(await countsOf(sessionId)).to.include({ present: 2, late: 1, absent: 0, excused: 0, enrolled: 3 });

    const lines = await linesOf(taught.teacher, absent);
    expect(
      lines.map(({ kind, from, to, by, byName, reason }) => ({ kind, from, to, by, byName, reason })),
    ).to.deep.equal([
      { kind: 'mark', from: null, to: 'absent', by: undefined, byName: undefined, reason: undefined },
      {
        kind: 'correction',
        from: 'absent',
        to: 'excused',
        by: taught.teacher.id,
        byName: 'teacher',
        reason: 'a doctor’s note',
      },
      {
        kind: 'correction',
        from: 'excused',
        to: 'present',
        by: admin.id,
        byName: 'admin',
        reason: 'was there',
      },
    ]);
    expect(lines.every(({ at }) => !Number.isNaN(Date.parse(String(at))))).to.equal(true);
  });

  it('[CR1] the student sees what was changed and why, and no names; the reasons of marks stay with the staff', async () => {
    const { late } = await finished();
    await correct(taught.teacher, late, { status: 'present', reason: 'the bus was late' });
    const lines = await linesOf(taught.students[1] ?? expect.fail(), late);
    expect(lines.map(({ from, to, reason }) => ({ from, to, reason }))).to.deep.equal([
      { from: null, to: 'late', reason: undefined },
      { from: 'late', to: 'present', reason: 'the bus was late' },
    ]);
    for (const line of lines) expect(line).not.to.have.any.keys('by', 'byName');
  });

  it('[CR1] is for its teachers and admins, and needs a reason', async () => {
    const { first } = await finished();
    const good = { status: 'absent', reason: 'left' };
    for (const body of [{ status: 'absent' }, { ...good, reason: '  ' }, { ...good, status: 'gone' }, {}])
      expect((await correct(taught.teacher, first, body)).code).to.equal('INVALID_REQUEST');
    expect((await correct(other.teacher, first, good)).code).to.equal('RECORD_NOT_FOUND');
    const student = taught.students[0] ?? expect.fail();
    expect((await correct(student, first, good)).code).to.equal('TEACHER_ACCESS_REQUIRED');
    expect(await linesOf(admin, first)).to.have.length(1);
  });

  it('[CR2] of two at once one is made, the other is refused with how the record stands', async () => {
    const { sessionId, first } = await finished();
    const [a, b] = await Promise.all([
      correct(taught.teacher, first, { status: 'late', reason: 'one', revision: 0 }),
      correct(admin, first, { status: 'excused', reason: 'two', revision: 0 }, second),
    ]);
    expect([a.status, b.status].sort()).to.deep.equal([200, 409]);
    const [made, refused] = a.status === 200 ? [a, b] : [b, a];
    expect(refused.code).to.equal('CONFLICT');
    expect(refused.details).to.deep.equal([
      { path: 'status', message: made.data.status },
      { path: 'revision', message: '1' },
      { path: 'at', message: made.data.at },
    ]);
    expect((await linesOf(admin, first)).map(({ to }) => to)).to.deep.equal(['present', made.data.status]);
    expect(await countsOf(sessionId)).to.include({ present: 0, absent: 1, enrolled: 3 });
  });

  it('[CR2] one that is sent again is made once', async () => {
    const { first } = await finished();
    const body = { status: 'late', reason: 'ten minutes', revision: 0 };
    const once = await correct(taught.teacher, first, body);
    expect(await correct(taught.teacher, first, body)).to.deep.equal(once);
    expect(await linesOf(admin, first)).to.have.length(2);
  });

  it('[CR2] the counts are right after many at once', async () => {
    const { sessionId, first, late, absent } = await finished();
    const changes = [first, late, absent].map((record, i) =>
      correct(taught.teacher, record, { status: 'excused', reason: 'trip' }, i % 2 ? hub : second),
    );
    expect((await Promise.all(changes)).map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    expect(await countsOf(sessionId)).to.include({ excused: 3, present: 0, late: 0, absent: 0, enrolled: 3 });
  });

  it('[CR1] keeps every correction, also of a row that was changed more than 50 times', async () => {
    const { first } = await finished();
    for (let i = 0; i < 60; i++)
      await correct(taught.teacher, first, { status: i % 2 ? 'present' : 'absent', reason: `change ${i}` });
    const lines = await linesOf(admin, first);
    expect(lines.slice(1).map(({ reason }) => reason)).to.deep.equal(
      Array.from({ length: 60 }, (_, i) => `change ${i}`),
    );
  });

  it('[CR1] [AU1] [AU4] tells the staff and the student who sent SYNC, on every instance, and nobody else', async () => {
    const { sessionId, first } = await finished();
    const [student, classmate] = taught.students;
    const on = (at: TestHub, person: { token: string } | undefined) =>
      connectRaw('plain', at.url, { token: person?.token ?? '' });
    const synced = await Promise.all([
      on(hub, taught.teacher),
      on(second, taught.teacher),
      on(second, student),
      on(second, classmate),
    ]);
    for (const socket of synced) await socket.ask('SYNC', { classId: taught.id });
    const silent = await Promise.all([on(hub, taught.teacher), on(hub, student)]);
    await Promise.all(silent.map(seated));
    await correct(taught.teacher, first, { status: 'late', reason: 'came later' });
    const told = { classId: taught.id, sessionId, studentId: student?.id, status: 'late' };
    const [here, there, own, mate] = synced;
    for (const socket of [here, there, own])
      expect(await socket?.next('ATTENDANCE_CORRECTED')).to.deep.equal(told);
    // What comes after it has arrived, so it would have too.
    await finishSession(hub, taught, []);
    await mate?.next('SESSION_CLOSED');
    for (const socket of silent) await socket.next('DONE');
    for (const socket of [mate, ...silent])
      expect(socket?.heard.map(({ event }) => event)).not.to.include('ATTENDANCE_CORRECTED');
    for (const socket of [...synced, ...silent]) socket.close();
  });

  it('[CR5] only an admin deletes; the audit says who, when and what it was, and the counts follow', async () => {
    const { sessionId, first } = await finished();
    await correct(taught.teacher, first, { status: 'late', reason: 'came later' });
    const refused = await rest(hub, taught.teacher, `DELETE ${pathOf(first)}`);
    expect(refused.code).to.equal('ADMIN_ACCESS_REQUIRED');
    const gone = await rest(hub, admin, `DELETE ${pathOf(first)}`, { reason: 'test data' });
    expect([gone.status, gone.data]).to.deep.equal([200, { id: first.id }]);
    expect((await rest(hub, admin, `GET ${pathOf(first)}`)).code).to.equal('RECORD_NOT_FOUND');
    expect((await rest(hub, admin, `DELETE ${pathOf(first)}`)).code).to.equal('RECORD_NOT_FOUND');
    expect(await countsOf(sessionId)).to.include({ present: 0, late: 1, absent: 1, enrolled: 2 });

    const audit = await rest(hub, admin, 'GET /api/v1/audit?limit=1');
    const [line] = audit.data.items as Line[];
    expect(line).to.deep.include({
      action: 'RECORD_DELETED',
      about: first.id,
      by: admin.id,
      byName: 'admin',
      reason: 'test data',
    });
    expect(line?.was).to.deep.include({ studentId: first.studentId, sessionId, status: 'late' });
    expect(line?.was).to.have.nested.property('corrections[0].reason', 'came later');
    expect((await rest(hub, taught.teacher, 'GET /api/v1/audit')).code).to.equal('ADMIN_ACCESS_REQUIRED');
  });

  it('[CR5] two who delete at once leave one line', async () => {
    const { first } = await finished();
    const both = await Promise.all([hub, second].map((at) => rest(at, admin, `DELETE ${pathOf(first)}`)));
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 404]);
    const lines = await hub.connection.collection('audit').find({ about: first.id }).toArray();
    expect(lines).to.have.length(1);
  });
});
