import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { startApp, type TestApp } from '../support/app.ts';
import { type Answer, ask } from '../support/http.ts';

/** Someone who signed up and logged in at the root paths. */
type Person = { _id: string; name: string; email: string; token: string };

describe('REST: the first system’s root paths', () => {
  let app: TestApp;
  let ann: Person;
  let ben: Person;
  let sam: Person;
  let sue: Person;
  let classId: string;

  const at = (line: string, person?: Person, body?: unknown) =>
    ask(app.url, line, { token: person?.token, body });
  /** The whole answer, as the first system's clients compare it. */
  const failure = ({ status, body }: Answer) => [status, body.success, body.error];
  const fails = (status: number, error: string) => [status, false, error];
  const NOBODY = '0'.repeat(24);

  const join = async (role: string, prefix = '/auth'): Promise<Person> => {
    const tag = randomBytes(5).toString('hex');
    const person = { name: `${role} ${tag}`, email: `${tag}@school.test` };
    const form = { ...person, password: 'password', role };
    const made = await at(`POST ${prefix}/signup`, undefined, form);
    const login = { email: form.email, password: form.password };
    const { body } = await at(`POST ${prefix}/login`, undefined, login);
    return { ...person, _id: made.body.data._id, token: body.data.token };
  };

  before(async () => {
    app = await startApp();
    [ann, ben, sam, sue] = await Promise.all([
      join('teacher'),
      join('teacher', ''),
      join('student'),
      join('student'),
    ]);
    classId = (await at('POST /class', ann, { className: 'History' })).body.data._id;
    await at(`POST /class/${classId}/add-student`, ann, { studentId: sam._id });
  });
  after(() => app.close());

  for (const prefix of ['/auth', '']) {
    describe(`${prefix}/signup, ${prefix}/login, ${prefix}/me`, () => {
      const form = {
        name: 'Bo',
        email: `bo${prefix.length}@school.test`,
        password: 'secret',
        role: 'teacher',
      };

      it('sign up, log in and say who one is', async () => {
        const made = await at(`POST ${prefix}/signup`, undefined, form);
        expect(made.status).to.equal(201);
        const { _id } = made.body.data;
        const user = { _id, name: form.name, email: form.email, role: form.role };
        expect(made.body).to.deep.equal({ success: true, data: user });

        const login = { email: form.email, password: form.password };
        const { status, body } = await at(`POST ${prefix}/login`, undefined, login);
        expect(status).to.equal(200);
        expect(Object.keys(body.data)).to.deep.equal(['token']);
        const me = await ask(app.url, `GET ${prefix}/me`, { headers: { Authorization: body.data.token } });
        expect([me.status, me.body]).to.deep.equal([200, { success: true, data: user }]);
      });

      it('refuse the same address again', async () => {
        const again = await at(`POST ${prefix}/signup`, undefined, form);
        expect(failure(again)).to.deep.equal(fails(400, 'Email already exists'));
      });

      it('refuse what does not fit the schema, with details', async () => {
        for (const bad of [
          {},
          { ...form, role: 'admin' },
          { ...form, email: 'x' },
          { ...form, name: 1 },
          [],
        ]) {
          const { status, body } = await at(`POST ${prefix}/signup`, undefined, bad);
          expect([status, body.error]).to.deep.equal([400, 'Invalid request schema']);
          expect(body.details).to.be.an('array').that.is.not.empty;
        }
        for (const bad of [
          {},
          { email: form.email },
          { ...form },
          { email: { $ne: null }, password: { $ne: null } },
        ])
          expect(failure(await at(`POST ${prefix}/login`, undefined, bad))).to.deep.equal(
            fails(400, 'Invalid request schema'),
          );
      });

      it('refuse a wrong password and an unknown address alike', async () => {
        for (const login of [
          { email: form.email, password: 'wrong one' },
          { email: 'nobody@school.test', password: 'secret' },
        ])
          expect(failure(await at(`POST ${prefix}/login`, undefined, login))).to.deep.equal(
            fails(400, 'Invalid email or password'),
          );
      });

      it('refuse who has no token', async () => {
        expect(failure(await at(`GET ${prefix}/me`))).to.deep.equal(
          fails(401, 'Unauthorized, token missing or invalid'),
        );
      });
    });
  }

  it('[AC8][AU3] a log-in lasts one day', async () => {
    const own = await startApp();
    try {
      const form = { name: 'Day', email: 'day@school.test', password: 'password', role: 'student' };
      await ask(own.url, 'POST /signup', { body: form });
      const login = { email: form.email, password: form.password };
      const { token } = (await ask(own.url, 'POST /login', { body: login })).body.data;
      own.pass(86_400_000 - 5_000);
      expect((await ask(own.url, 'GET /me', { token })).status).to.equal(200);
      own.pass(6_000);
      expect((await ask(own.url, 'GET /me', { token })).status).to.equal(401);
    } finally {
      await own.close();
    }
  });

  describe('POST /class', () => {
    it('creates', async () => {
      const { status, body } = await at('POST /class', ann, { className: 'Art' });
      expect(status).to.equal(201);
      expect(body).to.deep.equal({
        success: true,
        data: { _id: body.data._id, className: 'Art', teacherId: ann._id, studentIds: [] },
      });
    });
    it('asks for a token, then for a teacher, then for a name', async () => {
      expect((await at('POST /class', undefined, {})).status).to.equal(401);
      expect(failure(await at('POST /class', sam, {}))).to.deep.equal(
        fails(403, 'Forbidden, teacher access required'),
      );
      for (const body of [{}, { className: 1 }, { className: '' }])
        expect(failure(await at('POST /class', ann, body))).to.deep.equal(
          fails(400, 'Invalid request schema'),
        );
    });
  });

  describe('POST /class/:id/add-student', () => {
    const add = (person: Person | undefined, id: string, body: unknown) =>
      at(`POST /class/${id}/add-student`, person, body);

    it('adds, and again changes nothing', async () => {
      const _id: string = (await at('POST /class', ann, { className: 'Latin' })).body.data._id;
      const expected = { _id, className: 'Latin', teacherId: ann._id, studentIds: [sam._id] };
      for (const time of ['once', 'again']) {
        const { status, body } = await add(ann, _id, { studentId: sam._id });
        expect([status, body], time).to.deep.equal([200, { success: true, data: expected }]);
      }
    });
    it('fails as it did', async () => {
      const student = { studentId: sam._id };
      expect((await add(undefined, classId, student)).status).to.equal(401);
      expect(failure(await add(sam, classId, student))).to.deep.equal(
        fails(403, 'Forbidden, teacher access required'),
      );
      expect(failure(await add(ann, classId, {}))).to.deep.equal(fails(400, 'Invalid request schema'));
      expect(failure(await add(ben, classId, student))).to.deep.equal(
        fails(403, 'Forbidden, not class teacher'),
      );
      expect(failure(await add(ben, classId, { studentId: 'x' }))).to.deep.equal(
        fails(403, 'Forbidden, not class teacher'),
      );
      for (const id of [NOBODY, 'x', `${classId}0`])
        expect(failure(await add(ann, id, student))).to.deep.equal(fails(404, 'Class not found'));
      for (const studentId of [NOBODY, 'x', ben._id])
        expect(failure(await add(ann, classId, { studentId }))).to.deep.equal(
          fails(404, 'Student not found'),
        );
    });
  });

  it('GET /class/:id shows its teacher and its students the whole class, and nobody else', async () => {
    const expected = {
      _id: classId,
      className: 'History',
      teacherId: ann._id,
      students: [{ _id: sam._id, name: sam.name, email: sam.email }],
    };
    for (const person of [ann, sam]) {
      const { status, body } = await at(`GET /class/${classId}`, person);
      expect([status, body]).to.deep.equal([200, { success: true, data: expected }]);
    }
    expect((await at(`GET /class/${classId}`)).status).to.equal(401);
    for (const person of [ben, sue])
      expect(failure(await at(`GET /class/${classId}`, person))).to.deep.equal(
        fails(403, 'Forbidden, not class teacher'),
      );
    for (const id of [NOBODY, 'x'])
      expect(failure(await at(`GET /class/${id}`, ann))).to.deep.equal(fails(404, 'Class not found'));
  });

  it('GET /students lists all students to teachers', async () => {
    const { status, body } = await at('GET /students', ben);
    expect(status).to.equal(200);
    expect(body.data).to.deep.include({ _id: sam._id, name: sam.name, email: sam.email });
    expect(body.data.map((one: { _id: string }) => one._id)).not.to.include(ann._id);
    expect((await at('GET /students')).status).to.equal(401);
    expect(failure(await at('GET /students', sam))).to.deep.equal(
      fails(403, 'Forbidden, teacher access required'),
    );
  });

  describe('POST /attendance/start', () => {
    it('[SE1] starts, and again answers with the running session', async () => {
      const first = await at('POST /attendance/start', ann, { classId });
      expect([first.status, first.body.data.classId]).to.deep.equal([200, classId]);
      expect(first.body.data.startedAt).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const second = await at('POST /attendance/start', ann, { classId });
      expect([second.status, second.body]).to.deep.equal([200, first.body]);
    });
    it('[SE2] fails as it did', async () => {
      expect((await at('POST /attendance/start', undefined, { classId })).status).to.equal(401);
      expect(failure(await at('POST /attendance/start', sam, { classId }))).to.deep.equal(
        fails(403, 'Forbidden, teacher access required'),
      );
      expect(failure(await at('POST /attendance/start', ann, {}))).to.deep.equal(
        fails(400, 'Invalid request schema'),
      );
      expect(failure(await at('POST /attendance/start', ben, { classId }))).to.deep.equal(
        fails(403, 'Forbidden, not class teacher'),
      );
      for (const id of [NOBODY, 'x'])
        expect(failure(await at('POST /attendance/start', ann, { classId: id }))).to.deep.equal(
          fails(404, 'Class not found'),
        );
    });
  });

  it('GET /class/:id/my-attendance tells students of the class their own status', async () => {
    const path = `GET /class/${classId}/my-attendance`;
    const own = { classId, status: null };
    expect((await at(path, sam)).body).to.deep.equal({ success: true, data: own });
    app.own.set(`${classId}:${sam._id}`, 'late');
    expect((await at(path, sam)).body.data).to.deep.equal({ classId, status: 'late' });

    expect((await at(path)).status).to.equal(401);
    expect(failure(await at(path, ann))).to.deep.equal(fails(403, 'Forbidden, student access required'));
    expect(failure(await at(path, sue))).to.deep.equal(fails(403, 'Forbidden, not enrolled in class'));
    for (const id of [NOBODY, 'x'])
      expect(failure(await at(`GET /class/${id}/my-attendance`, sam))).to.deep.equal(
        fails(404, 'Class not found'),
      );
  });
});
