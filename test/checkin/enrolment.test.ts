import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { call, connectRaw, MODES, startHub } from '../support/hub.ts';

for (const mode of MODES)
  describe(`classes that enrol by check-in (${mode})`, () => {
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode);
    });
    after(() => hub?.stop());

    const open = async (options: Record<string, unknown>) => {
      const { group, session } = await hub.running(1, options);
      const path = `/api/v1/classes/${group.id}`;
      const changed = await call(hub.url, 'PATCH', path, group.teacher.token, { enrolment: 'check-in' });
      expect(changed.data).to.include({ enrolment: 'check-in', studentCount: 1 });
      return { group, session, path };
    };
    const by = (code: string) => ({ method: 'code', proof: { code } });

    it('[CI12] a right code puts a stranger on the roster, live for the staff and for the student, and into the records', async () => {
      const { group, session, path } = await open({ methods: ['code'] });
      const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
      await staff.ask('SYNC', { classId: group.id });
      const sam = await hub.school.person('student');
      const phone = await connectRaw('socketio', hub.url, { token: sam.token });
      const answer = await hub.checkIn(sam.token, by(session.code));
      expect(answer.data).to.include({ status: 'present', classId: group.id, repeated: false });
      const heard = await staff.next('ATTENDANCE_MARKED', ({ studentId }) => studentId === sam.id);
      expect(heard.status).to.equal('present');
      expect((await phone.ask('MY_ATTENDANCE', { classId: group.id })).data).to.include({
        status: 'present',
      });
      expect((await hub.checkIn(sam.token, by(session.code))).data).to.include({ repeated: true });
      expect((await call(hub.url, 'GET', path, group.teacher.token)).data).to.include({ studentCount: 2 });
      const records = await hub.closed(group, session);
      expect(records.get(sam.id)).to.include({ status: 'present', source: 'code' });
      expect(records.size).to.equal(2);
      for (const one of [staff, phone]) one.close();
    });

    it('[CI12] over a socket too, and with a token that the session hands out', async () => {
      const { group, session } = await open({ methods: ['qr', 'ble'] });
      const { token } = await hub.fetch(group, session, 'qr');
      const { tokenValue } = await hub.fetch(group, session, 'ble-token');
      const [sam, sue] = [await hub.school.person('student'), await hub.school.person('student')];
      const phone = await connectRaw('plain', hub.url, { token: sam.token });
      const shown = await phone.ask('CHECK_IN', { method: 'qr', proof: { token } });
      expect(shown.data).to.include({ status: 'present', classId: group.id });
      const near = { method: 'ble', proof: { tokenValue }, sessionId: session.id };
      expect((await hub.checkIn(sue.token, near)).data).to.include({ classId: group.id });
      phone.close();
    });

    it('[CI12] a wrong proof, a passkey alone, a check-in that comes too late: nobody is enrolled', async () => {
      const lateRule = { graceMinutes: 1, lateUntilMinutes: 2 };
      const { group, session, path } = await open({ methods: ['code', 'passkey', 'ble'], lateRule });
      const sam = await hub.school.person('student');
      const wrong = { ...by(session.code === '000000' ? '000001' : '000000'), sessionId: session.id };
      expect((await hub.checkIn(sam.token, wrong)).code).to.equal('INVALID_CODE');
      const forged = { method: 'ble', proof: { tokenValue: 'forged' }, sessionId: session.id };
      expect((await hub.checkIn(sam.token, forged)).code).to.equal('TOKEN_INVALID');
      const where = { classId: group.id };
      const asked = await call(hub.url, 'POST', '/api/v1/passkeys/check-in-options', sam.token, where);
      expect(asked.code).to.equal('NOT_ENROLLED');
      hub.pass(3 * 60_000);
      expect((await hub.checkIn(sam.token, by(session.code))).code).to.equal('CHECK_IN_CLOSED');
      expect((await call(hub.url, 'GET', path, group.teacher.token)).data).to.include({ studentCount: 1 });
    });

    it('[CI12] a right proof of a session that was closed early enrols nobody', async () => {
      const { group, session, path } = await open({ methods: ['code', 'qr'] });
      const { token } = await hub.fetch(group, session, 'qr');
      const early = await hub.school.person('student');
      expect((await hub.checkIn(early.token, { method: 'qr', proof: { token } })).status).to.equal(200);
      await hub.closed(group, session);
      const sam = await hub.school.person('student');
      for (const body of [{ method: 'qr', proof: { token } }, by(session.code)])
        expect((await hub.checkIn(sam.token, body)).success).to.equal(false);
      expect((await call(hub.url, 'GET', path, group.teacher.token)).data).to.include({ studentCount: 2 });
    });

    it('[CI12] whom the staff took off stays off until the staff puts them back', async () => {
      const { group, session, path } = await open({ methods: ['code'] });
      const sam = nth(group.students, 0);
      await call(hub.url, 'DELETE', `${path}/students/${sam.id}`, group.teacher.token);
      expect((await hub.checkIn(sam.token, by(session.code))).code).to.equal('NOT_ENROLLED');
      await call(hub.url, 'POST', `${path}/students`, group.teacher.token, { studentId: sam.id });
      expect((await hub.checkIn(sam.token, by(session.code))).data).to.include({ status: 'present' });
    });

    it('[CI12][SC6] a student who is deleted while they check in again and again is on no roster', async () => {
      const { group, session, path } = await open({ methods: ['code'] });
      const [sam, boss] = [await hub.school.person('student'), await hub.school.person('admin')];
      expect((await hub.checkIn(sam.token, by(session.code))).status).to.equal(200);
      const tries = Array.from({ length: 300 }, () => hub.checkIn(sam.token, by(session.code)));
      await Promise.race(tries);
      const gone = await call(hub.url, 'DELETE', `/api/v1/students/${sam.id}`, boss.token);
      expect(gone.success).to.equal(true);
      await Promise.all(tries);
      expect((await call(hub.url, 'GET', path, group.teacher.token)).data).to.include({ studentCount: 1 });
    });

    it('[CI12] no other class is touched: there a stranger with the right code is refused', async () => {
      const { session } = await hub.running(1, { methods: ['code'] });
      const sam = await hub.school.person('student');
      expect((await hub.checkIn(sam.token, by(session.code))).code).to.equal('NOT_ENROLLED');
    });
  });

describe('classes that enrol by check-in, on two instances', () => {
  it('[CI2][CI12] a newcomer who sends the code to both at once is present, and counted once', async () => {
    const one = await startHub({ mode: 'redis' });
    const two = await startHub({ mode: 'redis', mongoUrl: one.mongoUrl });
    try {
      const student = await one.school.person('student');
      for (let round = 0; round < 20; round++) {
        const { token } = await one.school.person('teacher');
        const made = await call(one.url, 'POST', '/api/v1/classes', token, {
          className: 'Open',
          enrolment: 'check-in',
        });
        const session = { classId: made.data?.id, methods: ['code'] };
        const { data } = await call(one.url, 'POST', '/api/v1/sessions', token, session);
        const body = { method: 'code', proof: { code: data?.code } };
        const both = await Promise.all(
          [one, two].map(({ url }) => call(url, 'POST', '/api/v1/attendance/checkin', student.token, body)),
        );
        expect(both.map((answer) => [answer.status, answer.data?.status])).to.deep.equal([
          [200, 'present'],
          [200, 'present'],
        ]);
        expect(both.filter((answer) => answer.data?.repeated === false)).to.have.length(1);
      }
    } finally {
      await two.stop();
      await one.stop();
    }
  });
});
