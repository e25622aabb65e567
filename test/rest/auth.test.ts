import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { startApp, type TestApp } from '../support/app.ts';
import { ask, logIn, newPerson, type Person } from '../support/http.ts';
import { startHub } from '../support/hub.ts';

describe('REST: who may sign up', () => {
  const ROLES = ['teacher', 'student'];
  const plain = (role: string, email: string) => ({ name: 'Bo', email, password: 'secret', role });
  const proximity = (role: string, email: string) => ({
    full_name: 'Bo',
    email,
    password: 'secret',
    is_teacher: role === 'teacher',
  });
  const ways = [
    ['POST /api/v1/auth/register', plain],
    ['POST /signup', plain],
    ['POST /auth/signup', plain],
    ['POST /api/v1/auth/register', proximity],
  ] as const;

  for (const setting of ['student', 'none', 'teacher', 'student,teacher'])
    it(`[AC15] SIGN_UP=${setting} decides it for every way to do it, and is told beforehand`, async () => {
      const hub = await startHub({ mode: 'embedded', env: { SIGN_UP: setting } });
      try {
        for (const [line, body] of ways)
          for (const role of ROLES) {
            const email = `${randomBytes(6).toString('hex')}@school.test`;
            const answer = await ask(hub.url, line, { body: body(role, email) });
            const word = `${line} ${role} ${JSON.stringify(answer.body)}`;
            if (setting.includes(role)) expect(answer.status, word).to.be.oneOf([200, 201]);
            else expect(answer.status, word).to.equal(403);
          }
        // Whoever asks first is told the same.
        const { status, body } = await ask(hub.url, 'GET /api/v1/auth/sign-up');
        expect([status, body.data]).to.deep.equal([
          200,
          { roles: ROLES.filter((role) => setting.includes(role)) },
        ]);
      } finally {
        await hub.stop();
      }
    });
});

describe('REST: accounts and log-in', () => {
  let app: TestApp;
  let ann: Person;

  before(async () => {
    app = await startApp({ env: { LIMIT_SCALE: '100' } });
    ann = await newPerson(app.url, 'teacher');
  });
  after(() => app.close());

  const me = (token: string) => ask(app.url, 'GET /api/v1/auth/me', { token });
  const refresh = (refreshToken: string) =>
    ask(app.url, 'POST /api/v1/auth/refresh', { body: { refreshToken } });
  const loginOf = (token: string): string => {
    const { sid } = jwt.decode(token) as { sid: string };
    return sid;
  };

  describe('sign-up', () => {
    const form = { name: 'Bo', email: 'bo@school.test', password: 'secret', role: 'student' };
    const register = (body: unknown) => ask(app.url, 'POST /api/v1/auth/register', { body });

    it('answers 201 with the account and nothing of its password', async () => {
      const { status, body } = await register(form);
      expect(status).to.equal(201);
      expect(body.data).to.have.all.keys('id', 'name', 'email', 'role');
      expect(body.data).to.include({ name: 'Bo', email: 'bo@school.test', role: 'student' });
    });

    it('[AC1] takes an address once, whatever its case', async () => {
      const { status, body } = await register({ ...form, email: 'BO@School.Test' });
      expect([status, body.code]).to.deep.equal([409, 'EMAIL_EXISTS']);
    });

    it('[AC1] takes an address once, asked for ten times at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => register({ ...form, email: 'rush@school.test' })),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).to.deep.equal([201, ...Array<number>(9).fill(409)]);
    });

    for (const role of ['admin', 'device', 'Teacher', ''])
      it(`[AC2] [security 6] refuses the role "${role}"`, async () => {
        const { status, body } = await register({ ...form, email: 'x@school.test', role });
        expect([status, body.error]).to.deep.equal([400, 'Invalid request schema']);
      });

    for (const extra of [
      { _id: '0'.repeat(24) },
      { disabled: false },
      { passwordHash: 'x' },
      { generation: 3 },
    ])
      it(`[security 6] refuses a body with ${Object.keys(extra)[0]}`, async () => {
        const { status, body } = await register({ ...form, email: 'y@school.test', ...extra });
        expect([status, body.code]).to.deep.equal([400, 'INVALID_REQUEST']);
      });

    it('[AC9] refuses a password that is too short, or that bcrypt would cut, and says so', async () => {
      const short = await register({ ...form, email: 'z@school.test', password: '12345' });
      expect(short.body.details).to.deep.equal([
        { path: 'password', message: 'must have at least 6 characters' },
      ]);
      const long = await register({ ...form, email: 'z@school.test', password: 'é'.repeat(37) });
      expect(long.body.details).to.deep.equal([{ path: 'password', message: 'must have at most 72 bytes' }]);
    });
  });

  describe('log-in', () => {
    it('finds the account whatever the case of the address', async () => {
      const { token } = await logIn(app.url, { ...ann, email: ann.email.toUpperCase() });
      expect((await me(token)).body.data).to.include({ id: ann.id, email: ann.email });
    });

    it('[AC3] [security 4] answers an unknown address as it answers a wrong password', async () => {
      const login = (email: string) =>
        ask(app.url, 'POST /api/v1/auth/login', { body: { email, password: 'not this one' } });
      const wrong = await login(ann.email);
      const unknown = await login('nobody@school.test');
      expect([wrong.status, wrong.body]).to.deep.equal([unknown.status, unknown.body]);
      expect(wrong.body.error).to.equal('Invalid email or password');
    });

    it('[AC9] does not take a password that only begins like the right one', async () => {
      const password = 'p'.repeat(72);
      const who = { name: 'Long', email: 'long@school.test', password, role: 'student' };
      await ask(app.url, 'POST /api/v1/auth/register', { body: who });
      const longer = await ask(app.url, 'POST /api/v1/auth/login', {
        body: { email: who.email, password: `${password}x` },
      });
      expect([longer.status, longer.body.code]).to.deep.equal([401, 'INVALID_CREDENTIALS']);
      expect((await logIn(app.url, who)).token).to.be.a('string');
    });

    it('[AC9] hashes on other threads: twenty log-ins at once leave this one free', async () => {
      const from = performance.eventLoopUtilization();
      const started = performance.now();
      await Promise.all(Array.from({ length: 20 }, () => logIn(app.url, ann)));
      const { active } = performance.eventLoopUtilization(from);
      expect(active).to.be.below((performance.now() - started) / 2);
    });
  });

  describe('[AU3] the end of a log-in', () => {
    it('[security 3] logging out ends its tokens and its sockets, and no other log-in', async () => {
      const { token, refreshToken } = await logIn(app.url, ann);
      expect((await ask(app.url, 'POST /api/v1/auth/logout', { token })).status).to.equal(200);
      expect((await me(token)).status).to.equal(401);
      expect((await refresh(refreshToken)).status).to.equal(401);
      expect((await me(ann.token)).status).to.equal(200);
      expect(app.told).to.deep.include(['loginEnded', loginOf(token)]);
    });

    it('[AC7] [security 3] a new password ends every other log-in, and the old password', async () => {
      const eve = await newPerson(app.url, 'student');
      const other = await logIn(app.url, eve);
      const change = (currentPassword: string) =>
        ask(app.url, 'POST /api/v1/auth/password', {
          token: eve.token,
          body: { currentPassword, newPassword: 'quite another' },
        });
      const wrong = await change('not mine');
      expect([wrong.status, wrong.body.code]).to.deep.equal([400, 'WRONG_PASSWORD']);
      expect((await me(other.token)).status).to.equal(200);

      const right = await change(eve.password);
      expect(right.body.data).to.deep.equal({ endedLogins: 1 });
      expect((await me(eve.token)).status, 'the one that changed it goes on').to.equal(200);
      expect((await refresh(eve.refreshToken)).status).to.equal(200);
      expect((await me(other.token)).status).to.equal(401);
      expect((await refresh(other.refreshToken)).status).to.equal(401);
      expect(app.told).to.deep.include(['loginEnded', loginOf(other.token)]);
      expect(app.told).not.to.deep.include(['loginEnded', loginOf(eve.token)]);

      const { email, password } = eve;
      const old = await ask(app.url, 'POST /api/v1/auth/login', { body: { email, password } });
      expect(old.status).to.equal(401);
      await logIn(app.url, { email, password: 'quite another' });
    });
  });

  describe('socket tickets', () => {
    const ticketOf = async (token: string): Promise<string> =>
      (await ask(app.url, 'POST /api/v1/auth/ws-ticket', { token })).body.data.ticket;
    const outcome = (ticket: string) =>
      app.socketTickets.redeem(ticket).then(
        (who) => who.userId as string,
        (error) => error.code as string,
      );

    it('[AC6] open one socket, whoever is first of many', async () => {
      const ticket = await ticketOf(ann.token);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(ticket)));
      expect(outcomes.filter((one) => one === ann.id)).to.have.length(1);
      expect(outcomes.filter((one) => one === 'UNAUTHORIZED')).to.have.length(7);
    });

    it('[AC6] end with the log-in that asked for them', async () => {
      const { token } = await logIn(app.url, ann);
      const ticket = await ticketOf(token);
      await ask(app.url, 'POST /api/v1/auth/logout', { token });
      expect(await outcome(ticket)).to.equal('UNAUTHORIZED');
    });

    it('[AC6] that are unknown or over open nothing', async () => {
      expect(await outcome('x')).to.equal('UNAUTHORIZED');
      const own = await startApp();
      try {
        const { token } = await newPerson(own.url, 'student');
        const { body } = await ask(own.url, 'POST /api/v1/auth/ws-ticket', { token });
        own.pass(30_001);
        const late = await own.socketTickets.redeem(body.data.ticket).catch((error) => error.code);
        expect(late).to.equal('UNAUTHORIZED');
      } finally {
        await own.close();
      }
    });
  });

  describe('afterwards', () => {
    it('[security 15] keeps hashes, tokens and tickets out of what the database could tell of them', async () => {
      const { ticket } = (await ask(app.url, 'POST /api/v1/auth/ws-ticket', { token: ann.token })).body.data;
      const kept = await Promise.all(
        ['logins', 'tickets'].map((name) => app.mongo.collection(name).find().toArray()),
      );
      const text = JSON.stringify(kept);
      for (const secret of [ann.token, ann.refreshToken, ann.refreshToken.split('.')[2] ?? '', ticket])
        expect(text).not.to.include(secret);
    });

    it('[security 9] logs no token, password or address', async () => {
      const text = app.logged();
      for (const secret of [ann.token, ann.refreshToken, ann.password, ann.email, ann.name])
        expect(text).not.to.include(secret);
    });
  });
});
