import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { finishSession, rest, type Shown } from '../support/finished.ts';
import { createGates } from '../support/gate.ts';
import { ask, enrol, logIn, newClass, newPerson } from '../support/http.ts';
import { call, MODES, type Raw, WIRES } from '../support/hub.ts';
import { createDoor, good } from '../support/live-class.ts';
import type { SchoolClass } from '../support/school.ts';

const DAY_MS = 86_400_000;

// What went wrong in the systems that this one replaces, one test for each.
for (const mode of MODES)
  describe(`known defects of earlier systems are not here (${mode})`, () => {
    const door = createDoor();
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode, { LIMIT_SCALE: '10' });
    });
    afterEach(() => door.closeAll());
    after(() => hub?.stop());

    const begin = async ({ id: classId, teacher }: SchoolClass, options: object = {}): Promise<string> => {
      const { status, data } = await rest(hub, teacher, 'POST /api/v1/sessions', { classId, ...options });
      expect(status).to.equal(201);
      return String(data.id);
    };
    const mark = async (at: Raw, { id: classId, students }: SchoolClass, index: number, status: string) =>
      good(await at.ask('ATTENDANCE_MARKED', { classId, studentId: nth(students, index).id, status }));
    const recordsOf = async ({ teacher }: SchoolClass, query: string): Promise<Shown[]> =>
      (await rest(hub, teacher, `GET /api/v1/attendance/records?limit=200&${query}`)).data.items as Shown[];
    const close = ({ teacher }: SchoolClass, sessionId: string) =>
      rest(hub, teacher, `POST /api/v1/sessions/${sessionId}/close`);
    const twoClasses = () => Promise.all([hub.school.class(2, 'private'), hub.school.class(2, 'private')]);

    it('[SE1][AU1] one session for all classes: a class has its own, and another neither sees nor ends it', async () => {
      const [art, biology] = await twoClasses();
      await begin(art);
      const [ann, ben] = [
        await door.enter('plain', hub, art.teacher),
        await door.enter('plain', hub, biology.teacher),
      ];
      expect((await ben.ask('TODAY_SUMMARY')).error).to.equal('No active attendance session');
      await begin(biology);
      await mark(ann, art, 0, 'present');
      await mark(ben, biology, 1, 'late');
      const counts = async (at: Raw) => good(await at.ask('TODAY_SUMMARY'));
      expect(await counts(ann)).to.include({ classId: art.id, present: 1, late: 0, total: 1 });
      expect(await counts(ben)).to.include({ classId: biology.id, present: 0, late: 1, total: 1 });
      good(await ben.ask('DONE'));
      expect(await counts(ann)).to.include({ present: 1, total: 1 });
      expect(good(await ann.ask('DONE'))).to.include({ classId: art.id, present: 1, absent: 1, late: 0 });
    });

    it('[SE2] any teacher may finish any session: only those of the class may', async () => {
      const [art, biology] = await twoClasses();
      const sessionId = await begin(art);
      await begin(biology);
      for (const wire of WIRES) {
        const stranger = await door.enter(wire, hub, biology.teacher);
        for (const data of [{ classId: art.id }, { classId: art.id, sessionId }])
          expect((await stranger.ask('DONE', data)).error).to.equal('Forbidden, not class teacher');
      }
      for (const end of ['close', 'cancel']) {
        const path = `POST /api/v1/sessions/${sessionId}/${end}`;
        expect((await rest(hub, biology.teacher, path)).status).to.equal(404);
      }
      const path = `GET /api/v1/sessions/${sessionId}`;
      expect((await rest(hub, art.teacher, path)).data.state).to.equal('live');
      expect((await close(art, sessionId)).data.state).to.equal('final');
    });

    it('[SE1] a second start overwrites: the running session goes on with what is marked', async () => {
      const art = await hub.school.class(2, 'private');
      const sessionId = await begin(art, { methods: ['code'], minutes: 30 });
      const read = () => rest(hub, art.teacher, `GET /api/v1/sessions/${sessionId}`);
      const before = (await read()).data;
      const ann = await door.enter('plain', hub, art.teacher);
      await mark(ann, art, 0, 'late');
      const { token } = art.teacher;
      const body = { classId: art.id };
      const again = await ask(hub.url, 'POST /api/v1/sessions', { token, body: { ...body, minutes: 5 } });
      expect([again.status, again.body.details]).to.deep.equal([
        409,
        [{ path: 'sessionId', message: sessionId }],
      ]);
      expect((await ann.ask('SESSION_START', body)).code).to.equal('SESSION_EXISTS');
      const atTheRoot = await ask(hub.url, 'POST /attendance/start', { token, body });
      expect(atTheRoot.body.data).to.deep.equal({ classId: art.id, startedAt: before.openedAt });
      const codes = `POST /classes/${art.id}/attendance-sessions`;
      expect((await ask(hub.url, codes, { token, body: { duration_minutes: 5 } })).status).to.equal(409);
      expect((await read()).data).to.deep.equal(before);
      expect(good(await ann.ask('TODAY_SUMMARY'))).to.include({ late: 1, total: 1 });
    });

    it('[DN1] records without a date or session: each session of each day leaves one of its own', async () => {
      const own = await startCheckInHub(mode);
      try {
        // Noon comes first, so that midnight is where the test has it.
        own.pass(DAY_MS * 1.5 - (Date.now() % DAY_MS));
        const [ann, sam] = [await newPerson(own.url, 'teacher'), await newPerson(own.url, 'student')];
        const classId = await newClass(own.url, ann);
        await enrol(own.url, ann, classId, sam);
        const taught = (teacher: { token: string }) =>
          ({ id: classId, teacher, students: [sam] }) as unknown as SchoolClass;
        const today = [
          await finishSession(own, taught(ann), ['present']),
          await finishSession(own, taught(ann), ['late']),
        ];
        own.pass(DAY_MS);
        const tomorrow = await finishSession(own, taught(await logIn(own.url, ann)), ['excused']);
        const { token } = await logIn(own.url, sam);
        const { data } = await rest(own, { token }, 'GET /api/v1/attendance/records');
        const rows = (data.items as Shown[]).map(({ sessionId, date, status }) => [sessionId, date, status]);
        const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
        const first = Date.parse(nth(nth(today, 0).records, 0).date);
        expect(rows).to.have.deep.members([
          [nth(today, 0).sessionId, dayOf(first), 'present'],
          [nth(today, 1).sessionId, dayOf(first), 'late'],
          [tomorrow.sessionId, dayOf(first + DAY_MS), 'excused'],
        ]);
      } finally {
        await own.stop();
      }
    });

    it('[DV1] a device key that any value matches: the whole key of a device opens, and nothing else', async () => {
      const gates = await createGates(hub);
      const { students, device } = await gates.boundClass(1);
      const other = await gates.device();
      const event = { studentId: nth(students, 0).id };
      const last = device.key.at(-1) === 'A' ? 'B' : 'A';
      const wrong = [
        'x',
        'true',
        'undefined',
        'null',
        '*',
        device.deviceId,
        device.id,
        device.key.slice(0, -1),
        device.key.slice(0, -1) + last,
        `${device.key}A`,
        device.key.toUpperCase(),
        // The public half of one with the secret half of another.
        [...device.key.split('_').slice(0, 2), other.key.split('_').slice(2).join('_')].join('_'),
        nth(students, 0).token,
      ];
      for (const key of wrong) expect((await gates.scan(key, event)).status, key).to.equal(401);
      expect((await ask(hub.url, 'POST /api/v1/attendance/scan', { body: event })).status).to.equal(401);
      // A right key, of a device that is bound to no session.
      expect((await gates.scan(other.key, event)).status).to.equal(403);
      const { status, body } = await gates.scan(device.key, event);
      expect([status, body.data.outcome]).to.deep.equal([200, 'accepted']);
    });

    for (const method of ['ble', 'qr'] as const)
      it(`[CI3] tokens accepted by a time that the client chose: the server’s clock alone counts (${method})`, async () => {
        const { group, session } = await hub.running(1, {
          methods: [method],
          qrStepSeconds: 30,
          bleStepSeconds: 30,
        });
        const sam = nth(group.students, 0);
        const page = method === 'ble' ? 'ble-token' : 'qr';
        const field = method === 'ble' ? 'tokenValue' : 'token';
        const shownAt = String(session.openedAt);
        const old = (await hub.fetch(group, session, page))[field];
        hub.pass(90_000);
        const times = ['at', 'timestamp', 'time', 'scannedAt', 'submitted_at'];
        const send = (token: unknown, inProof: object, beside: object) =>
          hub.checkIn(sam.token, { method, proof: { [field]: token, ...inProof }, ...beside });
        expect((await send(old, {}, {})).code).to.equal('TOKEN_EXPIRED');
        for (const name of times)
          for (const [inProof, beside] of [
            [{ [name]: shownAt }, {}],
            [{}, { [name]: shownAt }],
          ] as const)
            expect((await send(old, inProof, beside)).success, name).to.equal(false);
        const path = `/class/${group.id}/my-attendance`;
        expect((await call(hub.url, 'GET', path, sam.token)).data).to.include({ status: null });
        const { data } = await send((await hub.fetch(group, session, page))[field], {}, {});
        expect(data).to.include({ status: method === 'ble' ? 'partial' : 'present', repeated: false });
        expect(Date.parse(String(data?.at)) - Date.parse(shownAt)).to.be.within(89_000, 120_000);
      });

    it('[CI3][CI8] one token counted many times: it counts once, however often it is sent', async () => {
      const { group, session } = await hub.running(1, { methods: ['ble'], bleStepSeconds: 60 });
      const sam = nth(group.students, 0);
      const { tokenValue } = await hub.fetch(group, session, 'ble-token');
      const send = () => hub.checkIn(sam.token, { method: 'ble', proof: { tokenValue } });
      const first = await send();
      const many = [...(await Promise.all([send(), send(), send()])), await send()];
      for (const { data } of [first, ...many])
        expect(data?.windows).to.deep.equal({ collected: 1, total: 1 });
      expect([first, ...many].filter(({ data }) => data?.repeated === false)).to.have.length(1);
      // Three more windows in which Sam was not: one of four is not enough, however often it was sent.
      for (let window = 0; window < 3; window++) {
        hub.pass(60_000);
        await hub.fetch(group, session, 'ble-token');
      }
      hub.pass(60_000);
      expect((await hub.closed(group, session)).get(sam.id)?.status).to.equal('absent');
    });

    it('[AN2] students never scanned missing from the figures: they are absent in every one', async () => {
      const gates = await createGates(hub);
      const { id: classId, teacher, students, device, session } = await gates.boundClass(4);
      expect((await gates.scan(device.key, { studentId: nth(students, 0).id })).status).to.equal(200);
      await gates.close(teacher, session.id);
      const get = async (path: string) => (await rest(hub, teacher, `GET /api/v1/${path}`)).data;
      const [date = ''] = session.openedAt.split('T');
      expect(await get(`attendance/stats?classId=${classId}`)).to.deep.include({ attendance: 25 });
      const { students: rows } = await get(`analytics/attendance-percentage?classId=${classId}&date=${date}`);
      const percentages = (rows as { studentId: string; percentage: number }[]).map((row) => [
        row.studentId,
        row.percentage,
      ]);
      expect(percentages).to.have.deep.members(students.map(({ id }, index) => [id, index === 0 ? 100 : 0]));
      const { classes } = await get(`analytics/daily-class-report?classId=${classId}&date=${date}`);
      const [{ sessions }] = classes as [{ sessions: object[] }];
      expect(sessions).to.have.length(1);
      expect(sessions[0]).to.include({ present: 1, absent: 3, total: 4, percentage: 25 });
    });

    it('live statistics that are constants: they are what is marked at this moment, in each class', async () => {
      const [art, biology] = await twoClasses();
      await begin(art);
      const sessionId = await begin(biology);
      const [ann, ben] = [
        await door.enter('plain', hub, art.teacher),
        await door.enter('plain', hub, biology.teacher),
      ];
      good(await ann.ask('SYNC', { classId: art.id }));
      const expected = [
        { present: 1, late: 0, absent: 0, unmarked: 1 },
        { present: 1, late: 1, absent: 0, unmarked: 0 },
        { present: 0, late: 1, absent: 1, unmarked: 0 },
      ];
      for (const [step, [index, status]] of (
        [
          [0, 'present'],
          [1, 'late'],
          [0, 'absent'],
        ] as const
      ).entries()) {
        const { version } = await mark(ann, art, index, status);
        const counts = await ann.next('COUNTS', (data) => data.version === version);
        expect(counts).to.include({ ...expected[step], enrolled: 2 });
        expect(good(await ann.ask('TODAY_SUMMARY'))).to.include(expected[step]);
      }
      expect(good(await ben.ask('TODAY_SUMMARY'))).to.include({ total: 0, unmarked: 2 });
      const attendance = async () =>
        (await rest(hub, biology.teacher, `GET /api/v1/attendance/stats?classId=${biology.id}`)).data
          .attendance;
      expect(await attendance()).to.equal(null);
      await close(biology, sessionId);
      expect(await attendance()).to.equal(0);
      const [record] = await recordsOf(biology, `sessionId=${sessionId}`);
      const change = { status: 'present', reason: 'was there' };
      await rest(hub, biology.teacher, `PATCH /api/v1/attendance/${record?.id}`, change);
      expect(await attendance()).to.equal(50);
    });
  });
