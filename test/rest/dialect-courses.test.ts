import { expect } from 'chai';
import { ADMIN } from '../support/app.ts';
import { type Ask, ask } from '../support/http.ts';
import { connectRaw, startHub, type TestHub } from '../support/hub.ts';

const ZONE = 'Asia/Kolkata';
const NOBODY = '0'.repeat(24);

/** An answer's status and its body as it stands on the wire. */
type Said = [number, Record<string, unknown>];
type Row = { id: string; student_id: string; status: string };

describe('REST: the third system’s /api, from log-in to results', () => {
  let hub: TestHub;
  let admin: string;
  let teacher: { id: string; token: string };
  let other: { id: string; token: string };
  let pupil: { id: string; token: string };
  let section: string;
  let course: string;
  let students: string[];
  let gate: { id: string; key: string };
  let spare: { id: string; key: string };

  const at = async (line: string, options: Ask = {}): Promise<Said> => {
    const { status, body } = await ask(hub.url, line, options);
    return [status, body as Record<string, unknown>];
  };
  const as = (token: string | undefined, line: string, body?: unknown) => at(line, { token, body });
  const made = async (line: string, body: object, token = admin) => {
    const [status, one] = await as(token, line, body);
    expect(status, `${line} ${JSON.stringify(one)}`).to.equal(201);
    return one as Record<string, string> & { id: string };
  };
  const list = async (line: string, token = admin) => (await as(token, line))[1] as unknown as Row[];
  const scan = (key: string | undefined, body: unknown) =>
    at('POST /api/attendance/scan', { body, ...(key !== undefined && { headers: { 'X-Device-Key': key } }) });
  /** The school's clocks. */
  const local = (ms = Date.now()) => {
    const text = new Date(ms).toLocaleString('sv-SE', { timeZone: ZONE });
    return { date: text.slice(0, 10), time: text.slice(11, 19) };
  };
  const logIn = async (username: string, password = 'password') =>
    (await as(undefined, 'POST /api/auth/login', { username, password }))[1] as {
      access: string;
      refresh: string;
      user: { id: string; role: string };
    };
  /** A person of the dialect who claims an account. */
  const claim = async (kind: 'students' | 'teachers', id: string, email: string) => {
    const answer = await as(admin, `POST /api/v1/${kind}/${id}/invitation`);
    const { invitation } = answer[1].data as { invitation: string };
    await as(undefined, 'POST /api/v1/auth/claim', { invitation, email, password: 'password' });
    return { id, token: (await logIn(email)).access };
  };

  before(async () => {
    hub = await startHub({
      mode: 'embedded',
      env: { TIME_ZONE: ZONE, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
    });
    admin = (await logIn(ADMIN.email, ADMIN.password)).access;
    const batch = await made('POST /api/dep-batch', { dep: 'Science', batch: '2026' });
    section = (await made('POST /api/sections', { name: 'A', dep_batch_id: batch.id })).id;
    const codes = ['S-1', 'S-2', 'S-3'];
    students = [];
    for (const student_code of codes) {
      const names = { first_name: 'Ann', last_name: student_code };
      const one = await made('POST /api/students', { student_code, ...names, section_id: section });
      students.push(one.id);
    }
    const people = [];
    for (const teacher_code of ['T-1', 'T-2']) {
      const { id } = await made('POST /api/teachers', { teacher_code, first_name: 'Tom', last_name: 'Ray' });
      people.push(await claim('teachers', id, `${teacher_code}@school.test`));
    }
    [teacher, other] = people as [typeof teacher, typeof other];
    pupil = await claim('students', students[0] ?? '', 'ann@school.test');
    const body = { name: 'Physics', code: 'PH-1', teacher_id: teacher.id, section_ids: [section] };
    course = (await made('POST /api/courses', body)).id;
    const devices = [];
    for (const deviceId of ['gate-1', 'gate-2']) {
      const [status, { data }] = await as(admin, 'POST /api/v1/devices', { deviceId, name: 'A gate' });
      expect(status).to.equal(201);
      devices.push(data);
    }
    [gate, spare] = devices as [typeof gate, typeof spare];
  });
  after(() => hub?.stop());

  describe('auth', () => {
    it('[DD1] answers with access, refresh and user, for an address under either name and for a code', async () => {
      for (const [body, id] of [
        [{ username: 'ann@school.test' }, pupil.id],
        [{ email: 'ANN@school.test' }, pupil.id],
        [{ username: 'S-1' }, pupil.id],
        [{ username: 'T-1' }, teacher.id],
      ] as const) {
        const [status, answer] = await as(undefined, 'POST /api/auth/login', {
          ...body,
          password: 'password',
        });
        expect(status).to.equal(200);
        expect(Object.keys(answer)).to.deep.equal(['access', 'refresh', 'user']);
        expect(answer.user).to.include({ id });
      }
      const { access, user } = await logIn('S-1');
      expect(user).to.deep.equal({
        id: pupil.id,
        username: 'ann@school.test',
        email: 'ann@school.test',
        name: 'Ann S-1',
        role: 'student',
      });
      expect(await as(access, 'GET /api/auth/me')).to.deep.equal([200, user]);
    });

    it('[AC3] refuses a wrong password, an unknown name, and the code of someone without a log-in alike', async () => {
      for (const username of ['S-1', 'S-2', 'nobody', 'nobody@school.test'])
        expect(
          await as(undefined, 'POST /api/auth/login', { username, password: 'wrong one' }),
        ).to.deep.equal([401, { error: 'Invalid email or password' }]);
      const [status, { error, details }] = await as(undefined, 'POST /api/auth/login', { password: 'x' });
      expect([status, error]).to.deep.equal([400, 'Invalid request schema']);
      expect(details).to.deep.equal([{ path: 'username', message: 'username or email is needed' }]);
    });

    it('[AC4] counts wrong passwords of an address however it is written', async () => {
      const tries = await Promise.all(
        Array.from({ length: 25 }, async (_, i) => {
          const username = `${'guessed'.slice(0, i % 8).toUpperCase()}${'guessed'.slice(i % 8)}@school.test`;
          return (await as(undefined, 'POST /api/auth/login', { username, password: 'wrong one' }))[0];
        }),
      );
      const count = (status: number) => tries.filter((one) => one === status).length;
      expect([count(401), count(429)]).to.deep.equal([20, 5]);
    });

    it('[DD1] a code that a student and a teacher share names nobody', async () => {
      const { id } = await made('POST /api/teachers', { teacher_code: 'S-1', first_name: 'Twin' });
      const twin = await claim('teachers', id, 'twin@school.test');
      expect(
        (await as(undefined, 'POST /api/auth/login', { username: 'S-1', password: 'password' }))[0],
      ).to.equal(401);
      expect(await as(admin, `DELETE /api/teachers/${twin.id}`)).to.deep.equal([200, { id: twin.id }]);
    });

    it('[AC5] exchanges the refresh token once', async () => {
      const { refresh } = await logIn('T-2');
      const [status, next] = await as(undefined, 'POST /api/auth/refresh', { refresh });
      expect([status, Object.keys(next)]).to.deep.equal([200, ['access', 'refresh']]);
      expect((await as(next.access as string, 'GET /api/auth/me'))[0]).to.equal(200);
      expect(await as(undefined, 'POST /api/auth/refresh', { refresh })).to.deep.equal([
        401,
        { error: 'Refresh token was used before; log in again' },
      ]);
      other = { ...other, token: (await logIn('T-2')).access };
    });
  });

  describe('the school', () => {
    const RESOURCES = [
      {
        path: 'students',
        body: { student_code: 'X-1', first_name: 'Bo', last_name: 'Li' },
        shown: { section_id: null },
        change: { first_name: 'Bob' },
        missing: 'Student not found',
      },
      {
        path: 'teachers',
        body: { teacher_code: 'X-1', first_name: 'Bo', last_name: 'Li' },
        change: { last_name: '' },
        missing: 'Teacher not found',
      },
      {
        path: 'dep-batch',
        body: { dep: 'Arts', batch: '2027' },
        change: { batch: '2028' },
        missing: 'Department and batch not found',
      },
      {
        path: 'courses',
        body: { name: 'Latin', code: 'LA-1' },
        shown: { section_ids: [] },
        change: { code: 'LA-2' },
        missing: 'Class not found',
      },
    ];
    for (const { path, body, change, missing, shown = {} } of RESOURCES)
      it(`${path}: create, list, read, PUT, PATCH and delete, with or without a slash at the end`, async () => {
        const one = await made(`POST /api/${path}/`, body);
        const expected = { ...one, ...body, ...shown };
        expect(one).to.deep.equal(expected);
        expect(await list(`GET /api/${path}/`)).to.deep.include(expected);
        expect(await as(admin, `GET /api/${path}/${one.id}/`)).to.deep.equal([200, expected]);
        const changed = { ...expected, ...change };
        expect(await as(admin, `PATCH /api/${path}/${one.id}`, change)).to.deep.equal([200, changed]);
        expect(await as(admin, `PUT /api/${path}/${one.id}/`, expected)).to.deep.equal([200, expected]);
        expect(await as(admin, `DELETE /api/${path}/${one.id}/`)).to.deep.equal([200, { id: one.id }]);
        for (const id of [one.id, NOBODY, '1'])
          expect(await as(admin, `GET /api/${path}/${id}`)).to.deep.equal([404, { error: missing }]);
      });

    it('sections: create, list by batch, read, change and delete', async () => {
      const batch = await made('POST /api/dep-batch', { dep: 'Law', batch: '2026' });
      const one = await made('POST /api/sections', { name: 'B', dep_batch_id: batch.id });
      expect(one).to.deep.equal({ id: one.id, name: 'B', dep_batch_id: batch.id });
      expect(await list(`GET /api/sections?dep_batch_id=${batch.id}`)).to.deep.equal([one]);
      expect((await as(admin, `PUT /api/sections/${one.id}`, { ...one, name: 'C' }))[1].name).to.equal('C');
      expect(await as(admin, `DELETE /api/dep-batch/${batch.id}`)).to.deep.equal([
        409,
        { error: 'This batch has sections; delete or move those first' },
      ]);
      expect((await as(admin, `DELETE /api/sections/${one.id}`))[0]).to.equal(200);
      expect((await as(admin, `DELETE /api/dep-batch/${batch.id}`))[0]).to.equal(200);
    });

    it('[DD2] lists all, or a part after the entry that `cursor` names', async () => {
      const all = await list('GET /api/students');
      expect(all.map(({ id }) => id)).to.include.members(students);
      const first = await list('GET /api/students?limit=1');
      const rest = await list(`GET /api/students?cursor=${first[0]?.id}`);
      expect([...first, ...rest]).to.deep.equal(all);
      expect(await list(`GET /api/students?section_id=${section}`)).to.have.length(3);
      expect((await as(admin, 'GET /api/students?page=2'))[0]).to.equal(400);
    });

    it('refuses a code that is taken and what does not fit, as `{ error }`', async () => {
      const body = { student_code: 'S-1', first_name: 'Bo' };
      expect(await as(admin, 'POST /api/students', body)).to.deep.equal([
        409,
        { error: 'This code is taken already' },
      ]);
      const [status, { error, details }] = await as(admin, 'POST /api/students', { student_code: 'X' });
      expect([status, error]).to.deep.equal([400, 'Invalid request schema']);
      expect((details as { path: string }[])[0]?.path).to.equal('first_name');
      expect(
        (await as(admin, 'POST /api/students', { ...body, student_code: 'X', role: 'admin' }))[0],
      ).to.equal(400);
      expect((await as(admin, `PATCH /api/students/${students[0]}`, { id: students[0] }))[0]).to.equal(400);
      const lost = { ...body, student_code: 'X', section_id: NOBODY };
      expect(await as(admin, 'POST /api/students', lost)).to.deep.equal([
        404,
        { error: 'Section not found' },
      ]);
    });

    it('asks for a token, then for the role', async () => {
      for (const path of [
        'students',
        'teachers',
        'dep-batch',
        'sections',
        'courses',
        'sessions',
        'attendance',
      ])
        expect(await as(undefined, `GET /api/${path}`)).to.deep.equal([
          401,
          { error: 'Unauthorized, token missing or invalid' },
        ]);
      expect(await as(teacher.token, 'POST /api/students', {})).to.deep.equal([
        403,
        { error: 'Forbidden, admin access required' },
      ]);
      expect(await as(pupil.token, 'GET /api/students')).to.deep.equal([
        403,
        { error: 'Forbidden, teacher access required' },
      ]);
      expect((await as(teacher.token, 'GET /api/teachers'))[0]).to.equal(403);
      expect((await as(pupil.token, 'POST /api/courses', { name: 'X', code: 'X' }))[0]).to.equal(403);
      expect((await as(other.token, `PATCH /api/courses/${course}`, { name: 'X' }))[0]).to.equal(403);
    });

    it('[CL1] [AU2] an admin gives a course to another teacher, nobody else does', async () => {
      const { id } = await made('POST /api/courses', { name: 'Art', code: 'AR-1' }, teacher.token);
      const mine = await as(teacher.token, `PUT /api/courses/${id}`, {
        name: 'Arts',
        code: 'AR-1',
        teacher_id: teacher.id,
      });
      expect([mine[0], mine[1].name]).to.deep.equal([200, 'Arts']);
      const give = { teacher_id: other.id };
      expect((await as(teacher.token, `PATCH /api/courses/${id}`, give))[0]).to.equal(403);
      expect((await as(admin, `PATCH /api/courses/${id}`, { teacher_id: pupil.id }))[1]).to.deep.equal({
        error: 'Teacher not found',
      });
      const taken = { ...give, name: 'Lost', code: (await as(admin, `GET /api/courses/${course}`))[1].code };
      expect((await as(admin, `PATCH /api/courses/${id}`, taken))[0], 'a code that is taken').to.equal(409);
      expect((await as(admin, `GET /api/courses/${id}`))[1]).to.deep.equal(mine[1]);
      const sockets = await Promise.all(
        [teacher, other].map(({ token }) => connectRaw('plain', hub.url, { token })),
      );
      const reached = async () =>
        (await Promise.all(sockets.map((socket) => socket.ask('SYNC', { classId: id })))).map(
          ({ success, code }) => code ?? success,
        );
      expect(await reached()).to.deep.equal([true, 'NOT_CLASS_TEACHER']);
      expect((await as(admin, `PATCH /api/courses/${id}`, give))[1].teacher_id).to.equal(other.id);
      expect(await reached()).to.deep.equal(['NOT_CLASS_TEACHER', true]);
      for (const socket of sockets) socket.close();
      expect((await as(teacher.token, `GET /api/courses/${id}`))[0]).to.equal(403);
      expect((await list('GET /api/courses', other.token)).map((one) => one.id)).to.deep.equal([id]);
      const foreign = { name: 'X', code: 'X-9', teacher_id: other.id };
      expect((await as(teacher.token, 'POST /api/courses', foreign))[0]).to.equal(403);
      expect((await as(other.token, `DELETE /api/courses/${id}`))[0]).to.equal(200);
    });
  });

  describe('a session', () => {
    let session: string;
    let started: Record<string, unknown>;
    const start = (token: string, over: object = {}) =>
      as(token, 'POST /api/sessions', {
        course_id: course,
        teacher_id: teacher.id,
        device_id: 'gate-1',
        date: local().date,
        ...over,
      });
    const recorded = async () =>
      Object.fromEntries(
        (await list(`GET /api/attendance/session/${session}`)).map((row) => [row.student_id, row]),
      );

    it('[CI4] no scan counts before it', async () => {
      expect(await scan(gate.key, { student_id: 'S-1', ...local() })).to.deep.equal([
        403,
        { error: 'This device is not bound to a live session' },
      ]);
      expect((await scan(gate.key, { student_id: 'S-1', date: '2020-01-01', time: '08:00' }))[0]).to.equal(
        403,
      );
    });

    it('[DD5] [SE2] is refused to others, of another day, and with an unknown device', async () => {
      expect(await start(other.token, { teacher_id: other.id })).to.deep.equal([
        403,
        { error: 'Forbidden, not class teacher' },
      ]);
      expect((await start(pupil.token))[0]).to.equal(403);
      expect(await start(admin, { teacher_id: other.id })).to.deep.equal([
        403,
        { error: 'Forbidden, not class teacher' },
      ]);
      const { date } = local(Date.now() - 86_400_000);
      const [status, { error }] = await start(teacher.token, { date });
      expect([status, error]).to.deep.equal([
        400,
        `A session is of the day on which it starts: ${local().date} in ${ZONE}`,
      ]);
      expect(await start(teacher.token, { device_id: 'no-gate' })).to.deep.equal([
        404,
        { error: 'Device not found' },
      ]);
      for (const course_id of [NOBODY, '1'])
        expect((await start(teacher.token, { course_id }))[1]).to.deep.equal({ error: 'Class not found' });
    });

    it('[DD5] is started by an admin in the name of the teacher, and shown to its course', async () => {
      const [status, one] = await start(admin, { device_id: gate.id });
      expect(status).to.equal(201);
      session = String(one.id);
      started = one;
      expect(one).to.deep.equal({
        id: session,
        course_id: course,
        teacher_id: teacher.id,
        device_id: 'gate-1',
        date: local().date,
        is_active: true,
        started_at: one.started_at,
        ended_at: null,
      });
      for (const token of [admin, teacher.token, pupil.token]) {
        expect(await as(token, `GET /api/sessions/${session}`)).to.deep.equal([200, one]);
        expect(await list('GET /api/sessions', token)).to.deep.equal([one]);
        expect(await list(`GET /api/sessions?course_id=${course}`, token)).to.deep.equal([one]);
      }
      expect(await list('GET /api/sessions', other.token)).to.deep.equal([]);
      expect((await as(other.token, `GET /api/sessions/${session}`))[0]).to.equal(404);
    });

    it('[SE1] [SE5] is not started twice, nor its device bound twice', async () => {
      expect(await start(teacher.token)).to.deep.equal([
        409,
        {
          error: 'This class has a live session already',
          details: [{ path: 'sessionId', message: session }],
        },
      ]);
      expect((await as(admin, `GET /api/sessions/${session}`))[1]).to.deep.equal(started);
      const { id } = await made('POST /api/courses', { name: 'Art', code: 'AR-2', teacher_id: other.id });
      const busy = await start(other.token, { course_id: id, teacher_id: other.id });
      expect(busy).to.deep.equal([409, { error: 'This device is bound to another live session' }]);
    });

    it('[DD4] [CI4] takes scans of its device, by our id or the code, and says what is a repeat', async () => {
      const [status, first] = await scan(gate.key, { student_id: 'S-1', ...local() });
      expect(status).to.equal(200);
      expect(first).to.deep.equal({
        id: `${session}-${students[0]}`,
        message: 'Recorded',
        student_id: students[0],
        session_id: session,
        status: 'present',
      });
      const now = local();
      expect(
        (await scan(gate.key, { student_id: students[1], ...now, time: `${now.time}.123456` }))[1],
      ).to.include({ student_id: students[1] });
      const later = local(Date.now() + 2_000);
      for (const repeat of [
        { student_id: 'S-1', ...later },
        { student_id: students[1], ...now },
        { student_id: 'S-2' },
      ])
        expect(await scan(gate.key, repeat)).to.deep.equal([200, { message: 'Already scanned' }]);
    });

    it('[DD4] [CI4] [DV1] refuses wrong keys, other devices, people, strangers and other times', async () => {
      const body = { student_id: 'S-3', ...local() };
      const unauthorized: Said = [401, { error: 'Unauthorized, token missing or invalid' }];
      expect(await scan(undefined, body)).to.deep.equal(unauthorized);
      for (const key of ['wrong', `${gate.key}x`]) expect(await scan(key, body)).to.deep.equal(unauthorized);
      expect(await scan(spare.key, body)).to.deep.equal([
        403,
        { error: 'This device is not bound to a live session' },
      ]);
      expect(await as(teacher.token, 'POST /api/attendance/scan', body)).to.deep.equal([
        403,
        { error: 'Forbidden, device access required' },
      ]);
      expect(await scan(gate.key, { ...body, student_id: 4711 })).to.deep.equal([
        404,
        { error: 'Student not found' },
      ]);
      const outsider = await made('POST /api/students', { student_code: 'S-9', first_name: 'Zoe' });
      expect(await scan(gate.key, { ...body, student_id: outsider.id })).to.deep.equal([
        404,
        { error: "Student is not on this class's roster" },
      ]);
      expect(await scan(gate.key, { ...body, ...local(Date.now() - 3_600_000) })).to.deep.equal([
        400,
        { error: "The device's clock is off; kept for review" },
      ]);
      expect((await scan(gate.key, { student_id: 'S-3', date: body.date }))[0]).to.equal(400);
      expect(Object.keys(await recorded())).to.have.members(students.slice(0, 2));
    });

    it('[DD3] shows what is recorded while it is live, each what is theirs', async () => {
      const rows = await list(`GET /api/attendance/session/${session}`, teacher.token);
      const mine = rows.find((row) => row.student_id === pupil.id);
      expect(mine).to.deep.include({
        id: `${session}-${pupil.id}`,
        session_id: session,
        course_id: course,
        date: local().date,
        status: 'present',
        source: 'device',
      });
      for (const path of ['attendance', `attendance/session/${session}`, `attendance?session_id=${session}`])
        expect(await list(`GET /api/${path}`, pupil.token)).to.deep.equal([mine]);
      expect(await list('GET /api/attendance', teacher.token)).to.deep.equal(rows);
      expect(await list('GET /api/attendance', other.token)).to.deep.equal([]);
      expect((await as(other.token, `GET /api/attendance/session/${session}`))[0]).to.equal(404);
      expect((await as(pupil.token, `GET /api/attendance?student_id=${students[1]}`))[0]).to.equal(403);
    });

    it('[MK6] takes an edit while it is live, in that system’s words', async () => {
      const id = `${session}-${students[1]}`;
      const edit = (token: string, status: string) =>
        as(token, `PATCH /api/attendance/${id}/edit`, { status });
      expect((await edit(pupil.token, 'present'))[0]).to.equal(403);
      expect(await edit(other.token, 'present')).to.deep.equal([
        404,
        { error: 'Attendance record not found' },
      ]);
      expect((await edit(teacher.token, 'asleep'))[0]).to.equal(400);
      const [status, row] = await edit(teacher.token, 'permission');
      expect([status, row.id, row.status, row.source]).to.deep.equal([200, id, 'permission', 'teacher']);
      expect((await recorded())[students[1] ?? '']?.status).to.equal('permission');
      expect(await as(admin, `DELETE /api/attendance/${id}`)).to.deep.equal([
        409,
        { error: 'This class has a live session; finish or cancel it first' },
      ]);
    });

    it('[DN1] [DN2] closes once, and again answers the same', async () => {
      const close = (token: string) => as(token, `POST /api/sessions/${session}/close`);
      expect((await close(other.token))[0]).to.equal(404);
      expect((await close(pupil.token))[0]).to.equal(403);
      const first = await close(teacher.token);
      const { ended_at } = first[1];
      expect(ended_at).to.be.a('string');
      expect(first).to.deep.equal([200, { ...started, is_active: false, ended_at }]);
      expect(await close(admin)).to.deep.equal(first);
      expect(await as(pupil.token, `GET /api/sessions/${session}`)).to.deep.equal(first);
      expect((await as(admin, `PUT /api/sessions/${session}/close/`))[0]).to.equal(200);
    });

    it('[DD3] [CR1] [CR5] is corrected and deleted from after it, by the ids from before the close too', async () => {
      const rows = await recorded();
      const statuses = students.map((id) => rows[id]?.status);
      expect(statuses).to.deep.equal(['present', 'permission', 'absent']);
      expect(await list(`GET /api/attendance?session_id=${session}`)).to.have.length(3);
      expect(await list(`GET /api/attendance?date=${local().date}&course_id=${course}`)).to.have.length(3);
      expect(await list(`GET /api/attendance?student_id=${students[2]}`)).to.deep.equal([
        rows[students[2] ?? ''],
      ]);

      const record = rows[students[2] ?? '']?.id ?? '';
      const edited = await as(teacher.token, `PUT /api/attendance/${record}/edit`, { status: 'permission' });
      expect([edited[0], edited[1].status]).to.deep.equal([200, 'permission']);
      const history = await as(teacher.token, `GET /api/v1/attendance/records/${record}/history`);
      const { lines } = history[1].data as { lines: { to: string; reason?: string }[] };
      expect(lines.at(-1)).to.include({ to: 'excused', reason: 'Edited by a client that gives no reason' });

      const live = `${session}-${students[0]}`;
      const late = await as(teacher.token, `POST /api/attendance/${live}/edit`, {
        status: 'late',
        reason: 'bus',
      });
      expect([late[0], late[1].id, late[1].status]).to.deep.equal([200, rows[pupil.id]?.id, 'late']);

      expect((await as(teacher.token, `DELETE /api/attendance/${live}`))[0]).to.equal(403);
      expect(await as(admin, `DELETE /api/attendance/${live}`)).to.deep.equal([200, { id: live }]);
      for (const id of [live, rows[pupil.id]?.id, NOBODY, 'x', `${session}-x`])
        expect(await as(admin, `DELETE /api/attendance/${id}`)).to.deep.equal([
          404,
          { error: 'Attendance record not found' },
        ]);
      expect(
        (await list(`GET /api/attendance/session/${session}`)).map(({ status }) => status),
      ).to.deep.equal(['permission', 'permission']);
    });

    it('[DD2] parts of what is recorded follow each other', async () => {
      const all = await list('GET /api/attendance');
      const first = await list('GET /api/attendance?limit=1');
      const rest = await list(`GET /api/attendance?cursor=${first[0]?.id}`);
      expect([...first, ...rest])
        .to.deep.equal(all)
        .and.to.have.length(2);
    });

    it('[DV7] a scan that comes after the close is evidence of its own time', async () => {
      const begun = new Date(Date.now() - 3_600_000);
      const again = await start(teacher.token);
      const id = String(again[1].id);
      const { ObjectId } = (await import('mongoose')).default.mongo;
      await hub.connection
        .collection('sessions')
        .updateOne({ _id: new ObjectId(id) }, { $set: { openedAt: begun } });
      await as(teacher.token, `POST /api/sessions/${id}/close`);
      const [status, said] = await scan(gate.key, { student_id: 'S-3', ...local(Date.now() - 1_800_000) });
      expect([status, said.status]).to.deep.equal([200, 'present']);
      const rows = await list(`GET /api/attendance/session/${id}`);
      expect(rows.map((row) => [row.student_id, row.status])).to.deep.include([students[2], 'present']);
    });
  });
});
