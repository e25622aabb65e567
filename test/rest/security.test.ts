import { expect } from 'chai';
import { z } from 'zod';
import { route } from '../../server/rest/route.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Answer, ask, newPerson, type Person } from '../support/http.ts';

const TOLD = 'only the log may hold this';

describe('REST: what is refused, and how', () => {
  let app: TestApp;
  let ann: Person;
  let draining = false;

  before(async () => {
    const broken = route(
      { method: 'get', path: '/broken', roles: 'public', summary: 'Breaks.', tags: [], reply: z.object({}) },
      async () => {
        throw new Error(TOLD);
      },
    );
    const row = { id: 'x', passwordHash: TOLD };
    const leaky = route(
      {
        method: 'get',
        path: '/leaky',
        roles: 'public',
        summary: 'Leaks.',
        tags: [],
        reply: z.object({ id: z.string() }),
      },
      async () => row,
    );
    app = await startApp({
      routes: [broken, leaky],
      draining: () => draining,
      env: { CORS_ORIGINS: 'https://school.example' },
    });
    ann = await newPerson(app.url, 'teacher');
  });
  after(() => app.close());

  const outcome = ({ status, body }: Answer) => [status, body.code];
  const BAD = [400, 'INVALID_REQUEST'];

  it('answers in JSON for a path that is not there', async () => {
    for (const line of ['GET /nowhere', 'POST /api/v1/classes/x/y', 'DELETE /students', 'PUT /'])
      expect((await ask(app.url, line)).body).to.deep.equal({
        success: false,
        error: 'No such route',
        code: 'ROUTE_NOT_FOUND',
      });
  });

  it('[RS1] reads the body only of those who may send one', async () => {
    const raw = '{ broken';
    expect((await ask(app.url, 'POST /api/v1/classes', { raw })).status).to.equal(401);
    const sam = await newPerson(app.url, 'student');
    expect((await ask(app.url, 'POST /api/v1/classes', { raw, token: sam.token })).status).to.equal(403);
    expect(outcome(await ask(app.url, 'POST /api/v1/classes', { raw, token: ann.token }))).to.deep.equal(BAD);
  });

  for (const raw of ['{ broken', '"text"', 'null', '', '\u0000', '[1,'])
    it(`refuses the body ${JSON.stringify(raw)}`, async () => {
      const { status, body } = await ask(app.url, 'POST /login', { raw });
      expect([status, body.error, body.code]).to.deep.equal([
        400,
        'Invalid request schema',
        'INVALID_REQUEST',
      ]);
      expect(JSON.stringify(body)).not.to.match(/position|token .* JSON/i);
    });

  it('refuses a body in a form that it does not read', async () => {
    const form = {
      raw: 'email=a&password=b',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    };
    expect(outcome(await ask(app.url, 'POST /login', form))).to.deep.equal(BAD);
    const charset = { raw: '{}', headers: { 'Content-Type': 'application/json; charset=klingon' } };
    expect(outcome(await ask(app.url, 'POST /login', charset))).to.deep.equal(BAD);
  });

  it('[security 8] refuses a body above 100 kB with 413', async () => {
    const { status, body } = await ask(app.url, 'POST /login', {
      body: { email: 'a@b.co', password: 'x'.repeat(101 * 1024) },
    });
    expect([status, body.code]).to.deep.equal([413, 'BODY_TOO_LARGE']);
  });

  const hostile = [
    '{"email":{"$ne":null},"password":{"$ne":null}}',
    '{"email":"a@b.co","password":"x","$where":"1"}',
    '{"email":"a@b.co","password":"x","a.b":1}',
    '{"email":"a@b.co","password":"x","__proto__":{"role":"admin"}}',
    '{"email":"a@b.co","password":"x","constructor":{"prototype":{"role":"admin"}}}',
    '{"email":{"a":[{"prototype":1}]},"password":"x"}',
    `${'['.repeat(40_000)}${']'.repeat(40_000)}`,
    `{"email":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)},"password":"x"}`,
  ];
  for (const raw of hostile)
    it(`[RS2] [security 7] refuses ${raw.slice(0, 80)}`, async () => {
      expect(outcome(await ask(app.url, 'POST /login', { raw }))).to.deep.equal(BAD);
      expect(({} as Record<string, unknown>).role).to.equal(undefined);
    });
  for (const query of [
    'limit[$ne]=1',
    '$where=1',
    '__proto__=1',
    'constructor[prototype]=1',
    'a.b=1',
    'cursor[]=x',
  ])
    it(`[RS2] [security 7] refuses ?${query}`, async () => {
      const { token } = ann;
      expect(outcome(await ask(app.url, `GET /api/v1/classes?${query}`, { token }))).to.deep.equal(BAD);
    });
  for (const query of ['$where=1', '__proto__=1', 'a[$ne]=1'])
    it(`[RS2] [security 7] refuses ?${query} where no query is expected`, async () => {
      expect(outcome(await ask(app.url, `GET /me?${query}`, { token: ann.token }))).to.deep.equal(BAD);
    });

  it('refuses a path that cannot be decoded', async () => {
    expect(outcome(await ask(app.url, 'GET /class/%E0%A4%A', { token: ann.token }))).to.deep.equal(BAD);
  });

  it('[RS4] [security 12] answers a fault of its own with an id that the log carries, and nothing else', async () => {
    const { status, body } = await ask(app.url, 'GET /broken');
    expect([status, body]).to.deep.equal([
      500,
      { success: false, error: 'Something went wrong on the server', code: 'INTERNAL', id: body.id },
    ]);
    const line = app
      .logged()
      .split('\n')
      .find((text) => text.includes(body.id ?? '-'));
    expect(line).to.include(TOLD).and.to.include('/broken');
  });

  it('[RS3] [security 15] sends no field that the declared answer does not name', async () => {
    expect((await ask(app.url, 'GET /leaky')).body).to.deep.equal({ success: true, data: { id: 'x' } });
  });

  it('[RS5] says 503 while the database is away', async () => {
    const own = await startApp();
    try {
      const { token } = await newPerson(own.url, 'student');
      await own.mongo.close();
      const { status, body, headers } = await ask(own.url, 'GET /api/v1/auth/me', { token });
      expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'STORE_UNAVAILABLE', '1']);
      const health = await ask(own.url, 'GET /health/detailed');
      expect([health.status, health.body]).to.deep.include(503);
      expect(health.body).to.include({ status: 'degraded' });
    } finally {
      await own.close();
    }
  });

  it('[security 13] sets headers that keep browsers from doing more with an answer', async () => {
    for (const line of ['GET /', 'GET /docs', 'GET /me', 'GET /health', 'GET /nowhere']) {
      const { headers } = await ask(app.url, line);
      expect(headers.get('x-powered-by'), line).to.equal(null);
      expect(headers.get('x-content-type-options'), line).to.equal('nosniff');
      expect(headers.get('content-security-policy'), line)
        .to.include("default-src 'none'")
        .and.to.include("script-src 'self'")
        .and.not.to.include('unsafe');
      expect(headers.get('strict-transport-security'), `${line}: plain HTTP`).to.equal(null);
    }
  });

  it('[security 13] lets nobody keep personal data', async () => {
    for (const line of [
      'GET /me',
      'GET /api/v1/classes',
      'GET /students',
      'GET /api/v1/auth/me',
      'POST /login',
    ]) {
      const { headers } = await ask(app.url, line, { token: ann.token });
      expect(headers.get('cache-control'), line).to.equal('no-store');
      expect(headers.get('etag'), line).to.equal(null);
    }
    expect((await ask(app.url, 'GET /me')).headers.get('cache-control'), 'failures too').to.equal('no-store');
  });

  it('lets pages of the listed origins call, and no others', async () => {
    const from = async (origin: string) => {
      const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
      const preflight = await ask(app.url, 'OPTIONS /api/v1/classes', { headers });
      const answer = await ask(app.url, 'GET /health', { headers });
      return [preflight, answer].map((one) => one.headers.get('access-control-allow-origin'));
    };
    expect(await from('https://school.example')).to.deep.equal([
      'https://school.example',
      'https://school.example',
    ]);
    expect(await from('https://evil.example')).to.deep.equal([null, null]);
    expect(await from('null')).to.deep.equal([null, null]);
  });

  it('[RS6] says that it is draining, and lets connections go', async () => {
    expect((await ask(app.url, 'GET /health')).body).to.deep.equal({ status: 'ok' });
    draining = true;
    try {
      const { status, body, headers } = await ask(app.url, 'GET /health');
      expect([status, body]).to.deep.equal([503, { status: 'draining' }]);
      expect(headers.get('connection')).to.equal('close');
    } finally {
      draining = false;
    }
  });
});
