import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { call, connectRaw, MODES, startHub } from '../support/hub.ts';
import { seated } from '../support/live-class.ts';

for (const mode of MODES)
  describe(`check-in by code (${mode})`, () => {
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode);
    });
    after(() => hub?.stop());
    const outcome = ({ status, code, data }: Awaited<ReturnType<typeof call>>) =>
      code === undefined ? [status, data?.status] : [status, code];
    const by = (code: string) => ({ method: 'code', proof: { code } });

    it('[CI1] the staff gets six digits, students never; the student who sends them is present', async () => {
      const { group, session } = await hub.running(2, { methods: ['code'] });
      expect(session.code).to.match(/^\d{6}$/);
      const shown = await hub.fetch(group, session, 'code');
      expect(shown).to.deep.equal({ code: session.code, expiresAt: shown.expiresAt });
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const path = `/api/v1/sessions/${session.id}`;
      expect((await call(hub.url, 'GET', path, group.teacher.token)).data?.code).to.equal(session.code);
      expect((await call(hub.url, 'GET', path, sam.token)).data).to.not.have.property('code');
      expect((await call(hub.url, 'GET', `${path}/code`, sam.token)).code).to.equal(
        'TEACHER_ACCESS_REQUIRED',
      );
      const stranger = await hub.school.person('teacher');
      expect((await call(hub.url, 'GET', `${path}/code`, stranger.token)).code).to.equal('SESSION_NOT_FOUND');

      const answer = await hub.checkIn(sam.token, by(session.code));
      expect(outcome(answer)).to.deep.equal([200, 'present']);
      expect(answer.data).to.include({
        classId: group.id,
        sessionId: session.id,
        method: 'code',
        repeated: false,
      });
      const raw = await connectRaw('plain', hub.url, { token: sue.token });
      const { data } = await raw.ask('CHECK_IN', { method: 'code', proof: session.code, classId: group.id });
      expect(data).to.include({ status: 'present', repeated: false });
      raw.close();
    });

    it('[CI1] SESSION_STARTED tells nobody the code, SESSION_START its sender', async () => {
      const group = await hub.school.class(1, 'private');
      const student = await connectRaw('socketio', hub.url, { token: nth(group.students, 0).token });
      const teacher = await connectRaw('plain', hub.url, { token: group.teacher.token });
      await student.ask('SYNC', { classId: group.id });
      const { data } = await teacher.ask('SESSION_START', { classId: group.id, methods: ['code'] });
      expect(data?.code).to.match(/^\d{6}$/);
      expect(JSON.stringify(await student.next('SESSION_STARTED'))).to.not.include(String(data?.code));
      student.close();
      teacher.close();
    });

    it('[CI2] a second check-in answers with the first, whoever asks again and however', async () => {
      const { group, session } = await hub.running(1, { methods: ['code', 'qr'] });
      const sam = nth(group.students, 0);
      const first = await hub.checkIn(sam.token, by(session.code));
      const again = await Promise.all([1, 2, 3].map(() => hub.checkIn(sam.token, by(session.code))));
      for (const one of again) expect(one.data).to.deep.equal({ ...first.data, repeated: true });
      const { token } = await hub.fetch(group, session, 'qr');
      const other = await hub.checkIn(sam.token, { method: 'qr', proof: { token } });
      expect(other.data).to.include({ status: 'present', at: first.data?.at, repeated: true });
    });

    it('[CI1] its own expiry: the first late try and every later one get the same answer, also after the end', async () => {
      const { group, session } = await hub.running(2, { methods: ['code'], codeMinutes: 1 });
      const sam = nth(group.students, 0);
      hub.pass(61_000);
      const tries = [
        await hub.checkIn(sam.token, by(session.code)),
        await hub.checkIn(sam.token, by(session.code)),
      ];
      await hub.closed(group, session);
      tries.push(await hub.checkIn(nth(group.students, 1).token, by(session.code)));
      expect(tries.map(outcome)).to.deep.equal(Array(3).fill([400, 'CODE_EXPIRED']));
      expect(tries[0]?.error).to.equal('Attendance code has expired');
    });

    it('[CI2] who has checked in gets that again when the code has expired, also after the end; others do not', async () => {
      const { group, session } = await hub.running(2, { methods: ['code'], codeMinutes: 1 });
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const first = await hub.checkIn(sam.token, by(session.code));
      hub.pass(61_000);
      const again = () => hub.checkIn(sam.token, by(session.code));
      expect((await again()).data).to.deep.equal({ ...first.data, repeated: true });
      const submitted = await fetch(`${hub.url}/attendance/submit`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${sam.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ code: session.code }),
      });
      expect([submitted.status, await submitted.json()]).to.deep.equal([
        400,
        { detail: 'Attendance already submitted' },
      ]);
      const elsewhere = { ...by(session.code), classId: (await hub.school.class(0, 'private')).id };
      expect(outcome(await hub.checkIn(sam.token, elsewhere))).to.deep.equal([400, 'CODE_EXPIRED']);
      expect(outcome(await hub.checkIn(sue.token, by(session.code)))).to.deep.equal([400, 'CODE_EXPIRED']);
      await hub.closed(group, session);
      expect((await again()).data).to.deep.equal({ ...first.data, repeated: true });
      expect(outcome(await hub.checkIn(sue.token, by(session.code)))).to.deep.equal([400, 'CODE_EXPIRED']);
    });

    it('[CI2] [CI7] the second answers with the first while more is needed, too, and when the code has expired', async () => {
      const both = { methods: ['code', 'qr'], require: ['code', 'qr'], codeMinutes: 1 };
      const { group, session } = await hub.running(2, both);
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const first = await hub.checkIn(sam.token, by(session.code));
      expect(first.data).to.deep.include({ status: null, repeated: false, missing: ['qr'] });
      for (const ms of [5_000, 61_000]) {
        hub.pass(ms);
        expect((await hub.checkIn(sam.token, by(session.code))).data).to.deep.equal({
          ...first.data,
          repeated: true,
        });
      }
      const { token } = await hub.fetch(group, session, 'qr');
      for (const { token: student } of [sam, sue])
        await hub.checkIn(student, { method: 'qr', proof: { token } });
      const third = await hub.checkIn(sam.token, by(session.code));
      expect(third.data).to.include({ status: 'present', repeated: true });
      // The other method's word is no word of this one.
      expect(outcome(await hub.checkIn(sue.token, by(session.code)))).to.deep.equal([400, 'CODE_EXPIRED']);
      await hub.closed(group, session);
      expect((await hub.checkIn(sam.token, by(session.code))).data).to.include({ status: 'present' });
      expect(outcome(await hub.checkIn(sue.token, by(session.code)))).to.deep.equal([400, 'CODE_EXPIRED']);
    });

    it('[CI6] a session whose check-in would close before the grace is over is not begun', async () => {
      const group = await hub.school.class(1, 'private');
      const start = (lateRule: object) =>
        call(hub.url, 'POST', '/api/v1/sessions', group.teacher.token, { classId: group.id, lateRule });
      const refused = await start({ graceMinutes: 5, lateUntilMinutes: 3 });
      expect(outcome(refused)).to.deep.equal([400, 'INVALID_REQUEST']);
      expect(refused.details).to.deep.equal([
        { path: 'lateRule.lateUntilMinutes', message: 'must not be before the end of graceMinutes' },
      ]);
      expect((await start({ graceMinutes: 5, lateUntilMinutes: 5 })).status).to.equal(201);
    });

    it('[CI1] a code that nobody has, and one whose session was ended, are invalid; then and later', async () => {
      const { group, session } = await hub.running(2, { methods: ['code'], codeMinutes: 100 });
      const sam = nth(group.students, 0);
      const wrong = session.code === '000000' ? '000001' : '000000';
      const unknown = await hub.checkIn(sam.token, by(wrong));
      expect(unknown.error).to.equal('Invalid or inactive attendance code');
      expect(outcome(unknown)).to.deep.equal([404, 'INVALID_CODE']);
      expect(outcome(await hub.checkIn(sam.token, by(session.code)))).to.deep.equal([200, 'present']);
      await hub.closed(group, session);
      const sue = nth(group.students, 1);
      expect(outcome(await hub.checkIn(sue.token, by(session.code)))).to.deep.equal([404, 'INVALID_CODE']);
      hub.pass(101 * 60_000);
      expect(outcome(await hub.checkIn(sue.token, by(session.code)))).to.deep.equal([404, 'INVALID_CODE']);
    });

    it('[CI1] no two live sessions have the same code, whatever is drawn', async () => {
      const { session } = await hub.running(1, { methods: ['code'] });
      const other = await hub.running(1, { methods: ['code'] });
      expect(other.session.code).to.not.equal(session.code);
      const sessions = hub.connection.collection('sessions');
      const $set = { 'checkIn.code': session.code };
      const refused = await sessions
        .updateOne({ 'checkIn.code': other.session.code, open: true }, { $set })
        .catch((error: { code?: number }) => error.code);
      expect(refused).to.equal(11000);
    });

    it('[CI1] a code that is drawn again after its session is the new session’s', async () => {
      const first = await hub.running(1, { methods: ['code'], codeMinutes: 1 });
      const { code } = first.session;
      const early = nth(first.group.students, 0);
      expect(outcome(await hub.checkIn(early.token, by(code)))).to.deep.equal([200, 'present']);
      await hub.closed(first.group, first.session);
      const second = await hub.running(1, { methods: ['code'] });
      await hub.connection
        .collection('sessions')
        .updateOne({ 'checkIn.code': second.session.code, open: true }, { $set: { 'checkIn.code': code } });
      const sam = nth(second.group.students, 0);
      expect(outcome(await hub.checkIn(sam.token, by(code)))).to.deep.equal([200, 'present']);
    });

    it('[CI2] refuses who is not in the class, what the session does not take, and who is no student', async () => {
      const { group, session } = await hub.running(1, { methods: ['qr'] });
      const coded = await hub.running(1, { methods: ['code'] });
      const sam = nth(group.students, 0);
      expect(outcome(await hub.checkIn(sam.token, by(coded.session.code)))).to.deep.equal([
        403,
        'NOT_ENROLLED',
      ]);
      const { token } = await hub.fetch(group, session, 'qr');
      const outsider = nth(coded.group.students, 0);
      expect(outcome(await hub.checkIn(outsider.token, { method: 'qr', proof: { token } }))).to.deep.equal([
        403,
        'NOT_ENROLLED',
      ]);
      expect(
        outcome(await hub.checkIn(sam.token, { method: 'ble', proof: { tokenValue: 'x' } })),
      ).to.deep.equal([409, 'METHOD_NOT_TAKEN']);
      expect((await hub.checkIn(group.teacher.token, by('123456'))).code).to.equal('STUDENT_ACCESS_REQUIRED');
      expect((await hub.checkIn(undefined, by('123456'))).status).to.equal(401);
      expect((await hub.checkIn(sam.token, { method: 'teacher', proof: {} })).code).to.equal(
        'INVALID_REQUEST',
      );
      const none = await hub.school.class(1, 'private');
      const text = { method: 'qr', proof: { text: 'ABCDEFGH' } };
      expect((await hub.checkIn(nth(none.students, 0).token, text)).code).to.equal('NO_ACTIVE_SESSION');
    });

    it('[CI6] is late after the grace, with the minutes in the row and the record, then closed; who came in time stays in time', async () => {
      const lateRule = { graceMinutes: 5, lateUntilMinutes: 15 };
      const { group, session } = await hub.running(3, { methods: ['code'], lateRule });
      const [sam, sue, tom] = [nth(group.students, 0), nth(group.students, 1), nth(group.students, 2)];
      expect(outcome(await hub.checkIn(sam.token, by(session.code)))).to.deep.equal([200, 'present']);
      hub.pass(7 * 60_000);
      const late = await hub.checkIn(sue.token, by(session.code));
      expect(late.data).to.include({ status: 'late', minutesLate: 7 });
      hub.pass(10 * 60_000);
      expect(outcome(await hub.checkIn(tom.token, by(session.code)))).to.deep.equal([409, 'CHECK_IN_CLOSED']);
      const again = await hub.checkIn(sam.token, by(session.code));
      expect(again.data).to.include({ status: 'present', repeated: true });
      const records = await hub.closed(group, session);
      expect(records.get(sue.id)).to.include({ status: 'late', minutesLate: 7, source: 'code' });
      expect(records.get(tom.id)).to.include({ status: 'absent', source: 'system' });
    });

    it('[MK6] a teacher’s decision stays, and the student learns it', async () => {
      const { group, session } = await hub.running(1, { methods: ['code'] });
      const sam = nth(group.students, 0);
      const raw = await connectRaw('plain', hub.url, { token: group.teacher.token });
      await raw.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'excused' });
      expect((await hub.checkIn(sam.token, by(session.code))).data).to.include({ status: 'excused' });
      raw.close();
    });

    it('[CI9] one browser with two students flags both rows for the staff, and refuses nobody', async () => {
      const { group, session } = await hub.running(3, { methods: ['code'] });
      const staff = await seated(await connectRaw('plain', hub.url, { token: group.teacher.token }));
      const own = await seated(await connectRaw('plain', hub.url, { token: nth(group.students, 0).token }));
      for (const [i, student] of group.students.entries()) {
        const clientId = i < 2 ? 'one phone' : 'another';
        const answer = await hub.checkIn(student.token, { ...by(session.code), clientId });
        expect(outcome(answer)).to.deep.equal([200, 'present']);
      }
      const { data } = await staff.ask('SYNC', { classId: group.id });
      const rows = data?.entries as { studentId: string; flags?: string[] }[];
      const flagged = rows
        .filter(({ flags }) => flags?.includes('shared-device'))
        .map((row) => row.studentId);
      expect(flagged.sort()).to.deep.equal([nth(group.students, 0).id, nth(group.students, 1).id].sort());
      const heard = await staff.next('ATTENDANCE_MARKED', ({ flags }) => flags !== undefined);
      expect(heard.flags).to.deep.equal(['shared-device']);
      const mine = await own.ask('SYNC', { classId: group.id });
      expect(JSON.stringify([mine, own.heard])).to.not.include('shared-device');
      const records = await hub.closed(group, session);
      expect(records.get(nth(group.students, 0).id)?.flags).to.deep.equal(['shared-device']);
      expect(records.get(nth(group.students, 2).id)).to.not.have.property('flags');
      staff.close();
      own.close();
    });

    it('[CI9] [CI7] so it does where the rows are made later, by another method and from elsewhere', async () => {
      const both = { methods: ['code', 'qr'], require: ['code', 'qr'] };
      const { group, session } = await hub.running(3, both);
      const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
      for (const [i, student] of group.students.entries())
        await hub.checkIn(student.token, { ...by(session.code), clientId: i < 2 ? 'one phone' : 'another' });
      const { token } = await hub.fetch(group, session, 'qr');
      for (const [i, student] of group.students.entries()) {
        const scanned = { method: 'qr', proof: { token }, ...(i > 0 && { clientId: `phone ${i}` }) };
        expect((await hub.checkIn(student.token, scanned)).data).to.include({ status: 'present' });
      }
      const { data } = await staff.ask('SYNC', { classId: group.id });
      const { entries } = data as { entries: { studentId: string; flags?: string[] }[] };
      const flags = new Map(entries.map((row) => [row.studentId, row.flags]));
      const shared = ['shared-device'];
      const expected = [shared, shared, undefined];
      expect(group.students.map(({ id }) => flags.get(id))).to.deep.equal(expected);
      const records = await hub.closed(group, session);
      expect(group.students.map(({ id }) => records.get(id)?.flags)).to.deep.equal(expected);
      staff.close();
    });

    it('[CI9] after the end the staff finds the flag in records, history and export, and the student nowhere', async () => {
      const { group, session } = await hub.running(3, { methods: ['code'] });
      const [sam, sue, ann] = [nth(group.students, 0), nth(group.students, 1), nth(group.students, 2)];
      for (const student of group.students)
        await hub.checkIn(student.token, {
          ...by(session.code),
          clientId: student === ann ? 'another' : 'one phone',
        });
      await hub.closed(group, session);
      const { token } = group.teacher;
      type Line = Record<string, unknown>;
      const asked = async (path: string, as = token) =>
        (await call(hub.url, 'GET', `/api/v1/attendance/${path}`, as)).data ?? {};
      const records = async (as = token) =>
        (await asked(`records?sessionId=${session.id}`, as)).items as Line[];
      const flagsOf = async () => new Map((await records()).map((row) => [row.studentId, row.flags]));
      const flagged = ['shared-device'];
      expect(await flagsOf()).to.deep.equal(
        new Map([
          [sam.id, flagged],
          [sue.id, flagged],
          [ann.id, undefined],
        ]),
      );
      const id = (await records(sam.token))[0]?.id;
      const linesOf = async (as?: string) => (await asked(`records/${id}/history`, as)).lines as Line[];
      const told = (lines: Line[]) => lines.map(({ from, to, flags }) => [from, to, flags]);
      const before = [
        [null, 'present', undefined],
        ['present', 'present', flagged],
      ];
      expect(told(await linesOf())).to.deep.equal(before);
      // What there is beside the status is none of the student's business, nor that a line was added for it.
      expect(told(await linesOf(sam.token))).to.deep.equal([[null, 'present', undefined]]);
      const own = [
        await records(sam.token),
        await asked(`records/${id}`, sam.token),
        await linesOf(sam.token),
      ];
      expect(JSON.stringify(own)).not.to.include('flag').and.not.to.include('shared');
      expect((await asked(`records/${id}`)).flags).to.deep.equal(flagged);

      const change = { status: 'absent', reason: 'was not there' };
      await call(hub.url, 'PATCH', `/api/v1/attendance/records/${id}`, token, change);
      expect((await flagsOf()).get(sam.id), 'a correction leaves it').to.deep.equal(flagged);
      const corrected = ['present', 'absent', undefined];
      expect(told(await linesOf())).to.deep.equal([...before, corrected]);
      expect(told(await linesOf(sam.token))).to.deep.equal([[null, 'present', undefined], corrected]);

      const table = await fetch(`${hub.url}/api/v1/attendance/export.csv?sessionId=${session.id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const lines = (await table.text()).trim().split('\r\n').slice(1);
      const marked = lines.map((line) => [line.split(',')[0], line.split(',').at(-1)]);
      expect(marked).to.have.deep.members([
        [sam.id, 'shared-device'],
        [sue.id, 'shared-device'],
        [ann.id, ''],
      ]);
    });

    it('[CI5] guessing is throttled per student, right tries are free, and others are not held up', async () => {
      const { group, session } = await hub.running(3, { methods: ['code'] });
      const [eve, sam] = [nth(group.students, 0), nth(group.students, 1)];
      const wrong = session.code === '000000' ? '000001' : '000000';
      const tries = await Promise.all(Array.from({ length: 15 }, () => hub.checkIn(eve.token, by(wrong))));
      const count = (code: string) => tries.filter((one) => one.code === code).length;
      expect([count('INVALID_CODE'), count('RATE_LIMITED')]).to.deep.equal([10, 5]);
      expect((await hub.checkIn(eve.token, by(session.code))).status).to.equal(429);
      for (let i = 0; i < 15; i++)
        expect((await hub.checkIn(sam.token, by(session.code))).data?.status).to.equal('present');
    });
  });

describe('check-in by code, on two instances', () => {
  it('[CI2] one that never saw the session live answers with the first check-in as well', async () => {
    const one = await startCheckInHub('redis');
    const two = await startHub({ mode: 'redis', mongoUrl: one.mongoUrl });
    try {
      const { group, session } = await one.running(2, { methods: ['code'], codeMinutes: 100 });
      const body = { method: 'code', proof: session.code };
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const first = await one.checkIn(sam.token, body);
      await one.closed(group, session);
      const ask = ({ token }: { token: string }) =>
        call(two.url, 'POST', '/api/v1/attendance/checkin', token, body);
      expect((await ask(sam)).data).to.deep.equal({ ...first.data, repeated: true });
      expect((await ask(sue)).code).to.equal('INVALID_CODE');
    } finally {
      await two.stop();
      await one.stop();
    }
  });
});

describe('check-in by code, many guessers', () => {
  it('[CI5] guessing is throttled per session too, and another class is not held up', async () => {
    // A hundredth of the limits: one wrong try per student, ten per session.
    const hub = await startCheckInHub('embedded', { LIMIT_SCALE: '0.01' });
    try {
      const { group, session } = await hub.running(12, { methods: ['code'] });
      const other = await hub.running(1, { methods: ['code'] });
      const wrong = ['000000', '000001', '000002'].find(
        (code) => ![session.code, other.session.code].includes(code),
      );
      const tries = [];
      for (const { token } of group.students.slice(0, 11))
        tries.push((await hub.checkIn(token, { method: 'code', proof: wrong })).code);
      expect(tries).to.deep.equal([...Array(10).fill('INVALID_CODE'), 'RATE_LIMITED']);
      const right = await hub.checkIn(nth(group.students, 11).token, { method: 'code', proof: session.code });
      expect(right.code).to.equal('RATE_LIMITED');
      const free = await hub.checkIn(nth(other.group.students, 0).token, {
        method: 'code',
        proof: other.session.code,
      });
      expect(free.data?.status).to.equal('present');
    } finally {
      await hub.stop();
    }
  });

  it('[CI5] strangers shut no class, nor get more tries by naming one class after the other', async () => {
    const hub = await startCheckInHub('embedded', { LIMIT_SCALE: '0.01' });
    try {
      const { group, session } = await hub.running(1, { methods: ['code'] });
      const wrong = session.code === '000000' ? '000001' : '000000';
      const tries = [];
      for (let i = 0; i < 11; i++) {
        const { token } = await hub.school.person('student');
        const classId = i % 2 === 0 ? group.id : i.toString(16).padStart(24, '0');
        tries.push((await hub.checkIn(token, { method: 'code', proof: wrong, classId })).code);
      }
      expect(tries).to.deep.equal([...Array(10).fill('INVALID_CODE'), 'RATE_LIMITED']);
      const right = { method: 'code', proof: session.code, classId: group.id };
      expect((await hub.checkIn(nth(group.students, 0).token, right)).data?.status).to.equal('present');
    } finally {
      await hub.stop();
    }
  });
});
