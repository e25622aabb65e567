import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ask, type Answer as HttpAnswer, newPerson, type Person } from '../support/http.ts';
import { connectRaw, MODES, startHub, type TestHub, WIRES } from '../support/hub.ts';

const WEB = '/api/v1/auth/session';

/** The cookie of an answer, its value and its flags in lower case. */
const cookieOf = ({ headers }: HttpAnswer) => {
  const [set, ...more] = headers.getSetCookie();
  if (set === undefined || more.length > 0)
    throw new Error(`expected one cookie, got ${headers.getSetCookie()}`);
  const [pair = '', ...flags] = set.split('; ');
  return { pair, value: pair.slice(pair.indexOf('=') + 1), flags: flags.map((flag) => flag.toLowerCase()) };
};

for (const mode of MODES)
  describe(`REST: the log-in of a browser (${mode})`, () => {
    let hub: TestHub;
    let ann: Person;

    before(async () => {
      hub = await startHub({ mode, env: { LIMIT_SCALE: '100', TRUST_PROXY: '1' } });
      ann = await newPerson(hub.url, 'teacher');
    });
    after(() => hub?.stop());

    const enter = (
      { email, password }: { email: string; password: string } = ann,
      headers: Record<string, string> = {},
    ) => ask(hub.url, `POST ${WEB}`, { body: { email, password }, headers });
    const token = (cookie?: string, headers: Record<string, string> = {}) =>
      ask(hub.url, `POST ${WEB}/token`, { headers: { ...(cookie && { cookie }), ...headers } });
    const leave = (cookie?: string, headers: Record<string, string> = {}) =>
      ask(hub.url, `DELETE ${WEB}`, { headers: { ...(cookie && { cookie }), ...headers } });
    const me = (accessToken: string) => ask(hub.url, 'GET /api/v1/auth/me', { token: accessToken });
    const here = async (person: { email: string; password: string } = ann) => {
      const answer = await enter(person);
      expect(answer.status).to.equal(200);
      return { cookie: cookieOf(answer).pair, accessToken: answer.body.data.accessToken as string };
    };

    it('[AC11] keeps the secret in a cookie that no script, no other site and no other path sees', async () => {
      const answer = await enter();
      const { flags, value } = cookieOf(answer);
      expect(flags).to.include.members(['httponly', 'samesite=strict', `path=${WEB}`]);
      expect(flags, 'plain HTTP').not.to.include('secure');
      expect(flags.filter((flag) => /^(domain|max-age)/.test(flag))).to.deep.equal([]);
      const expires = flags.find((flag) => flag.startsWith('expires='))?.slice(8) ?? '';
      expect(Date.parse(expires)).to.be.greaterThan(Date.now() + 24 * 3600_000);
      expect(JSON.stringify(answer.body)).not.to.include(value);
      expect(answer.body.data).to.have.all.keys(
        'accessToken',
        'tokenType',
        'expiresAt',
        'user',
        'timeZone',
        'maxSessionMinutes',
      );
      expect(answer.headers.get('cache-control')).to.equal('no-store');
    });

    it('[AC11] is Secure behind TLS, when it is set, set again and taken away', async () => {
      const tls = { 'x-forwarded-proto': 'https' };
      const entered = cookieOf(await enter(ann, tls));
      const again = cookieOf(await token(entered.pair, tls));
      const left = cookieOf(await leave(entered.pair, tls));
      for (const { flags } of [entered, again, left])
        expect(flags).to.include.members(['secure', 'httponly', 'samesite=strict', `path=${WEB}`]);
      expect(left.value).to.equal('');
    });

    it('[AC11] [AC12] believes what is forwarded only of trusted proxies', async () => {
      const bare = await startHub({ mode, env: { TRUST_PROXY: '' } });
      try {
        const { email, password } = await newPerson(bare.url, 'teacher');
        const headers = { 'x-forwarded-proto': 'https' };
        const answer = await ask(bare.url, `POST ${WEB}`, { body: { email, password }, headers });
        expect(cookieOf(answer).flags).not.to.include('secure');
        const proxied = { origin: 'https://a.test', 'x-forwarded-host': 'a.test' };
        const refused = await ask(bare.url, `POST ${WEB}`, { body: { email, password }, headers: proxied });
        expect(refused.status).to.equal(403);
      } finally {
        await bare.stop();
      }
    });

    const FOREIGN: readonly [string, Record<string, string>][] = [
      ['another origin', { origin: 'https://elsewhere.test' }],
      ['another port of this host', { origin: 'http://127.0.0.1:1' }],
      ['a page without an origin', { origin: 'null' }],
      ['an origin that is none', { origin: 'x' }],
      ['another site by Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
      ['a sister of this site', { 'sec-fetch-site': 'same-site' }],
      ['a typed address', { 'sec-fetch-site': 'none' }],
    ];
    for (const [name, headers] of FOREIGN)
      it(`[AC12] refuses all three to ${name}`, async () => {
        const { cookie } = await here();
        const answers = [
          await enter(ann, headers),
          await token(cookie, headers),
          await leave(cookie, headers),
        ];
        for (const { status, body, headers: said } of answers) {
          expect([status, body.code]).to.deep.equal([403, 'FORBIDDEN']);
          expect(said.getSetCookie()).to.deep.equal([]);
          expect(body.data).to.equal(undefined);
        }
        expect((await token(cookie)).status, 'nothing was ended').to.equal(200);
      });

    it('[AC12] lets its own pages in, also by the name that a trusted proxy was asked for', async () => {
      const own = { origin: hub.url, 'sec-fetch-site': 'same-origin' };
      const { cookie } = await here();
      expect((await token(cookie, own)).status).to.equal(200);
      const proxied = { origin: 'https://rollcall.school.test', 'x-forwarded-host': 'rollcall.school.test' };
      expect((await token(cookie, proxied)).status).to.equal(200);
      expect((await leave(cookie, own)).status).to.equal(200);
    });

    it('[AC13] takes no cookie that is forged, of another log-in, of a client without cookies, or ended', async () => {
      const { cookie } = await here();
      const other = await here(await newPerson(hub.url, 'student'));
      const [, mine = ''] = cookie.split('=');
      const [id = '', proof = ''] = mine.split('.');
      const [otherId = ''] = (other.cookie.split('=')[1] ?? '').split('.');
      const api = JSON.parse(Buffer.from(ann.token.split('.')[1] ?? '', 'base64url').toString()) as {
        sid: string;
      };
      const first = proof[0] === 'A' ? 'B' : 'A';
      const forged = [
        '',
        'x',
        id,
        `${id}.`,
        `${id}.${proof.slice(0, -1)}`,
        `${id}.${first}${proof.slice(1)}`,
        `${id}.${randomBytes(32).toString('base64url')}`,
        `${otherId}.${proof}`,
        `${api.sid}.${proof}`,
        `${'0'.repeat(24)}.${proof}`,
        `${mine}${mine}`,
        ann.token,
        ann.refreshToken,
        '%00',
      ];
      for (const value of forged) {
        const { status, body } = await token(`rollcall=${value}`);
        expect([status, body.code], value).to.deep.equal([401, 'UNAUTHORIZED']);
      }
      expect((await token()).status).to.equal(401);
      await leave(cookie);
      expect((await token(cookie)).status).to.equal(401);
      expect((await token(other.cookie)).status).to.equal(200);
    });

    it('[AC13] gives a cookie the tokens of its own log-in and account only', async () => {
      const bo = await newPerson(hub.url, 'student');
      const [first, second, other] = [await here(), await here(), await here(bo)];
      const sidOf = (jwt: string) =>
        JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()).sid as string;
      for (const { cookie, accessToken } of [first, second, other]) {
        const { data } = (await token(cookie)).body;
        expect(sidOf(data.accessToken)).to.equal(sidOf(accessToken));
      }
      expect(new Set([first, second, other].map(({ accessToken }) => sidOf(accessToken))).size).to.equal(3);
      expect((await token(other.cookie)).body.data.user.id).to.equal(bo.id);
      // Two cookies at once are no way to get another's token: the first counts.
      const both = await token(`${other.cookie}; ${first.cookie}`);
      expect(both.body.data.user.id).to.equal(bo.id);
    });

    it('[AC13] authorizes nothing by itself', async () => {
      const { cookie } = await here();
      const headers = { cookie };
      for (const line of [
        'GET /api/v1/auth/me',
        'GET /api/v1/classes',
        'POST /api/v1/auth/ws-ticket',
        'GET /me',
      ])
        expect((await ask(hub.url, line, { headers })).status, line).to.equal(401);
      const body = { currentPassword: ann.password, newPassword: 'another one' };
      const change = await ask(hub.url, 'POST /api/v1/auth/password', { headers, body });
      expect(change.status).to.equal(401);
      const [, value = ''] = cookie.split('=');
      expect((await me(value)).status).to.equal(401);
      const refreshed = await ask(hub.url, 'POST /api/v1/auth/refresh', { body: { refreshToken: value } });
      expect(refreshed.status).to.equal(401);
    });

    it('[AC14] stays the same: answers that got lost sign nobody out', async () => {
      const { cookie } = await here();
      for (let lost = 0; lost < 3; lost += 1) {
        const answer = await token(cookie);
        expect(answer.status).to.equal(200);
        expect(cookieOf(answer).pair).to.equal(cookie);
        expect((await me(answer.body.data.accessToken)).status).to.equal(200);
      }
      const atOnce = await Promise.all(Array.from({ length: 8 }, () => token(cookie)));
      expect(atOnce.map(({ status }) => status)).to.deep.equal(Array(8).fill(200));
    });

    for (const wire of WIRES)
      it(`[AC14] [AU3] logging out ends its tokens and sockets, and may be repeated (${wire})`, async () => {
        const { cookie, accessToken } = await here();
        const elsewhere = await here();
        const socket = await connectRaw(wire, hub.url, { token: accessToken });
        const left = await leave(cookie);
        expect([left.status, left.body.data]).to.deep.equal([200, { loggedOut: true }]);
        expect(
          Date.parse(
            cookieOf(left)
              .flags.find((flag) => flag.startsWith('expires='))
              ?.slice(8) ?? '',
          ),
        ).to.equal(0);
        await socket.closed;
        expect((await me(accessToken)).status).to.equal(401);
        expect((await leave(cookie)).status).to.equal(200);
        expect((await leave()).status).to.equal(200);
        expect((await token(elsewhere.cookie)).status).to.equal(200);
      });

    it('[AC7] [AC14] a new password ends it everywhere but where it was changed', async () => {
      const eve = await newPerson(hub.url, 'student');
      const [mine, other] = [await here(eve), await here(eve)];
      const socket = await connectRaw('plain', hub.url, { token: other.accessToken });
      const change = await ask(hub.url, 'POST /api/v1/auth/password', {
        token: mine.accessToken,
        body: { currentPassword: eve.password, newPassword: 'quite another' },
      });
      expect(change.body.data).to.deep.equal({ endedLogins: 2 });
      await socket.closed;
      expect((await token(other.cookie)).status).to.equal(401);
      expect((await me(other.accessToken)).status).to.equal(401);
      expect((await token(mine.cookie)).status).to.equal(200);
    });

    it('[AC7] [AC14] disabling the account ends it, and enabling it again does not bring it back', async () => {
      const admin = await hub.school.person('admin');
      const eve = await newPerson(hub.url, 'student');
      const { cookie, accessToken } = await here(eve);
      const socket = await connectRaw('socketio', hub.url, { token: accessToken });
      const set = (disabled: boolean) =>
        ask(hub.url, `PATCH /api/v1/users/${eve.id}`, { token: admin.token, body: { disabled } });
      expect((await set(true)).status).to.equal(200);
      await socket.closed;
      expect((await token(cookie)).status).to.equal(401);
      const refused = await enter(eve);
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'ACCOUNT_DISABLED']);
      expect((await set(false)).status).to.equal(200);
      expect((await token(cookie)).status).to.equal(401);
    });

    it('[AC3] [AC13] says the same of an unknown address and a wrong password, and sets nothing', async () => {
      const wrong = await enter({ email: ann.email, password: 'not this one' });
      const unknown = await enter({ email: 'nobody@school.test', password: 'not this one' });
      expect([wrong.status, wrong.body]).to.deep.equal([unknown.status, unknown.body]);
      expect(wrong.status).to.equal(401);
      expect(wrong.headers.getSetCookie()).to.deep.equal([]);
    });

    it('[AC11] [security 9] neither logs nor stores what the cookie holds', async () => {
      const { cookie } = await here();
      await token(cookie);
      const proof = cookie.split('.')[1] ?? 'x';
      const kept = JSON.stringify(await hub.connection.collection('logins').find().toArray());
      expect(kept).not.to.include(proof);
      expect(hub.lines.join('\n')).not.to.include(proof);
    });
  });
