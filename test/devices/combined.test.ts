import { expect } from 'chai';
import { nth } from '../support/check-in.ts';
import { createGates, type Gates } from '../support/gate.ts';
import { ask } from '../support/http.ts';
import { call, connectRaw, MODES, startHub, type TestHub } from '../support/hub.ts';

const iso = (ms: number) => new Date(ms).toISOString();

for (const mode of MODES)
  describe(`devices: where a device is not enough (${mode})`, () => {
    let hub: TestHub;
    let gates: Gates;
    before(async () => {
      hub = await startHub({ mode });
      gates = await createGates(hub);
    });
    after(() => hub.stop());

    const both = { methods: ['device', 'code'], require: ['device', 'code'] };
    const statusOf = async ({ token }: { token: string }, classId: string) =>
      (await ask(hub.url, `GET /class/${classId}/my-attendance`, { token })).body.data.status;
    const checkIn = (student: { token: string }, code: string) =>
      call(hub.url, 'POST', '/api/v1/attendance/checkin', student.token, { method: 'code', proof: { code } });
    const began = async (size: number, options: object = both) => {
      const room = await gates.boundClass(size, options);
      const session = room.session as typeof room.session & { code: string };
      const recorded = async () => {
        const records = await Promise.all(room.students.map(({ id }) => gates.record(session.id, id)));
        return records.map((record) => record?.status);
      };
      return { ...room, session, recorded };
    };

    it('[CI7] a scan alone makes nobody present; with the code it does, whichever comes first', async () => {
      const { id, students, device, session, teacher, recorded } = await began(3);
      const [sam, sue] = [nth(students, 0), nth(students, 1)];
      const seen = await gates.scan(device.key, { studentId: sam.id, eventId: 'a' });
      expect(seen.body.data).to.deep.include({
        outcome: 'accepted',
        missing: ['code'],
        message: 'Recorded; still needed: code',
      });
      expect(seen.body.data).not.to.have.property('status');
      expect(await statusOf(sam, id)).to.equal(null);
      expect((await checkIn(sam, session.code)).data).to.include({ status: 'present' });
      expect(await statusOf(sam, id)).to.equal('present');

      expect((await checkIn(sue, session.code)).data?.missing).to.deep.equal(['device']);
      const last = await gates.scan(device.key, { studentId: sue.id, eventId: 'b' });
      expect(last.body.data).to.include({ outcome: 'accepted', status: 'present' });
      expect(await statusOf(sue, id)).to.equal('present');
      const again = await gates.scan(device.key, { studentId: sue.id, eventId: 'b' });
      expect(again.body.data.message).to.equal('Already scanned');
      const other = await gates.scan(device.key, { studentId: sue.id, eventId: 'c' });
      expect(other.body.data).to.include({ outcome: 'repeated', status: 'present' });

      await gates.scan(device.key, { studentId: nth(students, 2).id });
      const twice = await gates.scan(device.key, { studentId: nth(students, 2).id, eventId: 'd' });
      expect(twice.body.data).to.deep.include({
        outcome: 'repeated',
        message: 'Already scanned',
        missing: ['code'],
      });
      await gates.close(teacher, session.id);
      expect(await recorded()).to.deep.equal(['present', 'present', 'absent']);
    });

    it('[CI7] [MK10] what was complete while the teacher said absent stands when that is taken back', async () => {
      const { id, students, device, session, teacher, recorded } = await began(1);
      const sam = nth(students, 0);
      const raw = await connectRaw('plain', hub.url, { token: teacher.token });
      try {
        const mark = (status: string) =>
          raw.ask('ATTENDANCE_MARKED', { classId: id, studentId: sam.id, status });
        await gates.scan(device.key, { studentId: sam.id, eventId: 'a' });
        expect((await mark('absent')).success).to.equal(true);
        const seen = await gates.scan(device.key, { studentId: sam.id, eventId: 'b' });
        expect(seen.body.data).to.deep.include({ outcome: 'repeated', status: 'absent', missing: ['code'] });
        expect((await checkIn(sam, session.code)).data).to.include({ status: 'absent' });
        expect(await statusOf(sam, id)).to.equal('absent');
        expect((await mark('unmarked')).data?.entry).to.include({ status: 'present' });
        expect(await statusOf(sam, id)).to.equal('present');
      } finally {
        raw.close();
      }
      await gates.close(teacher, session.id);
      expect(await recorded()).to.deep.equal(['present']);
    });

    it('[CI7] [MK6] of several scans the earliest is the word of the device', async () => {
      const { id, students, device, session } = await began(1, {
        ...both,
        lateRule: { graceMinutes: 5 },
      });
      const openedAt = Date.parse(await gates.startedAgo(session.id, 30));
      const sam = nth(students, 0);
      const at = (minutes: number) => iso(openedAt + minutes * 60_000);
      const outcomes = [];
      for (const minutes of [20, 10, 15])
        outcomes.push(
          (await gates.scan(device.key, { studentId: sam.id, at: at(minutes) })).body.data.outcome,
        );
      expect(outcomes).to.deep.equal(['accepted', 'accepted', 'repeated']);
      const kept = await hub.connection.collection('checkins').findOne({ studentId: sam.id });
      expect(kept?.said.device).to.deep.equal({ status: 'late', at: at(10), minutesLate: 10 });
      expect(await statusOf(sam, id)).to.equal(null);
    });

    it('[CI7] who is not on the roster, or nobody at all, is told so', async () => {
      const { device } = await began(1);
      const stranger = await hub.school.person('student');
      const { data } = (
        await gates.scan(device.key, [{ studentId: stranger.id }, { studentId: 'f'.repeat(24) }])
      ).body;
      expect(data.lines.map(({ code }: { code: string }) => code)).to.deep.equal([
        'STUDENT_NOT_ON_ROSTER',
        'UNKNOWN_STUDENT',
      ]);
    });

    it('[CI9] [DV7] a record that a backlog makes after DONE is flagged as its row would have been', async () => {
      const phone = (student: { token: string }, code: string) =>
        call(hub.url, 'POST', '/api/v1/attendance/checkin', student.token, {
          method: 'code',
          proof: { code },
          clientId: 'one phone',
        });
      const flagsIn = async (session: { id: string }, students: readonly { id: string }[]) => {
        const records = await Promise.all(students.map(({ id }) => gates.record(session.id, id)));
        return records.map((record) => [record?.source, record?.flags]);
      };
      const flags = ['shared-device'];

      // Where nothing stood before.
      const needed = await began(2);
      const seen = iso(Date.now());
      for (const student of needed.students) await phone(student, needed.session.code);
      await gates.close(needed.teacher, needed.session.id);
      const [sam] = needed.students;
      await gates.scan(needed.device.key, { studentId: sam?.id, at: seen });
      expect(await flagsIn(needed.session, needed.students)).to.deep.equal([
        ['code', flags],
        ['system', undefined],
      ]);

      // Where it takes the place of a flagged one.
      const any = await began(2, { methods: ['device', 'code'] });
      const openedAt = await gates.startedAgo(any.session.id, 1);
      for (const student of any.students) await phone(student, any.session.code);
      await gates.close(any.teacher, any.session.id);
      await gates.scan(any.device.key, { studentId: any.students[0]?.id, at: openedAt });
      expect(await flagsIn(any.session, any.students)).to.deep.equal([
        ['device', flags],
        ['code', flags],
      ]);
    });

    it('[CI7] [DV7] a backlog after DONE completes what was begun, and no more than that', async () => {
      const { students, device, session, teacher, recorded } = await began(3);
      const openedAt = Date.parse(session.openedAt);
      const [sam, sue] = [nth(students, 0), nth(students, 1)];
      await checkIn(sam, session.code);
      await gates.close(teacher, session.id);
      expect(await recorded()).to.deep.equal(['absent', 'absent', 'absent']);

      const backlog = [sam, sue].map(({ id: studentId }) => ({ studentId, at: iso(openedAt + 1) }));
      const { data } = (await gates.scan(device.key, backlog)).body;
      expect(data).to.deep.include({ accepted: 2, rejected: 0 });
      expect(await recorded()).to.deep.equal(['present', 'absent', 'absent']);
      expect((await gates.scan(device.key, backlog)).body.data.repeated).to.equal(2);
    });

    it('[CI7] [CI8] where windows count too, a scan is one of the ways, and the best counts', async () => {
      const { id, students, device } = await began(1, { methods: ['ble', 'device'] });
      const sam = nth(students, 0);
      const seen = await gates.scan(device.key, { studentId: sam.id });
      expect(seen.body.data).to.include({ outcome: 'accepted', status: 'present' });
      expect(await statusOf(sam, id)).to.equal('present');
    });

    it('[CI4] [CI7] whom a device finds in by another way is "Already scanned"', async () => {
      const { students, device, session } = await began(1, { methods: ['ble', 'code', 'device'] });
      const sam = nth(students, 0);
      expect((await checkIn(sam, session.code)).data).to.include({ status: 'present' });
      const seen = await gates.scan(device.key, { studentId: sam.id });
      expect(seen.body.data).to.include({ outcome: 'repeated', status: 'present' });
    });
  });

describe('devices: what one of them may send', () => {
  let hub: TestHub;
  let gates: Gates;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '0.01' } });
    gates = await createGates(hub);
  });
  after(() => hub.stop());

  it('[DV5] so many events of a device wait for review; of more it is told, and an admin sees how many', async () => {
    const { device } = await gates.boundClass(1);
    const other = await gates.boundClass(1);
    const rubbish = (n: number, of = 'x') => Array.from({ length: n }, (_, i) => ({ [of]: i }));
    for (const of of ['a', 'b'])
      expect((await gates.scan(device.key, rubbish(1000, of))).body.data.quarantined).to.equal(1000);
    const full = (await gates.scan(device.key, [...rubbish(1, 'a'), ...rubbish(3)])).body.data;
    expect(full).to.include({ quarantined: 1, rejected: 3 });
    expect(full.lines.slice(1).map(({ code }: { code: string }) => code)).to.deep.equal(
      Array(3).fill('QUARANTINE_FULL'),
    );
    const single = await gates.scan(device.key, { y: 1 });
    expect([single.status, single.body.code]).to.deep.equal([409, 'QUARANTINE_FULL']);
    const shown = (await gates.asAdmin(`GET /api/v1/devices/${device.id}`)).body.data.health;
    expect(shown).to.deep.include({ unkept: 4 });
    expect((await gates.scan(other.device.key, rubbish(1))).body.data.quarantined).to.equal(1);
  });

  it('[DV10] a device that asks too often is told to wait; another is served', async () => {
    const { device, students } = await gates.boundClass(1);
    const other = await gates.boundClass(1);
    const event = { studentId: students[0]?.id };
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await gates.scan(device.key, event)).status);
    expect(statuses).to.deep.equal([...Array(6).fill(200), 429]);
    expect((await gates.scan(device.key, event)).headers.get('retry-after')).to.match(/^\d+$/);
    expect((await gates.scan(other.device.key, { studentId: other.students[0]?.id })).status).to.equal(200);
  });
});
