import { expect } from 'chai';
import { oid } from '../../server/data/mongo.ts';
import { ADMIN, startApp, type TestApp } from '../support/app.ts';
import { ask, enrol, logIn, newClass, newPerson, type Person } from '../support/http.ts';

describe('REST: accounts, by an admin', () => {
  let app: TestApp;
  let admin: string;
  let ann: Person;

  before(async () => {
    app = await startApp();
    admin = (await logIn(app.url, ADMIN)).token;
    ann = await newPerson(app.url, 'teacher');
  });
  after(() => app.close());

  it('[AC2] [security 6] the first admin comes from the operator, once', async () => {
    expect(
      await app.accounts.ensureFirstAdmin({ ADMIN_EMAIL: 'b@school.test', ADMIN_PASSWORD: 'password' }),
    ).to.equal('exists');
    expect(await app.accounts.ensureFirstAdmin({})).to.equal('not asked for');
    const { body } = await ask(app.url, 'GET /api/v1/users?role=admin', { token: admin });
    expect(body.data.items).to.have.length(1);
    expect(body.data.items[0]).to.include({ email: ADMIN.email, role: 'admin', disabled: false });
  });

  it('makes accounts of any person’s role, and of no device', async () => {
    for (const role of ['teacher', 'student', 'admin']) {
      const body = { name: role, email: `new-${role}@school.test`, password: 'password', role };
      const made = await ask(app.url, 'POST /api/v1/users', { token: admin, body });
      expect(made.status).to.equal(201);
      expect(made.body.data).to.have.all.keys('id', 'name', 'email', 'role', 'disabled', 'createdAt');
      await logIn(app.url, body);
      const again = await ask(app.url, 'POST /api/v1/users', { token: admin, body });
      expect([again.status, again.body.code]).to.deep.equal([409, 'EMAIL_EXISTS']);
    }
    const body = { name: 'x', email: 'x@school.test', password: 'password', role: 'device' };
    expect((await ask(app.url, 'POST /api/v1/users', { token: admin, body })).status).to.equal(400);
  });

  it('lists everyone once, page by page', async () => {
    const seen: string[] = [];
    let next = '';
    do {
      const page = await ask(app.url, `GET /api/v1/users?limit=2${next}`, { token: admin });
      expect(page.body.data.items.length).to.be.within(1, 2);
      seen.push(...page.body.data.items.map((user: { id: string }) => user.id));
      next = page.body.data.nextCursor === null ? '' : `&cursor=${page.body.data.nextCursor}`;
    } while (next !== '');
    expect(new Set(seen).size).to.equal(seen.length);
    expect(seen).to.include(ann.id);
    const { body } = await ask(app.url, 'GET /api/v1/users?limit=200', { token: admin });
    expect(body.data.items.map((user: { id: string }) => user.id)).to.deep.equal(seen);
  });

  it('finds accounts by name, address and code, as they are written', async () => {
    const make = async (body: { name: string; email: string }, codes: object = {}) => {
      const made = await ask(app.url, 'POST /api/v1/users', {
        token: admin,
        body: { ...body, password: 'password', role: 'student' },
      });
      expect(made.status).to.equal(201);
      await app.mongo.collection('users').updateOne({ _id: oid(made.body.data.id) }, { $set: { ...codes } });
      return made.body.data.id as string;
    };
    const zoe = await make({ name: 'Zoë (night) Quux', email: 'z.quux@find.test' }, { studentCode: 'F-77' });
    const yan = await make({ name: 'Yan Quux', email: 'yan+x@find.test' }, { teacherCode: 'F-7' });
    const found = async (q: string, more = '') => {
      const path = `GET /api/v1/users?q=${encodeURIComponent(q)}${more}`;
      const { status, body } = await ask(app.url, path, { token: admin });
      expect(status, path).to.equal(200);
      return body.data.items.map((user: { id: string }) => user.id);
    };
    expect(await found('quux')).to.deep.equal([zoe, yan]);
    expect(await found('QUUX', `&cursor=${zoe}`)).to.deep.equal([yan]);
    expect(await found('quux', '&role=admin')).to.deep.equal([]);
    expect(await found('f-7')).to.deep.equal([zoe, yan]);
    expect(await found('F-77')).to.deep.equal([zoe]);
    expect(await found('77')).to.deep.equal([]);
    expect(await found(' Z.Quux@find ')).to.deep.equal([zoe]);
    // Signs that mean something in a pattern mean themselves here.
    expect(await found('(night)')).to.deep.equal([zoe]);
    expect(await found('yan+x')).to.deep.equal([yan]);
    for (const q of ['.*', '^', '(n|g)', '[a-z]', 'z.q{1}', '\\w'])
      expect(await found(q), q).to.deep.equal([]);
  });

  for (const query of [
    'limit=0',
    'limit=201',
    'limit=x',
    'cursor=x',
    'role=head',
    'q=',
    'q[$ne]=x',
    `q=${'x'.repeat(101)}`,
    'limit[$ne]=1',
    'other=1',
  ])
    it(`refuses the list with ?${query}`, async () => {
      const { status, body } = await ask(app.url, `GET /api/v1/users?${query}`, { token: admin });
      expect([status, body.code]).to.deep.equal([400, 'INVALID_REQUEST']);
    });

  it('[AC7] [AU3] [security 3] disabling ends log-ins and closes sockets; enabling lets the user log in anew', async () => {
    const bo = await newPerson(app.url, 'student');
    const patch = (disabled: boolean) =>
      ask(app.url, `PATCH /api/v1/users/${bo.id}`, { token: admin, body: { disabled } });
    expect((await patch(true)).body.data).to.include({ id: bo.id, disabled: true });
    expect(app.told).to.deep.include(['userEnded', bo.id]);
    const me = () => ask(app.url, 'GET /api/v1/auth/me', { token: bo.token });
    expect((await me()).status).to.equal(401);
    const refreshed = await ask(app.url, 'POST /api/v1/auth/refresh', {
      body: { refreshToken: bo.refreshToken },
    });
    expect(refreshed.status).to.equal(401);
    const login = { email: bo.email, password: bo.password };
    const refused = await ask(app.url, 'POST /api/v1/auth/login', { body: login });
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'ACCOUNT_DISABLED']);
    const wrong = await ask(app.url, 'POST /api/v1/auth/login', {
      body: { ...login, password: 'wrong one' },
    });
    expect(wrong.body.code, 'only who knows the password learns of it').to.equal('INVALID_CREDENTIALS');

    await patch(false);
    expect((await me()).status, 'the old log-in stays over').to.equal(401);
    await logIn(app.url, login);
  });

  it('renames, and changes nothing else', async () => {
    const path = `/api/v1/users/${ann.id}`;
    const renamed = await ask(app.url, `PATCH ${path}`, { token: admin, body: { name: ' Anna ' } });
    expect(renamed.body.data).to.include({ name: 'Anna', role: 'teacher', email: ann.email });
    for (const body of [
      { role: 'admin' },
      { email: 'a@b.co' },
      { password: 'password' },
      {},
      { _id: ann.id },
    ]) {
      const { status } = await ask(app.url, `PATCH ${path}`, { token: admin, body });
      expect(status, JSON.stringify(body)).to.equal(400);
    }
    expect((await ask(app.url, `GET ${path}`, { token: admin })).body.data).to.deep.equal(renamed.body.data);
  });

  it('does not let an admin shut themselves out', async () => {
    const { body } = await ask(app.url, 'GET /api/v1/auth/me', { token: admin });
    const refused = await ask(app.url, `PATCH /api/v1/users/${body.data.id}`, {
      token: admin,
      body: { disabled: true },
    });
    expect(refused.status).to.equal(403);
    expect((await ask(app.url, 'GET /api/v1/auth/me', { token: admin })).status).to.equal(200);
  });

  it('answers for nobody with 404', async () => {
    const { status, body } = await ask(app.url, `GET /api/v1/users/${'0'.repeat(24)}`, { token: admin });
    expect([status, body.error]).to.deep.equal([404, 'User not found']);
  });

  it('[RS1] is for admins alone: 401, then 403, before anything of the request is looked at', async () => {
    for (const line of [
      'POST /api/v1/users',
      'GET /api/v1/users?limit=x',
      'GET /api/v1/users/x',
      'PATCH /api/v1/users/x',
    ]) {
      const raw = line.startsWith('GET') ? {} : { raw: '{' };
      expect((await ask(app.url, line, raw)).status, line).to.equal(401);
      const refused = await ask(app.url, line, { ...raw, token: ann.token });
      expect([refused.status, refused.body.error]).to.deep.equal([403, 'Forbidden, admin access required']);
    }
  });

  it('may look into every class', async () => {
    const bo = await newPerson(app.url, 'student');
    const classId = await newClass(app.url, ann);
    await enrol(app.url, ann, classId, bo);
    const { body } = await ask(app.url, `GET /api/v1/classes/${classId}`, { token: admin });
    expect(body.data.students).to.deep.equal([{ id: bo.id, name: bo.name, email: bo.email }]);
    const list = await ask(app.url, 'GET /api/v1/classes', { token: admin });
    expect(list.body.data.items.map((one: { id: string }) => one.id)).to.include(classId);
  });
});
