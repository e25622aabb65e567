import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type CheckInHub, startCheckInHub } from '../support/check-in.ts';
import { rest } from '../support/finished.ts';
import { type Answer, ask } from '../support/http.ts';
import { MODES } from '../support/hub.ts';

const MINUTE = 60_000;
const NOBODY = '0'.repeat(24);

for (const mode of MODES)
  describe(`REST: the second system, time-bound codes (${mode})`, () => {
    let hub: CheckInHub;
    let ann: string;
    let ben: string;
    let sam: string;
    let sue: string;
    let classId: string;
    before(async () => {
      hub = await startCheckInHub(mode);
      [ann, ben, sam, sue] = await Promise.all([
        join('teacher'),
        join('teacher'),
        join('student'),
        join('student'),
      ]);
      classId = await newClass();
    });
    after(() => hub?.stop());

    const at = (line: string, token?: string, body?: unknown) => ask(hub.url, line, { token, body });
    const join = async (role: string): Promise<string> => {
      const tag = randomBytes(5).toString('hex');
      const login = { email: `${tag}@school.test`, password: 'password' };
      await at('POST /auth/signup', undefined, { ...login, name: `${role} ${tag}`, role });
      return (await at('POST /auth/login', undefined, login)).body.data.token;
    };
    /** The bare JSON of an answer. */
    const bare = ({ body }: Answer) => body as Record<string, string>;
    const whole = (answer: Answer) => [answer.status, answer.body];
    const fails = (status: number, detail: string) => [status, { detail }];
    const newClass = async () => bare(await at('POST /classes', ann, { name: 'Art' })).id ?? '';
    const start = (minutes: unknown, id = classId, token: string | undefined = ann) =>
      at(`POST /classes/${id}/attendance-sessions`, token, { duration_minutes: minutes });
    const submit = (code: unknown, token?: string) => at('POST /attendance/submit', token, { code });
    const recordsOf = async (sessionId: string) => {
      const { data } = await rest(
        hub,
        { token: ann },
        `GET /api/v1/attendance/records?sessionId=${sessionId}`,
      );
      return data.items as { studentId: string; status: string; source: string }[];
    };
    const idOf = async (token: string) => (await at('GET /auth/me', token)).body.data._id as string;

    it('says in the first field of /health that it is well', async () => {
      const { status, body } = await at('GET /health');
      expect([status, Object.entries(body)[0]]).to.deep.equal([200, ['status', 'ok']]);
    });

    it('[CI12][DN1] the whole way: a class, a code, a submission, and the records after the end', async () => {
      const made = await at('POST /classes', ann, { name: 'History' });
      const { id } = bare(made);
      expect(id).to.match(/^[0-9a-f]{24}$/);
      expect(whole(made)).to.deep.equal([200, { id, name: 'History' }]);

      const before = Date.now();
      const started = await start(10, id);
      const { id: first = '', code, expires_at: end = '' } = bare(started);
      expect(whole(started)).to.deep.equal([200, { id: first, code, expires_at: end }]);
      expect(code).to.match(/^\d{6}$/);
      expect(Date.parse(end)).to.be.within(before + 10 * MINUTE, Date.now() + 10 * MINUTE);

      const submitted = await submit(code, sam);
      const { submitted_at } = bare(submitted);
      expect(whole(submitted)).to.deep.equal([200, { status: 'present', submitted_at }]);
      expect(Date.parse(submitted_at ?? '')).to.be.within(before, Date.now());
      expect((await submit(code, sue)).status).to.equal(200);

      hub.pass(10 * MINUTE);
      expect(whole(await submit(code, sam))).to.deep.equal(fails(400, 'Attendance already submitted'));
      const next = await start(0.5, id);
      const { id: second = '', code: other } = bare(next);
      expect(next.status).to.equal(200);
      const [samId, sueId] = [await idOf(sam), await idOf(sue)];
      const rows = (await recordsOf(first)).map(({ studentId, status, source }) => [
        studentId,
        status,
        source,
      ]);
      expect(rows).to.have.deep.members([
        [samId, 'present', 'code'],
        [sueId, 'present', 'code'],
      ]);

      // Who was there once is expected from then on.
      expect((await submit(other, sam)).status).to.equal(200);
      await rest(hub, { token: ann }, `POST /api/v1/sessions/${second}/close`);
      const later = (await recordsOf(second)).map(({ studentId, status }) => [studentId, status]);
      expect(later).to.have.deep.members([
        [samId, 'present'],
        [sueId, 'absent'],
      ]);
      expect(await recordsOf(first)).to.have.length(2);
    });

    it('[CI1] the code ends with its time, or with the session', async () => {
      const { code, expires_at: end = '' } = bare(await start(0.5));
      hub.pass(15_000); // the time that this takes counts too
      expect((await submit(code, sam)).status).to.equal(200);
      hub.pass(15_000);
      for (const who of [sue, sue])
        expect(whole(await submit(code, who))).to.deep.equal(fails(400, 'Attendance code has expired'));
      expect(whole(await submit(code, sam))).to.deep.equal(fails(400, 'Attendance already submitted')); // CI2

      const { id, code: other, expires_at: later = '' } = bare(await start(5));
      expect(Date.parse(later)).to.be.greaterThan(Date.parse(end));
      await rest(hub, { token: ann }, `POST /api/v1/sessions/${id}/close`);
      expect(whole(await submit(other, sue))).to.deep.equal(
        fails(404, 'Invalid or inactive attendance code'),
      );
    });

    it('[CI2] a second submission says that it is one, and changes nothing', async () => {
      const { id = '', code } = bare(await start(5));
      expect((await submit(code, sam)).status).to.equal(200);
      const tries = await Promise.all([submit(code, sam), submit(code, sam)]);
      for (const again of tries)
        expect(whole(again)).to.deep.equal(fails(400, 'Attendance already submitted'));
      await rest(hub, { token: ann }, `POST /api/v1/sessions/${id}/close`);
      expect((await recordsOf(id)).filter(({ status }) => status === 'present')).to.have.length(1);
    });

    it('[CI2][CI12] of several submissions at once one counts, also of one who is not in the class yet', async () => {
      for (let round = 0; round < 5; round++) {
        const { code } = bare(await start(5, await newClass()));
        const all = await Promise.all([1, 2, 3].map(() => submit(code, sam)));
        expect(all.map(({ status }) => status).sort()).to.deep.equal([200, 400, 400]);
      }
    });

    it('[SE1] a second start is refused, and the first code goes on', async () => {
      const fresh = await newClass();
      const { code } = bare(await start(5, fresh));
      expect(whole(await start(60, fresh))).to.deep.equal(
        fails(409, 'This class has a live session already'),
      );
      expect((await submit(code, sam)).status).to.equal(200);
    });

    it('refuses a duration that cannot be, and says why', async () => {
      const fresh = await newClass();
      for (const minutes of [0, -0, -1, -0.5])
        expect(whole(await start(minutes, fresh))).to.deep.equal(
          fails(400, 'Duration must be greater than zero'),
        );
      expect(whole(await start(180.1, fresh))).to.deep.equal(
        fails(400, 'a session may stay open for 180 minutes at most'),
      );
      for (const minutes of ['10', null, undefined, [10], true])
        expect(whole(await start(minutes, fresh))).to.deep.equal(
          fails(400, 'Duration must be a number of minutes'),
        );
      const path = `POST /classes/${fresh}/attendance-sessions`;
      const huge = await ask(hub.url, path, { token: ann, raw: '{"duration_minutes":1e999}' });
      expect(whole(huge)).to.deep.equal(fails(400, 'Duration must be a number of minutes'));
      const broken = await ask(hub.url, path, { token: ann, raw: '{"duration_minutes":' });
      expect(whole(broken)).to.deep.equal(fails(400, 'could not be read'));
      expect((await start(180, fresh)).status).to.equal(200);
    });

    it('refuses other bad input with one sentence', async () => {
      expect(whole(await at('POST /classes', ann, {}))).to.deep.equal(fails(400, 'Name must be a text'));
      expect(whole(await at('POST /classes', ann, { name: '  ' }))).to.deep.equal(
        fails(400, 'Name must not be empty'),
      );
      for (const code of [123456, null, { $ne: null }])
        expect((await submit(code, sam)).status).to.equal(400);
      for (const code of ['', 'abc', '12345', '1'.repeat(500)])
        expect(whole(await submit(code, await join('student')))).to.deep.equal(
          fails(404, 'Invalid or inactive attendance code'),
        );
    });

    it('[RS1] asks for a token, then for the role, then for the class', async () => {
      const lines = ['POST /classes', `POST /classes/${classId}/attendance-sessions`];
      const none = fails(401, 'Unauthorized, token missing or invalid');
      for (const line of [...lines, 'POST /attendance/submit']) {
        expect(whole(await at(line, undefined, {})), line).to.deep.equal(none);
        expect(whole(await at(line, 'no token', {})), line).to.deep.equal(none);
      }
      for (const line of lines)
        expect(whole(await at(line, sam, {}))).to.deep.equal(
          fails(403, 'Forbidden, teacher access required'),
        );
      expect(whole(await submit('123456', ann))).to.deep.equal(
        fails(403, 'Forbidden, student access required'),
      );
      expect(whole(await start(5, classId, ben))).to.deep.equal(fails(403, 'Forbidden, not class teacher'));
      for (const id of [NOBODY, 'x'])
        expect(whole(await start(5, id))).to.deep.equal(fails(404, 'Class not found'));
    });

    it('[CI12] the code of a class with a roster admits nobody else', async () => {
      const { session } = await hub.running(1, { methods: ['code'] });
      expect(whole(await submit(session.code, sam))).to.deep.equal(
        fails(403, 'Forbidden, not enrolled in class'),
      );
    });

    it('[CI5] slows down who guesses', async () => {
      const eve = await join('student');
      const { code } = bare(await start(5, await newClass()));
      const wrong = code === '000000' ? '000001' : '000000';
      for (let i = 0; i < 10; i++) expect((await submit(wrong, eve)).status).to.equal(404);
      for (const one of [wrong, code]) {
        const refused = await submit(one, eve);
        expect(whole(refused)).to.deep.equal(fails(429, 'Too many requests, slow down'));
        expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 300);
      }
      expect((await submit(code, sam)).status).to.equal(200);
    });
  });
