import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import WebSocket from 'ws';
import { createGates } from '../support/gate.ts';
import { type Answer, ask } from '../support/http.ts';
import { MODES, startHub, type TestHub } from '../support/hub.ts';

type Person = { id: string; token: string };

for (const mode of MODES)
  describe(`REST: the fourth system, under /api/v1 (${mode})`, () => {
    let hub: TestHub;
    let ann: Person;
    let sam: Person;
    let sue: Person;
    let boss: Person;
    before(async () => {
      hub = await startHub({ mode });
      [ann, sam, sue] = await Promise.all([join('teacher'), join('student'), join('student')]);
      boss = await hub.school.person('admin');
    });
    after(() => hub?.stop());

    const at = (line: string, { token }: { token?: string } = {}, body?: unknown) =>
      ask(hub.url, line, { token, body });
    const good = async (line: string, who?: Person, body?: unknown) => {
      const answer = await at(line, who, body);
      expect(answer.body.success, `${line}: ${JSON.stringify(answer.body)}`).to.equal(true);
      return answer.body.data;
    };
    const outcome = ({ status, body }: Answer) => [status, body.code];
    const join = async (role: string): Promise<Person> => {
      const tag = randomBytes(5).toString('hex');
      const login = { email: `${tag}@school.test`, password: 'password' };
      const made = await good('POST /api/v1/auth/register', undefined, { ...login, name: tag, role });
      const { accessToken } = await good('POST /api/v1/auth/login', undefined, login);
      return { id: made.id, token: accessToken };
    };
    /** A class of Ann's with Sam and Sue, and a session that takes a code. */
    const running = async () => {
      const { id: classId } = await good('POST /api/v1/classes', ann, { className: 'Chemistry' });
      for (const { id: studentId } of [sam, sue])
        await good(`POST /api/v1/classes/${classId}/students`, ann, { studentId });
      const session = await good('POST /api/v1/sessions', ann, { classId, methods: ['code'] });
      return { classId, sessionId: session.id as string, code: session.code as string };
    };

    it('[DN1][AN2] walks from registration to the figures', async () => {
      const { classId, sessionId, code } = await running();
      const proof = { method: 'code', proof: { code } };
      expect(await good('POST /api/v1/attendance/checkin', sam, proof)).to.include({
        sessionId,
        status: 'present',
      });
      await good(`POST /api/v1/sessions/${sessionId}/close`, ann);
      const path = `GET /api/v1/attendance/stats?classId=${classId}`;
      expect(await good(path, ann)).to.deep.equal({
        counts: { present: 1, late: 0, partial: 0, absent: 1, excused: 0, total: 2 },
        percentages: { present: 50, late: 0, partial: 0, absent: 50 },
        attendance: 50,
      });
      expect((await good(path, sue)).attendance).to.equal(0);
    });

    it('[CR1][CR4] attendance/{id} is the record: read, corrected, deleted', async () => {
      const { classId, sessionId } = await running();
      await good(`POST /api/v1/sessions/${sessionId}/close`, ann);
      const { items } = await good(`GET /api/v1/attendance/records?classId=${classId}`, sam);
      const [{ id }] = items;
      const path = `/api/v1/attendance/${id}`;
      const record = await good(`GET ${path}`, ann);
      expect(record).to.include({ id, classId, sessionId, studentId: sam.id, status: 'absent' });
      expect(record).to.deep.equal(await good(`GET /api/v1/attendance/records/${id}`, ann));

      const change = { status: 'excused', reason: 'was ill' };
      expect(await good(`PATCH ${path}`, ann, change)).to.include({ status: 'excused', corrected: true });
      expect(await good(`GET ${path}`, sam)).to.include({ status: 'excused' });
      expect(outcome(await at(`PATCH ${path}`, ann, { status: 'late' }))).to.deep.equal([
        400,
        'INVALID_REQUEST',
      ]);
      expect(outcome(await at(`PATCH ${path}`, sam, change))).to.deep.equal([403, 'TEACHER_ACCESS_REQUIRED']);
      const stranger = await join('teacher');
      for (const method of ['GET', 'PATCH'])
        expect(
          outcome(await at(`${method} ${path}`, stranger, method === 'GET' ? undefined : change)),
        ).to.deep.equal([404, 'RECORD_NOT_FOUND']);
      expect(outcome(await at(`GET ${path}`))).to.deep.equal([401, 'UNAUTHORIZED']);

      expect(outcome(await at(`DELETE ${path}`, ann))).to.deep.equal([403, 'ADMIN_ACCESS_REQUIRED']);
      expect(await good(`DELETE ${path}`, boss)).to.deep.equal({ id });
      expect(outcome(await at(`GET ${path}`, ann))).to.deep.equal([404, 'RECORD_NOT_FOUND']);
    });

    it('[CR4] attendance/{id} hides none of its neighbours', async () => {
      const { paths } = (await at('GET /openapi.json')).body as unknown as { paths: Record<string, object> };
      const neighbours = Object.entries(paths).flatMap(([path, methods]) =>
        /^\/api\/v1\/attendance\/[^/{]+$/.test(path) && 'get' in methods ? [path] : [],
      );
      expect(neighbours).to.include.members(['/api/v1/attendance/stats', '/api/v1/attendance/records']);
      for (const path of neighbours) expect((await at(`GET ${path}`, ann)).status, path).to.equal(200);
    });

    describe('WS /ws/class/{class_id}', () => {
      const sockets: WebSocket[] = [];
      afterEach(() => {
        for (const socket of sockets.splice(0)) socket.close();
      });

      /** A plain socket as a client of that system opens it: what it hears, and the code that it ends with. */
      const open = (path: string, headers: Record<string, string> = {}) => {
        const ws = new WebSocket(hub.url.replace('http', 'ws') + path, { headers });
        sockets.push(ws);
        const heard: { event: string; data: Record<string, unknown> }[] = [];
        const waiting: (() => void)[] = [];
        ws.on('message', (text) => {
          heard.push(JSON.parse(String(text)));
          for (const look of waiting.splice(0)) look();
        });
        ws.on('error', () => {});
        const closed = new Promise<number>((resolve) => ws.once('close', resolve));
        const opened = new Promise<void>((resolve) => ws.once('open', () => resolve()));
        /** The next event of this name that was not asked for before. */
        const next = async (event: string): Promise<Record<string, unknown>> => {
          for (;;) {
            const at = heard.findIndex((one) => one.event === event);
            if (at >= 0) return heard.splice(at, 1)[0]?.data ?? {};
            await new Promise<void>((resolve) => waiting.push(resolve));
          }
        };
        const say = async (event: string, data: object = {}) => {
          await opened;
          ws.send(JSON.stringify({ event, data }));
        };
        return { heard, closed, next, say };
      };
      const as = (classId: string, { token }: Person) => open(`/ws/class/${classId}?token=${token}`);
      /** How a connection ends that is not let in. */
      const refusal = async ({ heard, closed }: ReturnType<typeof open>) => {
        const code = await closed;
        return [code, ...heard];
      };
      const error = (message: string, code: string) => ({ event: 'ERROR', data: { message, code } });

      it('[WS10] means its class where a message names none, and hears of no other', async () => {
        const [one, two] = [await running(), await running()];
        const [here, there] = [as(one.classId, ann), as(two.classId, ann)];
        const pupil = as(one.classId, sam);
        await pupil.say('MY_ATTENDANCE');
        expect(await pupil.next('MY_ATTENDANCE')).to.deep.equal({ status: 'not yet updated' });

        await here.say('ATTENDANCE_MARKED', { studentId: sam.id, status: 'late' });
        expect(await here.next('ATTENDANCE_MARKED')).to.include({ classId: one.classId, status: 'late' });
        expect(await pupil.next('ATTENDANCE_MARKED')).to.include({ classId: one.classId, status: 'late' });
        await there.say('ATTENDANCE_MARKED', { studentId: sam.id, status: 'excused' });
        expect(await there.next('ATTENDANCE_MARKED')).to.include({ classId: two.classId, status: 'excused' });
        await pupil.say('MY_ATTENDANCE');
        expect(await pupil.next('MY_ATTENDANCE')).to.deep.equal({ status: 'late' });

        await here.say('SYNC');
        expect(await here.next('SYNC')).to.include({ mode: 'snapshot', classId: one.classId });
        await here.say('TODAY_SUMMARY');
        expect(await here.next('TODAY_SUMMARY')).to.include({
          classId: one.classId,
          late: 1,
          excused: 0,
          total: 1,
        });
        // The other class is not in reach, even by its name.
        await here.say('DONE', { classId: two.classId });
        expect(await here.next('ERROR')).to.include({ message: 'Forbidden, not class teacher' });
        await here.say('DONE');
        expect(await here.next('DONE')).to.include({ classId: one.classId, late: 1, absent: 1, total: 2 });
        await there.say('TODAY_SUMMARY');
        expect(await there.next('TODAY_SUMMARY')).to.include({ classId: two.classId, excused: 1, total: 1 });
        const all = [here, pupil].flatMap(({ heard }) => heard.map(({ data }) => data.classId));
        expect(all).to.not.include(two.classId);
      });

      it('[WS10] a class that one is added to meanwhile is not heard there', async () => {
        const one = await running();
        const pupil = as(one.classId, sue);
        await pupil.say('MY_ATTENDANCE');
        await pupil.next('MY_ATTENDANCE');
        const two = await running();
        const teacher = as(two.classId, ann);
        await teacher.say('ATTENDANCE_MARKED', { studentId: sue.id, status: 'late' });
        await teacher.next('ATTENDANCE_MARKED');
        await teacher.say('TODAY_SUMMARY');
        await teacher.next('TODAY_SUMMARY');
        await pupil.say('MY_ATTENDANCE');
        await pupil.next('MY_ATTENDANCE');
        expect(pupil.heard).to.deep.equal([]);
      });

      it('[WS10][AC6] takes a check-in and a session start without a class, an admin, and a ticket', async () => {
        const { classId, sessionId, code } = await running();
        const { ticket } = await good('POST /api/v1/auth/ws-ticket', sam);
        const pupil = open(`/ws/class/${classId.toUpperCase()}/?ticket=${ticket}`);
        await pupil.say('CHECK_IN', { method: 'code', proof: code });
        expect(await pupil.next('CHECK_IN')).to.include({ classId, sessionId, status: 'present' });
        const head = as(classId, boss);
        await head.say('SYNC');
        expect(await head.next('SYNC')).to.include({ mode: 'snapshot', classId });
        await good(`POST /api/v1/sessions/${sessionId}/close`, ann);
        const teacher = as(classId, ann);
        await teacher.say('SESSION_START');
        expect(await teacher.next('SESSION_START')).to.include({ classId, state: 'live' });
      });

      it('[WS10] a foreign class is refused with 4403, what is no class with 4404, and nobody with 4401', async () => {
        const { classId } = await running();
        const [ben, eve] = [await join('teacher'), await join('student')];
        expect(await refusal(as(classId, ben))).to.deep.equal([
          4403,
          error('Forbidden, not class teacher', 'NOT_CLASS_TEACHER'),
        ]);
        expect(await refusal(as(classId, eve))).to.deep.equal([
          4403,
          error('Forbidden, not enrolled in class', 'NOT_ENROLLED'),
        ]);
        for (const id of ['', 'x', `${classId}0`, `${classId}/more`, '%00', '{}'])
          expect(await refusal(as(id, ann)), id).to.deep.equal([
            4404,
            error('Class not found', 'CLASS_NOT_FOUND'),
          ]);
        const nobody = error('Unauthorized or invalid token', 'SOCKET_UNAUTHORIZED');
        for (const query of ['', '?token=', '?token=x', '?ticket=x'])
          for (const id of [classId, 'x'])
            expect(await refusal(open(`/ws/class/${id}${query}`)), query).to.deep.equal([4401, nobody]);
      });

      it('[WS10] no other class is in reach, not even an admin’s or one that takes newcomers', async () => {
        const [one, two] = [await running(), await running()];
        await good(`PATCH /api/v1/classes/${two.classId}`, ann, { enrolment: 'check-in' });
        const head = as(one.classId, boss);
        for (const [event, data] of [
          ['SYNC', {}],
          ['ATTENDANCE_MARKED', { studentId: sam.id, status: 'absent' }],
          ['DONE', {}],
        ] as const) {
          await head.say(event, { ...data, classId: two.classId });
          expect(await head.next('ERROR'), event).to.include({ code: 'NOT_CLASS_TEACHER' });
        }
        const tom = await join('student');
        await good(`POST /api/v1/classes/${one.classId}/students`, ann, { studentId: tom.id });
        const pupil = as(one.classId, tom);
        await pupil.say('CHECK_IN', { method: 'code', proof: two.code, classId: two.classId });
        expect(await pupil.next('ERROR')).to.include({ code: 'NOT_ENROLLED' });
        await pupil.say('MY_ATTENDANCE');
        await pupil.next('MY_ATTENDANCE');
        expect([...head.heard, ...pupil.heard]).to.deep.equal([]);
      });

      it('[WS10] a device has no class of its own', async () => {
        const { id, device } = await (await createGates(hub)).boundClass(1);
        const gate = open(`/ws/class/${id}`, { 'X-Device-Key': device.key });
        expect(await refusal(gate)).to.deep.equal([4403, error('Forbidden', 'FORBIDDEN')]);
      });

      it('[WS10][AU2] whoever is taken off the class cannot speak for it any more', async () => {
        const { classId } = await running();
        const pupil = as(classId, sue);
        await pupil.say('MY_ATTENDANCE');
        await pupil.next('MY_ATTENDANCE');
        await good(`DELETE /api/v1/classes/${classId}/students/${sue.id}`, ann);
        await pupil.say('MY_ATTENDANCE');
        expect(await pupil.next('ERROR')).to.include({ message: 'Forbidden, not enrolled in class' });
      });
    });
  });
