import { expect } from 'chai';
import { createGates, type Gates } from '../support/gate.ts';
import { ask } from '../support/http.ts';
import { connectRaw, MODES, startHub, type TestHub, WIRES } from '../support/hub.ts';

const iso = (ms: number) => new Date(ms).toISOString();

for (const mode of MODES)
  describe(`devices: recognitions (${mode})`, () => {
    let hub: TestHub;
    let gates: Gates;
    before(async () => {
      hub = await startHub({ mode, env: { TIME_ZONE: 'Asia/Kolkata', LIMIT_SCALE: '10' } });
      gates = await createGates(hub);
    });
    after(() => hub.stop());

    const statusOf = async (student: { token: string } | undefined, classId: string) =>
      (await ask(hub.url, `GET /class/${classId}/my-attendance`, { token: student?.token })).body.data.status;
    const open = async (deviceId: string) =>
      (await gates.asAdmin('GET /api/v1/devices/quarantine?limit=200')).body.data.items.filter(
        (event: { deviceId: string }) => event.deviceId === deviceId,
      );

    for (const wire of WIRES)
      it(`[CI4] a scan of the bound device marks its student present, and staff hears it (${wire})`, async () => {
        const { id, teacher, students, codes, device, session } = await gates.boundClass(3);
        const staff = await connectRaw(wire, hub.url, { token: teacher.token });
        const gate = await connectRaw(wire, hub.url, { deviceKey: device.key });
        // An open plain socket is not seated yet; one that was answered is.
        await staff.ask('SYNC', { classId: id });
        const said = await gate.ask('STUDENT_RECOGNIZED', { studentId: students[0]?.id, eventId: 'one' });
        expect(said.data).to.include({
          outcome: 'accepted',
          repeated: false,
          sessionId: session.id,
          status: 'present',
        });
        const heard = await staff.next('ATTENDANCE_MARKED');
        expect(heard).to.include({ studentId: students[0]?.id, source: 'device', status: 'present' });
        const again = await gate.ask('STUDENT_RECOGNIZED', { studentId: students[0]?.id, eventId: 'one' });
        expect(again.data).to.include({ outcome: 'repeated', repeated: true, message: 'Already scanned' });
        const many = await gate.ask('STUDENT_RECOGNIZED', [
          { studentCode: codes[1] },
          { studentId: codes[2] },
        ]);
        expect(many.data).to.deep.equal({ accepted: 2, repeated: 0, quarantined: 0, rejected: 0, lines: [] });
        expect(await statusOf(students[2], id)).to.equal('present');
        staff.close();
        gate.close();
      });

    it('[DV3] a repeat is "Already scanned": by its eventId, else by student and second; of one device only', async () => {
      const { students, device, teacher } = await gates.boundClass(2);
      const at = iso(Date.now() - (Date.now() % 1000));
      const studentId = students[0]?.id;
      // Beside a teacher's absence each event is new evidence.
      const staff = await connectRaw('plain', hub.url, { token: teacher.token });
      await staff.ask('ATTENDANCE_MARKED', { studentId, status: 'absent' });
      staff.close();
      const outcomes = [];
      for (const event of [
        { studentId, at },
        { studentId, at },
        { studentId, at: iso(Date.parse(at) + 999) },
        { studentId, at: iso(Date.parse(at) + 1000) },
        { studentId, at, eventId: 'a' },
        { studentId: students[1]?.id, eventId: 'a' },
      ])
        outcomes.push((await gates.scan(device.key, event)).body.data.outcome);
      expect(outcomes).to.deep.equal([
        'accepted',
        'repeated',
        'repeated',
        'accepted',
        'accepted',
        'repeated',
      ]);
      const repeat = await gates.scan(device.key, { studentId, at });
      expect([repeat.status, repeat.body.data.repeated, repeat.body.data.message]).to.deep.equal([
        200,
        true,
        'Already scanned',
      ]);
      const other = await gates.boundClass(1);
      const elsewhere = await gates.scan(other.device.key, {
        studentId: other.students[0]?.id,
        eventId: 'a',
      });
      expect(elsewhere.body.data.outcome).to.equal('accepted');
    });

    it('[CI4] [CI2] who is in already is "Already scanned" over every wire, alone and in a batch', async () => {
      const { codes, students, device, teacher } = await gates.boundClass(2);
      const staff = await connectRaw('plain', hub.url, { token: teacher.token });
      await staff.ask('ATTENDANCE_MARKED', { studentId: students[1]?.id, status: 'late' });
      staff.close();
      const first = await gates.scan(device.key, { studentCode: codes[0], eventId: 'first' });
      expect(first.body.data).to.include({ outcome: 'accepted', repeated: false, message: 'Recorded' });
      const inAlready = { outcome: 'repeated', repeated: true, message: 'Already scanned' };
      const events = (wire: string) => [
        { studentCode: codes[0], eventId: `one-${wire}` },
        { studentCode: codes[1], eventId: `two-${wire}` },
      ];
      const whole = (wire: string) => ({
        accepted: 0,
        repeated: 2,
        quarantined: 0,
        rejected: 0,
        lines: events(wire).map(({ eventId }, index) => ({
          index,
          eventId,
          outcome: 'repeated',
          message: 'Already scanned',
        })),
      });
      const single = async (send: (event: unknown) => Promise<{ data?: unknown }>, wire: string) => {
        const [own, teachers] = events(`${wire}-alone`);
        expect((await send(own ?? {})).data, wire).to.include({ ...inAlready, status: 'present' });
        // Of whom a teacher has put in a device hears the same.
        expect((await send(teachers ?? {})).data, wire).to.include({ ...inAlready, status: 'late' });
      };
      const rest = async (body: unknown) => (await gates.scan(device.key, body)).body;
      await single(rest, 'rest');
      expect((await rest(events('rest'))).data).to.deep.equal(whole('rest'));
      for (const wire of WIRES) {
        const gate = await connectRaw(wire, hub.url, { deviceKey: device.key });
        await single((event) => gate.ask('STUDENT_RECOGNIZED', event), wire);
        expect((await gate.ask('STUDENT_RECOGNIZED', { events: events(wire) })).data).to.deep.equal(
          whole(wire),
        );
        gate.close();
      }
      const api = await ask(hub.url, 'POST /api/attendance/scan', {
        headers: { 'X-Device-Key': device.key },
        body: { student_id: codes[1] },
      });
      expect([api.status, api.body]).to.deep.equal([200, { message: 'Already scanned' }]);
    });

    it('[CI4] [CI6] who was in time is "Already scanned" also after check-in has closed', async () => {
      const lateRule = { graceMinutes: 5, lateUntilMinutes: 15 };
      const { device, students, session, teacher } = await gates.boundClass(2, { lateRule });
      const openedAt = Date.parse(await gates.startedAgo(session.id, 30));
      const at = (minutes: number) => iso(openedAt + minutes * 60_000);
      const studentId = students[0]?.id;
      await gates.scan(device.key, { studentId, at: at(9) });
      const late = { status: 'late', minutesLate: 9, message: 'Already scanned' };
      expect((await gates.scan(device.key, { studentId })).body.data).to.include(late);
      const refused = await gates.scan(device.key, { studentId: students[1]?.id });
      expect(refused.body.code).to.equal('CHECK_IN_CLOSED');
      await gates.close(teacher, session.id);
      expect((await gates.scan(device.key, { studentId, at: at(20) })).body.data).to.include(late);
    });

    it('[CI4] [MK6] a scan is answered with the status that stands, live and after DONE', async () => {
      const { device, teacher, students, session } = await gates.boundClass(1);
      const openedAt = Date.parse(await gates.startedAgo(session.id, 20));
      const studentId = students[0]?.id;
      const staff = await connectRaw('plain', hub.url, { token: teacher.token });
      await staff.ask('ATTENDANCE_MARKED', { studentId, status: 'absent' });
      staff.close();
      const stands = { outcome: 'accepted', repeated: false, message: 'Recorded', status: 'absent' };
      const at = iso(openedAt + 120_000);
      expect((await gates.scan(device.key, { studentId, at })).body.data).to.include(stands);
      const api = await ask(hub.url, 'POST /api/attendance/scan', {
        headers: { 'X-Device-Key': device.key },
        body: { student_id: studentId },
      });
      expect(api.body).to.include({ message: 'Recorded', status: 'absent' });
      await gates.close(teacher, session.id);
      const backlog = { studentId, at: iso(openedAt + 60_000) };
      expect((await gates.scan(device.key, backlog)).body.data).to.include(stands);
    });

    it('[CI7] a session that names a device takes it, whatever ways it lists', async () => {
      for (const [methods, taken] of [
        [undefined, ['teacher', 'device']],
        [['code'], ['code', 'device']],
        [
          ['device', 'ble'],
          ['device', 'ble'],
        ],
      ]) {
        const { device, session, students } = await gates.boundClass(1, { methods });
        expect((session as unknown as { methods: string[] }).methods).to.deep.equal(taken);
        const seen = await gates.scan(device.key, { studentId: students[0]?.id });
        expect(seen.body.data).to.include({ outcome: 'accepted', status: 'present' });
      }
      const room = await hub.school.class(1, 'private');
      const { deviceId } = await gates.device();
      const start = (options: object) =>
        ask(hub.url, 'POST /api/v1/sessions', {
          token: room.teacher.token,
          body: { classId: room.id, deviceId, ...options },
        });
      const idle = await start({ methods: ['code', 'qr'], require: ['code', 'qr'] });
      expect([idle.status, idle.body.details]).to.deep.equal([
        400,
        [{ path: 'methods', message: 'not needed for anything: device' }],
      ]);
      const both = await start({ methods: ['code'], require: ['code', 'device'] });
      expect([both.status, both.body.data?.methods]).to.deep.equal([201, ['code', 'device']]);
    });

    it('[DV3] the same event sent many times at once is one scan and one line', async () => {
      const { students, device, session, teacher } = await gates.boundClass(1);
      const event = { studentId: students[0]?.id, eventId: 'storm' };
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => gates.scan(device.key, [event, event])),
      );
      const accepted = answers.map(({ body }) => body.data.accepted);
      expect(accepted.reduce((sum, n) => sum + n, 0)).to.equal(1);
      await gates.close(teacher, session.id);
      const record = await gates.record(session.id, students[0]?.id ?? '');
      expect(record).to.include({ status: 'present', source: 'device' });
      expect(record?.history ?? []).to.deep.equal([]);
    });

    it('[CI4] a device that is bound to no live session is refused, also when another device is', async () => {
      const { students } = await gates.boundClass(1);
      const stranger = await gates.device();
      const event = { studentId: students[0]?.id };
      for (const body of [event, [event], { events: [event] }]) {
        const refused = await gates.scan(stranger.key, body);
        expect([refused.status, refused.body.code]).to.deep.equal([403, 'DEVICE_NOT_BOUND']);
      }
      const { device, session, teacher } = await gates.boundClass(1);
      await gates.close(teacher, session.id);
      expect((await gates.scan(device.key, event)).status).to.equal(403);
    });

    it('[SE5] a device serves one live session, and who may know is told which', async () => {
      const { device, session, teacher, id } = await gates.boundClass(1);
      const other = await hub.school.class(1, 'private');
      const start = (token: string, deviceId = device.deviceId) =>
        ask(hub.url, 'POST /api/v1/sessions', { token, body: { classId: other.id, deviceId } });
      const blind = await start(other.teacher.token);
      expect([blind.status, blind.body.code, blind.body.details]).to.deep.equal([
        409,
        'DEVICE_BUSY',
        undefined,
      ]);
      const told = await start(gates.admin.token);
      expect(told.body.details).to.deep.equal([
        { path: 'sessionId', message: session.id },
        { path: 'classId', message: id },
      ]);
      const unknown = await start(other.teacher.token, 'no-such-gate');
      expect([unknown.status, unknown.body.code]).to.deep.equal([404, 'DEVICE_NOT_FOUND']);
      await gates.close(teacher, session.id);
      const next = await start(other.teacher.token);
      expect(next.status).to.equal(201);
      expect(
        (await gates.scan(device.key, { studentId: other.students[0]?.id })).body.data.sessionId,
      ).to.equal(next.body.data.id);
    });

    it('[DV4] a batch takes what is right, and says of each other event what became of it', async () => {
      const { students, codes, device, session } = await gates.boundClass(3);
      const outsider = await hub.school.person('student');
      const now = Date.now();
      const { status, body } = await gates.scan(device.key, {
        events: [
          { studentCode: codes[0], eventId: 'a' },
          { studentCode: codes[0], eventId: 'a' },
          { studentCode: 'nobody', eventId: 'b' },
          { studentId: 'f'.repeat(24), eventId: 'c' },
          { studentId: outsider.id, eventId: 'd' },
          { studentId: students[1]?.id, at: iso(now - 4 * 3600_000), eventId: 'e' },
          { studentId: students[1]?.id, at: iso(now + 10 * 60_000), eventId: 'f' },
          'no event at all',
          { studentId: students[1]?.id, role: 'admin' },
          { studentId: students[1]?.id, date: '2026-02-31', time: '08:00' },
          null,
          { studentId: students[2]?.id, at: iso(now + 60_000) },
        ],
      });
      expect(status).to.equal(200);
      const { lines, ...counts } = body.data;
      expect(counts).to.deep.equal({ accepted: 2, repeated: 1, quarantined: 8, rejected: 1 });
      expect(lines.map(({ index, code }: { index: number; code?: string }) => [index, code])).to.deep.equal([
        [1, undefined],
        [2, 'UNKNOWN_STUDENT'],
        [3, 'UNKNOWN_STUDENT'],
        [4, 'STUDENT_NOT_ON_ROSTER'],
        [5, 'CLOCK_SKEWED'],
        [6, 'CLOCK_SKEWED'],
        [7, 'MALFORMED'],
        [8, 'MALFORMED'],
        [9, 'MALFORMED'],
        [10, 'MALFORMED'],
      ]);
      expect(lines.every(({ message }: { message: string }) => message.length > 5)).to.equal(true);
      const kept = await open(device.deviceId);
      expect(kept).to.have.length(8);
      await gates.scan(device.key, [{ studentCode: 'nobody', eventId: 'b' }]);
      const again = (await open(device.deviceId)).find(({ raw }: { raw: string }) => raw.includes('nobody'));
      expect(again).to.include({ reason: 'UNKNOWN_STUDENT', count: 2 });
      expect(session.id).to.be.a('string');
    });

    it('[DV4] takes 1 to 1,000 events, and refuses others as a whole', async () => {
      const { device, students } = await gates.boundClass(1);
      const many = (n: number) =>
        Array.from({ length: n }, (_, i) => ({
          studentId: students[0]?.id,
          eventId: `${'e'.repeat(100)}${i}`,
        }));
      expect((await gates.scan(device.key, many(1000))).body.data).to.include({ accepted: 1, repeated: 999 });
      expect((await gates.scan(device.key, { events: many(1000) })).body.data.repeated).to.equal(1000);
      for (const wrong of [
        many(1001),
        { events: many(1001) },
        [],
        { events: [] },
        { events: [{}], more: 1 },
        'x',
      ])
        expect((await gates.scan(device.key, wrong)).status).to.equal(400);
      expect((await gates.scan(device.key, [{ studentId: { $ne: null } }])).status).to.equal(400);
    });

    it('[DV6] reads a date and time without an offset in the configured zone', async () => {
      const { device, students, session, teacher } = await gates.boundClass(1);
      const local = iso(Date.now() + 330 * 60_000);
      const event = { studentId: students[0]?.id, date: local.slice(0, 10), time: local.slice(11, 19) };
      expect((await gates.scan(device.key, event)).body.data.outcome).to.equal('accepted');
      await gates.close(teacher, session.id);
      const utc = {
        ...event,
        date: iso(Date.now()).slice(0, 10),
        time: iso(Date.now()).slice(11, 19),
        eventId: 'u',
      };
      expect((await gates.scan(device.key, utc)).body.data.code).to.equal('CLOCK_SKEWED');
    });

    it('[DV7] evidence is judged by the late rule, at the time of the event and not of its arrival', async () => {
      const lateRule = { graceMinutes: 5, lateUntilMinutes: 15 };
      const { id, device, students, session } = await gates.boundClass(3, { lateRule });
      const openedAt = Date.parse(await gates.startedAgo(session.id, 30));
      const events = [4, 9, 20].map((minutes, i) => ({
        studentId: students[i]?.id,
        at: iso(openedAt + minutes * 60_000),
      }));
      const { data } = (await gates.scan(device.key, events)).body;
      expect(data).to.deep.include({ accepted: 2, rejected: 1 });
      expect(data.lines[0]).to.include({ index: 2, code: 'CHECK_IN_CLOSED' });
      const found = await Promise.all(students.map((student) => statusOf(student, id)));
      expect(found).to.deep.equal(['present', 'late', null]);
      const single = await gates.scan(device.key, events[2]);
      expect([single.status, single.body.code]).to.deep.equal([409, 'CHECK_IN_CLOSED']);
    });

    it('[DV7] a late backlog corrects an automatic absence, never a teacher, and leaves a trace', async () => {
      const { id, device, teacher, students, session } = await gates.boundClass(4);
      const openedAt = await gates.startedAgo(session.id, 60);
      const staff = await connectRaw('socketio', hub.url, { token: teacher.token });
      await staff.ask('SYNC', { classId: id });
      await staff.ask('ATTENDANCE_MARKED', { studentId: students[1]?.id, status: 'absent' });
      await gates.scan(device.key, { studentId: students[2]?.id });
      await gates.close(teacher, session.id);

      const at = iso(Date.parse(openedAt) + 60_000);
      const backlog = students.map(({ id: studentId }, i) => ({ studentId, at, eventId: `late-${i}` }));
      const { data } = (await gates.scan(device.key, { events: backlog })).body;
      expect(data).to.deep.equal({ accepted: 4, repeated: 0, quarantined: 0, rejected: 0, lines: [] });
      const heard = await staff.next('ATTENDANCE_CORRECTED');
      expect(heard.status).to.equal('present');
      staff.close();

      const records = await Promise.all(students.map((student) => gates.record(session.id, student.id)));
      const said = records.map((record) => [record?.status, record?.source, record?.history?.length ?? 0]);
      expect(said).to.deep.equal([
        ['present', 'device', 1],
        ['absent', 'teacher', 1],
        ['present', 'device', 1],
        ['present', 'device', 1],
      ]);
      expect(records[0]?.history[0]).to.include({ status: 'absent', source: 'system', applied: true });
      expect(records[1]?.history[0]).to.include({ status: 'present', source: 'device', applied: false });
      expect(records[2]?.at.toISOString(), 'the earlier presence stands').to.equal(at);
      const { counts } = (await ask(hub.url, `GET /api/v1/sessions/${session.id}`, { token: teacher.token }))
        .body.data;
      expect(counts).to.include({ present: 3, absent: 1, enrolled: 4 });

      const more = [3, 0].map((minutes) => ({
        studentId: students[0]?.id,
        at: iso(Date.parse(at) + minutes * 60_000),
        eventId: `more-${minutes}`,
      }));
      const again = (await gates.scan(device.key, more)).body.data;
      expect(again, 'who is present in the record is in already').to.include({ accepted: 0, repeated: 2 });

      const replay = (await gates.scan(device.key, { events: backlog })).body.data;
      expect(replay).to.include({ accepted: 0, repeated: 4 });
      const after = await Promise.all(students.map((student) => gates.record(session.id, student.id)));
      expect(after).to.deep.equal(records);
    });

    it('[DV7] events of two sessions in one backlog each find their own', async () => {
      const first = await gates.boundClass(2);
      const begun = Date.parse(await gates.startedAgo(first.session.id, 120));
      await gates.close(first.teacher, first.session.id);
      const next = await ask(hub.url, 'POST /api/v1/sessions', {
        token: first.teacher.token,
        body: { classId: first.id, deviceId: first.device.deviceId },
      });
      const studentId = first.students[0]?.id;
      const { data } = (
        await gates.scan(first.device.key, [{ studentId, at: iso(begun + 60_000) }, { studentId }])
      ).body;
      expect(data.accepted).to.equal(2);
      expect((await gates.record(first.session.id, studentId ?? ''))?.status).to.equal('present');
      expect(await statusOf(first.students[0], first.id)).to.equal('present');
      expect(next.status).to.equal(201);
    });

    it('[DV5] an admin discards what was set aside, or puts it right and takes it in', async () => {
      const { id, device, students, session } = await gates.boundClass(2);
      await gates.startedAgo(session.id, 10);
      const then = iso(Date.now() - 5 * 3600_000);
      await gates.scan(device.key, [
        { studentCode: 'badge-77', eventId: 'x' },
        { studentId: students[1]?.id, at: then, eventId: 'y' },
        'rubbish',
      ]);
      const kept = await open(device.deviceId);
      const of = (reason: string): string => kept.find((one: { reason: string }) => one.reason === reason).id;
      const resolve = (which: string, body: object) =>
        gates.asAdmin(`POST /api/v1/devices/quarantine/${which}/resolve`, body);

      const still = await resolve(of('UNKNOWN_STUDENT'), { action: 'apply' });
      expect([still.status, still.body.details?.[0]?.path]).to.deep.equal([400, 'UNKNOWN_STUDENT']);
      const student = { action: 'apply', studentId: students[0]?.id };
      expect((await resolve(of('UNKNOWN_STUDENT'), student)).body.data).to.include({ resolution: 'applied' });
      expect(await statusOf(students[0], id)).to.equal('present');
      const time = { action: 'apply', at: iso(Date.now() - 60_000) };
      expect((await resolve(of('CLOCK_SKEWED'), time)).status).to.equal(200);
      expect(await statusOf(students[1], id)).to.equal('present');
      expect((await resolve(of('MALFORMED'), { action: 'discard' })).body.data).to.include({
        resolution: 'discarded',
      });
      const twice = await resolve(of('MALFORMED'), { action: 'discard' });
      expect([twice.status, twice.body.code]).to.deep.equal([409, 'QUARANTINE_RESOLVED']);
      expect((await resolve('f'.repeat(24), { action: 'discard' })).status).to.equal(404);
      expect(await open(device.deviceId)).to.deep.equal([]);
      const page = await gates.asAdmin('GET /api/v1/devices/quarantine?state=resolved&limit=1');
      expect(page.body.data.items).to.have.length(1);
    });

    it('[MK6] a scan does not override a teacher, and is kept in the history', async () => {
      const { id, device, teacher, students, session } = await gates.boundClass(1);
      const staff = await connectRaw('plain', hub.url, { token: teacher.token });
      await staff.ask('ATTENDANCE_MARKED', { studentId: students[0]?.id, status: 'absent' });
      expect((await gates.scan(device.key, { studentId: students[0]?.id })).body.data.outcome).to.equal(
        'accepted',
      );
      expect(await statusOf(students[0], id)).to.equal('absent');
      staff.close();
      await gates.close(teacher, session.id);
      const record = await gates.record(session.id, students[0]?.id ?? '');
      expect(record?.history[0]).to.include({ source: 'device', applied: false });
    });
  });
