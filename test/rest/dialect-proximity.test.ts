import { expect } from 'chai';
import { softPasskey } from '../support/authenticator.ts';
import { type CheckInHub, startCheckInHub } from '../support/check-in.ts';
import { ask } from '../support/http.ts';
import { MODES } from '../support/hub.ts';

const WINDOW_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const ORIGIN = 'http://localhost:8000';
const TEMPLATE = 'a-template-of-a-finger-1b7';
const NOBODY = '0'.repeat(24);

// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it should be
type Answer = { status: number; body: any };
type Person = { id: string; email: string; full_name: string; token: string };

for (const mode of MODES)
  describe(`REST: the proximity system’s paths (${mode})`, () => {
    let hub: CheckInHub;
    let made = 0;
    before(async () => {
      hub = await startCheckInHub(mode, { PUBLIC_URL: ORIGIN });
      hub.pass(DAY_MS - ((Date.now() + DAY_MS / 2) % DAY_MS)); // noon: no session is over on another day than it began
    });
    after(() => hub?.stop());

    const at = (line: string, who?: { token: string }, body?: unknown): Promise<Answer> =>
      ask(hub.url, line.replace(' ', ' /api/v1/'), { token: who?.token, body });
    const form = (fields: Record<string, string>): Promise<Answer> =>
      ask(hub.url, 'POST /api/v1/auth/token', {
        raw: new URLSearchParams(fields).toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      });
    const says = ({ status, body }: Answer) => [status, body];
    const fails = (status: number, detail: string) => [status, { detail }];

    const signUp = (over: object = {}) => {
      const email = `p${++made}@school.test`;
      return { email, full_name: `Person ${made}`, password: 'six or more', is_teacher: false, ...over };
    };
    const join = async (is_teacher: boolean): Promise<Person> => {
      const filled = signUp({ is_teacher });
      const { body } = await at('POST auth/register', undefined, filled);
      const login = await form({ username: filled.email, password: filled.password });
      return { ...body, token: login.body.access_token };
    };
    const start = async (teacher: Person, course_name: string, more = {}) =>
      (await at('POST teacher/session/start', teacher, { course_name, ...more })).body;
    const tokenOf = async (teacher: Person, { session_id }: { session_id: string }): Promise<string> =>
      (await at(`GET teacher/session/${session_id}/token`, teacher)).body.token_value;
    const submit = (who: Person, session: { session_id: string }, token_value: string, more = {}) =>
      at('POST student/token/submit', who, { session_id: session.session_id, token_value, ...more });
    const verify = async (who: Person, { session_id }: { session_id: string }) => {
      const key = await softPasskey(hub.connection, who.id, ORIGIN);
      const asked = await at('POST passkeys/check-in-options', who, { sessionId: session_id });
      const assertion = key.answer(asked.body.data.challenge);
      return await at('POST student/biometric/verify', who, { session_id, assertion });
    };

    it('from signing up to the three reports, in its paths, fields and envelopes', async () => {
      const filled = signUp({ is_teacher: true });
      const registered = await at('POST auth/register', undefined, filled);
      const { id } = registered.body;
      expect(says(registered)).to.deep.equal([
        200,
        { id, email: filled.email, full_name: filled.full_name, is_teacher: true },
      ]);
      const login = await form({ username: filled.email, password: filled.password });
      expect(login.status).to.equal(200);
      expect(login.body).to.have.all.keys('access_token', 'token_type');
      expect(login.body.token_type).to.equal('bearer');
      const ann: Person = { ...registered.body, token: login.body.access_token };
      const [sam, sue, tom] = [await join(false), await join(false), await join(false)];

      const room = 'Hall 2, by the stairs';
      const begun = { course_name: 'Physics 101', classroom_location: room };
      const started = await at('POST teacher/session/start', ann, begun);
      const session = started.body;
      expect(says(started)).to.deep.equal([
        200,
        {
          session_id: session.session_id,
          teacher_id: ann.id,
          ...begun,
          start_time: session.start_time,
          end_time: null,
          is_active: true,
        },
      ]);
      expect(session.start_time).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

      const shown = await at(`GET teacher/session/${session.session_id}/token`, ann);
      expect(shown.status).to.equal(200);
      expect(shown.body).to.have.all.keys('token_value', 'created_at', 'expires_at');
      expect(Date.parse(shown.body.expires_at) - Date.parse(shown.body.created_at)).to.equal(WINDOW_MS);
      const first = shown.body.token_value;
      const counted = {
        status: 'success',
        message: 'Token counted',
        token_count: 1,
        biometric_verified: false,
        final_status: 'absent',
      };
      for (const who of [sam, sue, tom])
        expect(says(await submit(who, session, first, { rssi: -61 }))).to.deep.equal([200, counted]);

      hub.pass(WINDOW_MS);
      const second = await tokenOf(ann, session);
      expect(second).not.to.equal(first);
      for (const who of [sam, tom])
        expect((await submit(who, session, second)).body).to.deep.equal({ ...counted, token_count: 2 });

      const verified = { status: 'success', verified: true, final_status: 'present' };
      expect(says(await verify(sam, session))).to.deep.equal([200, { ...verified, token_count: 2 }]);
      expect(says(await verify(sue, session))).to.deep.equal([200, { ...verified, token_count: 1 }]);
      const late = await submit(sue, session, first);
      expect(late.body).to.include({ biometric_verified: true, final_status: 'present', token_count: 1 });

      hub.pass(WINDOW_MS); // the second window is over: sue has one of two
      const now = await at('POST student/token/submit', sue, {
        session_id: session.session_id,
        token_value: second,
      });
      expect(now.body).to.include({ token_count: 2, final_status: 'present' });
      const ended = await at(`POST teacher/session/${session.session_id}/end`, ann);
      expect(says(ended)).to.deep.equal([
        200,
        { ...session, end_time: ended.body.end_time, is_active: false },
      ]);
      expect(Date.parse(ended.body.end_time)).to.be.greaterThan(Date.parse(session.start_time));
      const again = await at(`POST teacher/session/${session.session_id}/end`, ann);
      expect(says(again)).to.deep.equal([200, ended.body]);

      const percentages = await at('GET teacher/analytics/attendance_percentage?period=semester', ann);
      expect(percentages.status).to.equal(200);
      expect(percentages.body).to.have.deep.members(
        [
          [sam, 100],
          [sue, 100],
          [tom, 0],
        ].map(([who, attendance_percentage]) => ({
          student_id: (who as Person).id,
          student_name: (who as Person).full_name,
          attendance_percentage,
        })),
      );
      const month = await at('GET teacher/analytics/attendance_percentage', ann);
      expect(month.body).to.have.deep.members(percentages.body);
      const date = session.start_time.slice(0, 10);
      const figures = { present: 2, absent: 1 };
      expect(says(await at(`GET teacher/analytics/daily_class_report?date=${date}`, ann))).to.deep.equal([
        200,
        { date, ...figures, classes: [{ course_name: 'Physics 101', ...figures }] },
      ]);
      expect(says(await at('GET teacher/analytics/attendance_trends?days=7', ann))).to.deep.equal([
        200,
        [{ date, ...figures }],
      ]);
    });

    describe('signing up and logging in', () => {
      it('refuses an address that is taken, roles, and what does not fit', async () => {
        const filled = signUp();
        const first = await at('POST auth/register', undefined, filled);
        expect([first.status, first.body.is_teacher]).to.deep.equal([200, false]);
        const again = { ...filled, email: filled.email.toUpperCase() };
        expect(says(await at('POST auth/register', undefined, again))).to.deep.equal(
          fails(400, 'Email already registered'),
        );
        for (const bad of [
          signUp({ role: 'admin' }),
          signUp({ is_teacher: 'yes' }),
          signUp({ password: 'short' }),
          signUp({ full_name: '' }),
          signUp({ email: 'x' }),
          signUp({ password: { $ne: null } }),
          { is_teacher: true },
        ])
          expect(says(await at('POST auth/register', undefined, bad))).to.deep.equal(
            fails(400, 'Invalid request schema'),
          );
      });

      it('leaves the path’s own body as it is', async () => {
        const email = `own${++made}@school.test`;
        const body = { name: 'Own', email, password: 'six or more', role: 'teacher' };
        const { status, body: answer } = await at('POST auth/register', undefined, body);
        expect([status, answer.success, answer.data.role]).to.deep.equal([201, true, 'teacher']);
        const bad = await at('POST auth/register', undefined, { ...body, role: 'admin' });
        expect([bad.status, bad.body.code]).to.deep.equal([400, 'INVALID_REQUEST']);
      });

      it('[AC8] takes OAuth’s form, for a log-in of one day, and says what is wrong with another', async () => {
        const filled = signUp();
        await at('POST auth/register', undefined, filled);
        const right = { username: filled.email, password: filled.password };
        const whole = { grant_type: 'password', ...right, scope: '', client_id: '', client_secret: '' };
        const { status, body } = await form(whole);
        const [, claims = ''] = body.access_token.split('.');
        const { iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
        expect([status, exp - iat]).to.deep.equal([200, DAY_MS / 1000]);
        for (const wrong of [
          { ...right, password: 'wrong one' },
          { ...right, username: 'nobody@school.test' },
        ])
          expect(says(await form(wrong))).to.deep.equal(fails(401, 'Incorrect email or password'));
        const { username, password } = right;
        for (const bad of [
          await form({ username }),
          await form({ password }),
          await form({ ...right, grant_type: 'refresh_token' }),
          await form({ ...right, role: 'admin' }),
          await form({ 'username[$ne]': '', password }),
          await ask(hub.url, 'POST /api/v1/auth/token', {
            raw: 'username',
            headers: { 'Content-Type': 'text/plain' },
          }),
        ])
          expect(says(bad)).to.deep.equal(fails(400, 'Invalid request schema'));
      });
    });

    describe('sessions', () => {
      it('[CL4] a course is made once, found again by its name, and is the teacher’s own', async () => {
        const [ann, ben] = [await join(true), await join(true)];
        const twice = await Promise.all([start(ann, 'Chemistry'), start(ann, 'Chemistry')]);
        expect(twice[0].session_id).to.equal(twice[1].session_id);
        const bens = await start(ben, 'Chemistry');
        expect(bens.session_id).not.to.equal(twice[0].session_id);
        const mine = async (who: Person) => (await at('GET classes', who)).body.data.items;
        const [made, ...more] = await mine(ann);
        expect(more).to.deep.equal([]);
        expect(made).to.include({ className: 'Chemistry', teacherId: ann.id, enrolment: 'check-in' });

        await at(`POST teacher/session/${twice[0].session_id}/end`, ann);
        await at(`PATCH classes/${made.id}`, ann, { className: 'Chemistry, group A' });
        const next = await start(ann, 'Chemistry');
        expect(next).to.include({ course_name: 'Chemistry, group A', is_active: true });
        expect(next.session_id).not.to.equal(twice[0].session_id);
        expect(await mine(ann)).to.have.length(1);
      });

      it('[SE1] a second start changes nothing; one course does not touch another', async () => {
        const ann = await join(true);
        const first = await start(ann, 'Art', { classroom_location: 'Studio' });
        const again = await start(ann, 'Art', { classroom_location: 'Elsewhere' });
        expect(again).to.deep.equal(first);
        const other = await start(ann, 'Music', { classroom_location: '' });
        expect(other).to.include({ classroom_location: null, is_active: true });
        await at(`POST teacher/session/${other.session_id}/end`, ann);
        expect(await start(ann, 'Art')).to.deep.equal(first);
      });

      it('a course with a roster keeps it: a stranger’s right token is refused', async () => {
        const [ann, sam] = [await join(true), await join(false)];
        await at('POST classes', ann, { className: 'Latin' });
        const session = await start(ann, 'Latin');
        const answer = await submit(sam, session, await tokenOf(ann, session));
        expect(says(answer)).to.deep.equal(fails(404, 'Session not found'));
      });

      it('keeps no coordinates', async () => {
        const ann = await join(true);
        const named = await start(ann, 'Rooms', { classroom_location: '3.101 / 3.102' });
        expect(named.classroom_location).to.equal('3.101 / 3.102');
        for (const classroom_location of ['12.9716, 77.5946', 'at 48.13743;-11.57549', 'x'.repeat(101)]) {
          const body = { course_name: 'Maps', classroom_location };
          expect(says(await at('POST teacher/session/start', ann, body))).to.deep.equal(
            fails(400, 'Invalid request schema'),
          );
        }
      });

      it('[SE2] are their teacher’s: neither students nor other teachers get at them', async () => {
        const [ann, ben, sam] = [await join(true), await join(true), await join(false)];
        const { session_id } = await start(ann, 'Biology');
        const asked = [
          `GET teacher/session/${session_id}/token`,
          `POST teacher/session/${session_id}/end`,
        ] as const;
        for (const line of asked) {
          expect((await at(line)).status).to.equal(401);
          expect(says(await at(line, sam))).to.deep.equal(fails(403, 'Not a teacher account'));
          expect(says(await at(line, ben))).to.deep.equal(fails(404, 'Session not found'));
          for (const id of [NOBODY, 'd607f0d8-d737-4a32-bd11-7b66f7c9474b'])
            expect(says(await at(line.replace(session_id, id), ann))).to.deep.equal(
              fails(404, 'Session not found'),
            );
        }
        const body = { course_name: 'Mine' };
        expect(says(await at('POST teacher/session/start', sam, body))).to.deep.equal(
          fails(403, 'Not a teacher account'),
        );
        for (const bad of [{}, { course_name: '' }, { ...body, teacher_id: ben.id }])
          expect((await at('POST teacher/session/start', ann, bad)).status).to.equal(400);
        for (const path of ['token/submit', 'biometric/verify'])
          expect(says(await at(`POST student/${path}`, ann, { session_id }))).to.deep.equal(
            fails(403, 'Not a student account'),
          );
        await at(`POST teacher/session/${session_id}/end`, ann);
        expect(says(await at(asked[0], ann))).to.deep.equal(fails(409, 'This session is already over'));
      });
    });

    describe('tokens and passkeys', () => {
      it('[CI3] one token counts once, by the server’s clock, whatever the client says of time', async () => {
        const [ann, sam, sue] = [await join(true), await join(false), await join(false)];
        const session = await start(ann, 'Physics');
        const first = await tokenOf(ann, session);
        const many = await Promise.all([1, 2, 3, 4, 5].map(() => submit(sam, session, first)));
        expect(many.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
        expect((await submit(sam, session, first)).body).to.include({
          message: 'This token was counted before',
          token_count: 1,
        });
        const forged = Buffer.alloc(12, 7).toString('base64url');
        expect(says(await submit(sam, session, forged))).to.deep.equal(
          fails(400, 'This token is not valid for a live session'),
        );
        const other = await start(ann, 'Geography');
        expect((await submit(sam, other, first)).status).to.equal(400);

        const timestamp = new Date().toISOString();
        hub.pass(2 * WINDOW_MS);
        expect(says(await submit(sue, session, first, { timestamp }))).to.deep.equal(
          fails(400, 'This token is no longer shown; scan the present one'),
        );
        const third = await tokenOf(ann, session);
        expect((await submit(sam, session, third, { timestamp: '1999-01-01T00:00:00Z' })).body).to.include({
          token_count: 2,
        });
        for (const bad of [{ rssi: 'near' }, { token_value: 7 }, { student_id: sue.id }])
          expect((await submit(sam, session, third, bad)).status).to.equal(400);
        for (const session_id of [NOBODY, 'x'])
          expect(says(await submit(sam, { session_id }, third))).to.deep.equal(
            fails(404, 'Session not found'),
          );
        await at(`POST teacher/session/${session.session_id}/end`, ann);
        expect(says(await submit(sam, session, third))).to.deep.equal(
          fails(409, 'No active attendance session'),
        );
      });

      it('[CI8] the windows decide, also with a passkey', async () => {
        const [ann, sam] = [await join(true), await join(false)];
        const session = await start(ann, 'Drama');
        await submit(sam, session, await tokenOf(ann, session));
        await verify(sam, session);
        for (let window = 0; window < 2; window++) {
          hub.pass(WINDOW_MS);
          await tokenOf(ann, session);
        }
        const { body } = await submit(sam, session, await tokenOf(ann, session));
        expect(body).to.include({ token_count: 2, biometric_verified: true, final_status: 'partial' });
      });

      it('[CI11] asks for a passkey in place of a template, which is kept nowhere', async () => {
        const [ann, sam] = [await join(true), await join(false)];
        const joined = await at('POST auth/register', undefined, signUp({ biometric_reference: TEMPLATE }));
        expect(joined.status).to.equal(200);
        const session = await start(ann, 'Ethics');
        const { session_id } = session;
        await submit(sam, session, await tokenOf(ann, session), { biometric_data: TEMPLATE });
        const old = await at('POST student/biometric/verify', sam, { session_id, biometric_data: TEMPLATE });
        expect(old.status).to.equal(400);
        expect(old.body.detail)
          .to.match(/^A passkey assertion is needed/)
          .and.include('POST /api/v1/passkeys/check-in-options');
        const { body } = await submit(sam, session, await tokenOf(ann, session));
        expect(body).to.include({ biometric_verified: false, final_status: 'absent' });

        const kept = await Promise.all(
          ((await hub.connection.db?.collections()) ?? []).map((one) => one.find({}).toArray()),
        );
        expect(JSON.stringify(kept)).to.include(session_id).and.not.include(TEMPLATE);
        expect(hub.lines.join('')).not.to.include(TEMPLATE);
      });

      it('[CI11] refuses an answer to no challenge of this session, and one that is none', async () => {
        const [ann, sam] = [await join(true), await join(false)];
        const session = await start(ann, 'Logic');
        const { session_id } = session;
        await submit(sam, session, await tokenOf(ann, session));
        const key = await softPasskey(hub.connection, sam.id, ORIGIN);
        const send = (assertion: unknown) =>
          at('POST student/biometric/verify', sam, { session_id, assertion });
        const invented = Buffer.alloc(32, 1).toString('base64url');
        expect(says(await send(key.answer(invented)))).to.deep.equal(
          fails(400, 'This challenge is unknown, used or over; ask for a new one'),
        );
        const asked = await at('POST passkeys/check-in-options', sam, { sessionId: session_id });
        const { challenge } = asked.body.data;
        expect(says(await send(key.answer(challenge, { origin: 'http://localhost:9' })))).to.deep.equal(
          fails(403, 'The passkey could not be verified'),
        );
        for (const none of [{}, 'yes', true, null]) expect((await send(none)).status).to.equal(400);
      });
    });

    it('[AN3] [AN4] reports are of one’s own courses, over a month or a semester', async () => {
      const [ann, ben, sam] = [await join(true), await join(true), await join(false)];
      for (const course of ['One', 'Two']) {
        const session = await start(ann, course);
        await submit(sam, session, await tokenOf(ann, session));
        if (course === 'Two') await verify(sam, session);
        await at(`POST teacher/session/${session.session_id}/end`, ann);
      }
      const [one] = (await at('GET teacher/analytics/attendance_percentage?period=month', ann)).body;
      expect(one).to.include({ student_id: sam.id, attendance_percentage: 50 });
      const { classes, ...day } = (await at('GET teacher/analytics/daily_class_report', ann)).body;
      expect(day).to.include({ present: 1, absent: 1 });
      expect(classes).to.have.deep.members([
        { course_name: 'One', present: 0, absent: 1 },
        { course_name: 'Two', present: 1, absent: 0 },
      ]);
      expect((await at('GET teacher/analytics/attendance_percentage', ben)).body).to.deep.equal([]);
      expect((await at('GET teacher/analytics/attendance_trends', ben)).body).to.deep.equal([]);

      for (const call of ['attendance_percentage', 'daily_class_report', 'attendance_trends']) {
        expect((await at(`GET teacher/analytics/${call}`)).status).to.equal(401);
        expect(says(await at(`GET teacher/analytics/${call}`, sam))).to.deep.equal(
          fails(403, 'Not a teacher account'),
        );
      }
      for (const bad of [
        'attendance_percentage?period=year',
        'attendance_percentage?period=',
        'daily_class_report?date=yesterday',
        'daily_class_report?date=2026-02-30',
        'attendance_trends?days=0',
        'attendance_trends?days=x',
      ])
        expect(says(await at(`GET teacher/analytics/${bad}`, ann))).to.deep.equal(
          fails(400, 'Invalid request schema'),
        );
    });
  });
