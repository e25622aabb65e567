import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { SECRET, startApp, type TestApp } from '../support/app.ts';
import { ask, logIn, newPerson, type Person } from '../support/http.ts';

describe('REST: access and refresh tokens', () => {
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

  describe('[security 1] tokens', () => {
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const hour = () => Math.floor(Date.now() / 1000) + 3600;
    const claims = () => ({ ...(jwt.decode(ann.token) as jwt.JwtPayload), exp: hour() });
    const signed = (header: object, payload: object) => {
      const text = `${b64(header)}.${b64(payload)}`;
      return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
    };
    const without = (name: string) =>
      Object.fromEntries(Object.entries(claims()).filter(([key]) => key !== name));
    const HS256 = { alg: 'HS256', typ: 'JWT' };

    it('[AC10] takes one that it signed, with and without "Bearer"', async () => {
      const raw = { Authorization: ann.token };
      expect((await me(ann.token)).status).to.equal(200);
      expect((await ask(app.url, 'GET /api/v1/auth/me', { headers: raw })).status).to.equal(200);
      expect((await me(signed(HS256, claims()))).status, 'the tests can sign').to.equal(200);
    });

    const bad: Record<string, () => string> = {
      'alg none': () => `${b64({ alg: 'none' })}.${b64(claims())}.`,
      'alg none with a signature': () => signed({ alg: 'none' }, claims()),
      'another algorithm': () => jwt.sign(claims(), SECRET, { algorithm: 'HS512' }),
      'another secret': () => jwt.sign(claims(), 'another secret of thirty-two characters'),
      'a foreign key named by kid': () => {
        const header = { alg: 'HS256', kid: '../../dev/null', typ: 'JWT' } as const;
        return jwt.sign(claims(), 'x', { header, algorithm: 'HS256' });
      },
      'a foreign key named by jku': () =>
        `${b64({ alg: 'RS256', jku: 'http://127.0.0.1:9/keys' })}.${b64(claims())}.c2ln`,
      expired: () => signed(HS256, { ...claims(), exp: Math.floor(Date.now() / 1000) - 1 }),
      'without an end': () => signed(HS256, without('exp')),
      'another audience': () => signed(HS256, { ...claims(), aud: 'elsewhere' }),
      'without an audience': () => signed(HS256, without('aud')),
      'another issuer': () => signed(HS256, { ...claims(), iss: 'elsewhere' }),
      'a log-in that never was': () => signed(HS256, { ...claims(), sid: 'f'.repeat(24) }),
      'somebody else’s log-in': () =>
        signed(HS256, { ...claims(), userId: 'f'.repeat(24), sub: 'f'.repeat(24) }),
      'two different users': () => signed(HS256, { ...claims(), userId: 'f'.repeat(24) }),
      'a role that the account has not': () => signed(HS256, { ...claims(), role: 'admin' }),
      'ids that are objects': () => signed(HS256, { ...claims(), sid: { $ne: null } }),
      'a refresh token': () => ann.refreshToken,
      nonsense: () => 'nonsense',
      'too long': () => 'x'.repeat(5000),
    };
    for (const [name, make] of Object.entries(bad))
      it(`[AC10] refuses ${name}`, async () => {
        const { status, body } = await me(make());
        expect([status, body.error]).to.deep.equal([401, 'Unauthorized, token missing or invalid']);
      });

    it('refuses no token at all', async () => {
      for (const headers of [
        {},
        { Authorization: '' },
        { Authorization: 'Bearer' },
        { Authorization: 'a b c' },
      ]) {
        const { status } = await ask(app.url, 'GET /api/v1/auth/me', {
          headers: headers as Record<string, string>,
        });
        expect(status).to.equal(401);
      }
    });

    it('[AC10] lets an access token run out', async () => {
      const own = await startApp({ env: { ACCESS_TOKEN_TTL: '60' } });
      try {
        const { token, refreshToken } = await newPerson(own.url, 'student');
        own.pass(61_000);
        expect((await ask(own.url, 'GET /api/v1/auth/me', { token })).status).to.equal(401);
        const fresh = await ask(own.url, 'POST /api/v1/auth/refresh', { body: { refreshToken } });
        const again = await ask(own.url, 'GET /api/v1/auth/me', { token: fresh.body.data.accessToken });
        expect(again.status).to.equal(200);
      } finally {
        await own.close();
      }
    });
  });

  describe('[security 2] refresh tokens', () => {
    it('[AC5] are good for one use each, and give tokens that work', async () => {
      let { refreshToken } = await logIn(app.url, ann);
      for (let round = 0; round < 3; round++) {
        const { status, body } = await refresh(refreshToken);
        expect(status).to.equal(200);
        expect(body.data.refreshToken).not.to.equal(refreshToken);
        expect((await me(body.data.accessToken)).status).to.equal(200);
        refreshToken = body.data.refreshToken;
      }
    });

    it('[AC5][AU3] used again end the whole family, and its sockets', async () => {
      const first = await logIn(app.url, ann);
      const second = (await refresh(first.refreshToken)).body.data;
      const reused = await refresh(first.refreshToken);
      expect([reused.status, reused.body.code]).to.deep.equal([401, 'REFRESH_REUSED']);
      expect((await refresh(second.refreshToken)).status).to.equal(401);
      expect((await me(second.accessToken)).status).to.equal(401);
      expect((await me(ann.token)).status, 'another log-in of the same user lives').to.equal(200);
      expect(app.told).to.deep.include(['loginEnded', loginOf(first.token)]);
    });

    it('[AC5] used by two at once never leave two living descendants', async () => {
      for (let round = 0; round < 10; round++) {
        const { refreshToken } = await logIn(app.url, ann);
        const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(refreshToken)));
        const won = answers.filter(({ status }) => status === 200);
        expect(won.length).to.be.at.most(1);
        const alive = await Promise.all(won.map(({ body }) => refresh(body.data.refreshToken)));
        expect(alive.filter(({ status }) => status === 200).length, 'the reuse ended the family').to.equal(0);
      }
    });

    it('that were invented end nothing', async () => {
      const { token, refreshToken } = await logIn(app.url, ann);
      const [login, generation] = refreshToken.split('.');
      for (const invented of [
        `${login}.${generation}.${'A'.repeat(43)}`,
        `${login}.7.${'A'.repeat(43)}`,
        'x',
        token,
      ])
        expect((await refresh(invented)).body.code).to.equal('UNAUTHORIZED');
      expect((await refresh(refreshToken)).status).to.equal(200);
    });

    it('run out', async () => {
      const own = await startApp({ env: { REFRESH_TOKEN_TTL: '1h' } });
      try {
        const { refreshToken } = await newPerson(own.url, 'student');
        own.pass(3_601_000);
        const late = await ask(own.url, 'POST /api/v1/auth/refresh', { body: { refreshToken } });
        expect([late.status, late.body.code]).to.deep.equal([401, 'UNAUTHORIZED']);
      } finally {
        await own.close();
      }
    });
  });
});
