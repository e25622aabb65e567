import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import WebSocket from 'ws';
import { createLogins } from '../../server/data/logins.ts';
import { createTokens } from '../../server/features/auth/tokens.ts';
import { systemClock } from '../../server/kit/clock.ts';
import type { LoginId, UserId } from '../../shared/ids.ts';
import { clientFrame, tcp, upgradeRequest } from '../support/hostile.ts';
import { newPerson } from '../support/http.ts';
import {
  type Answer,
  call,
  connectRaw,
  type Raw,
  startHub,
  type TestHub,
  WIRES,
  type Wire,
} from '../support/hub.ts';
import { createDoor, good, liveClass, refused, type Someone, said, seated } from '../support/live-class.ts';
import { SECRET } from '../support/school.ts';

const REFUSED = { message: 'Unauthorized or invalid token', code: 'SOCKET_UNAUTHORIZED' };
type Claims = { userId: UserId; role: 'teacher' | 'student'; sid: LoginId };
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
const tokens = createTokens({ secret: SECRET, clock: systemClock });

/** A token of the same log-in that ends in so many seconds. */
const shortToken = ({ token }: Someone, seconds: number): string => {
  const { userId, role, sid: loginId } = claimsOf(token);
  return tokens.issue({ userId, role, loginId, expiresAt: Date.now() + seconds * 1000 });
};

/** What somebody hears who is not let in; fails when they are. */
const turnedAway = async (
  wire: Wire,
  url: string,
  credentials: Parameters<typeof connectRaw>[2],
): Promise<unknown> => {
  let raw: Raw;
  try {
    raw = await connectRaw(wire, url, credentials);
  } catch (error) {
    const { message, data } = error as Error & { data?: object };
    return { message, ...data };
  }
  // On the plain wire the socket opens, is told why, and closes.
  expect(await raw.closed).to.equal(4401);
  expect(raw.heard.map(({ event }) => event)).to.deep.equal(['ERROR']);
  return raw.heard[0]?.data;
};

/** How an upgrade with an origin ends: 101, or the status that it was refused with. */
const upgraded = async (
  wire: Wire,
  { url }: { url: string },
  origin: string | undefined,
): Promise<number> => {
  const path = wire === 'plain' ? '/ws' : '/socket.io/?EIO=4&transport=websocket';
  const ws = new WebSocket(`${url.replace('http', 'ws')}${path}`, origin === undefined ? {} : { origin });
  ws.on('error', () => {});
  return await new Promise((resolve) => {
    ws.once('open', () => {
      ws.close();
      resolve(101);
    });
    ws.once('unexpected-response', (_request, { statusCode }) => {
      ws.terminate();
      resolve(statusCode ?? 0);
    });
  });
};

describe('who is let in', () => {
  const door = createDoor();
  let hub: TestHub;
  before(async () => {
    hub = await startHub({
      mode: 'redis',
      env: { CORS_ORIGINS: 'https://school.test, https://app.test:8443' },
    });
  });
  afterEach(() => door.closeAll());
  after(() => hub.stop());

  for (const wire of WIRES)
    describe(`over ${wire}`, () => {
      it('[WS3] a bad or missing token: the same message, and the end of the connection', async () => {
        const someone = await hub.school.person('teacher');
        const { token } = someone;
        const [head = '', body = '', signature = ''] = token.split('.');
        const claims = jwt.decode(token) as jwt.JwtPayload;
        const coded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const signed = (value: object, options: jwt.SignOptions = {}, secret = SECRET) =>
          jwt.sign(value, secret, { noTimestamp: true, ...options });
        const { exp: _, ...endless } = claims;
        const admin = coded({ ...claims, role: 'admin' });
        const nobody = { ...claims, sub: '0123456789abcdef01234567', userId: '0123456789abcdef01234567' };
        const { refreshToken } = await newPerson(hub.url, 'teacher');
        const ended = await hub.school.person('teacher');
        await createLogins(hub.connection).end(claimsOf(ended.token).sid, new Date());
        const disabled = await hub.school.person('teacher');
        const boss = await hub.school.person('admin');
        await call(hub.url, 'PATCH', `/api/v1/users/${disabled.id}`, boss.token, { disabled: true });
        const own = createHmac('sha256', 'key of the attacker').update(`${head}.${body}`).digest('base64url');
        const bad: Record<string, string> = {
          empty: '',
          'no token': 'no token',
          'cut off': `${head}.${body}`,
          'alg none': `${coded({ alg: 'none', typ: 'JWT' })}.${body}.`,
          'alg none, signed': `${coded({ alg: 'none', typ: 'JWT' })}.${body}.${signature}`,
          'another algorithm': signed(claims, { algorithm: 'HS512' }),
          'another key': `${head}.${body}.${own}`,
          'hostile kid': signed(claims, { keyid: '../../dev/null' }, 'x'.repeat(40)),
          'other claims': `${head}.${admin}.${signature}`,
          'other audience': signed({ ...claims, aud: 'elsewhere' }),
          'other issuer': signed({ ...claims, iss: 'elsewhere' }),
          'no end': signed(endless),
          over: signed({ ...claims, exp: Math.floor(Date.now() / 1000) - 1 }),
          'another role': signed({ ...claims, role: 'admin' }),
          'no such user': signed(nobody),
          'no such log-in': signed({ ...claims, sid: '0123456789abcdef01234567' }),
          'a refresh token': refreshToken,
          'an ended log-in': ended.token,
          'a disabled account': disabled.token,
          'too long': `${token}${'x'.repeat(5000)}`,
        };
        const told = await Promise.all(
          Object.entries(bad).map(async ([what, value]) => [
            what,
            await turnedAway(wire, hub.url, { token: value }),
          ]),
        );
        expect(told).to.deep.equal(Object.keys(bad).map((what) => [what, REFUSED]));
        expect(await turnedAway(wire, hub.url, {})).to.deep.equal(REFUSED);
        await door.enter(wire, hub, someone);
        // Secrets are in no line of the log, whatever became of them.
        const log = hub.lines.join('');
        for (const secret of [signature, refreshToken]) expect(log).to.not.include(secret);
      });

      it('[AC6] a ticket opens one connection, once', async () => {
        const { token } = await hub.school.person('student');
        const issue = async () => {
          const { data } = await call(hub.url, 'POST', '/api/v1/auth/ws-ticket', token);
          return String(data?.ticket);
        };
        const ticket = await issue();
        await seated(door.keep(await connectRaw(wire, hub.url, { ticket })));
        expect(await turnedAway(wire, hub.url, { ticket })).to.deep.equal(REFUSED);
        expect(await turnedAway(wire, hub.url, { ticket: 'no such ticket' })).to.deep.equal(REFUSED);
        // Two at once: one of them.
        const twice = await issue();
        const both = await Promise.all(
          [0, 1].map(async () => {
            try {
              const raw = door.keep(await connectRaw(wire, hub.url, { ticket: twice }));
              raw.tell('ARE_YOU_THERE');
              return (await raw.next('ERROR')).code === 'UNKNOWN_EVENT';
            } catch {
              return false;
            }
          }),
        );
        expect(both.sort()).to.deep.equal([false, true]);
        // Of a log-in that has ended since.
        const late = await issue();
        expect((await call(hub.url, 'POST', '/api/v1/auth/logout', token)).status).to.equal(200);
        expect(await turnedAway(wire, hub.url, { ticket: late })).to.deep.equal(REFUSED);
      });

      it('[WS6] a page of a foreign origin is refused; the same origin, a listed one and no page at all are not', async () => {
        for (const foreign of [
          'https://evil.test',
          'http://school.test',
          'https://school.test.evil.test',
          'null',
        ])
          expect(await upgraded(wire, hub, foreign), foreign).to.equal(wire === 'plain' ? 403 : 400);
        for (const fine of ['https://school.test', 'https://app.test:8443', hub.url, undefined])
          expect(await upgraded(wire, hub, fine), fine).to.equal(101);
      });

      it('[WS8] a token that ends while its connection is open: the exact error, then the end', async () => {
        const { classId, ada, cy } = await liveClass(hub);
        const busy = door.keep(await connectRaw(wire, hub.url, { token: shortToken(ada, 4) }));
        const idle = door.keep(await connectRaw(wire, hub.url, { token: shortToken(cy, 4) }));
        await Promise.all([seated(busy), seated(idle)]);
        const over = busy.closed.then(() => undefined);
        let answer: Answer | undefined;
        let asked = 0;
        do {
          // A question that crosses the end, which may come between two of them, is not answered any more.
          answer = await Promise.race([busy.ask('ARE_YOU_THERE').catch(() => over), over]);
          asked += 1;
          // What is asked before is answered as ever, also where it is too much.
        } while (answer?.code === 'UNKNOWN_EVENT' || answer?.code === 'RATE_LIMITED');
        expect(asked).to.be.greaterThan(1);
        if (answer) expect(answer).to.deep.equal(refused(REFUSED.message, REFUSED.code));
        for (const raw of [busy, idle]) {
          expect(await raw.closed).to.equal(wire === 'plain' ? 4401 : 'io server disconnect');
          expect(raw.heard).to.deep.equal([{ event: 'ERROR', data: REFUSED }]);
        }
        const one = await door.enter(wire, hub, ada);
        expect(good(await one.ask('SYNC', { classId }))).to.include({ version: 0 });
      });

      it('[WS8] RENEW goes on with a fresh token of one’s own, and with no other', async () => {
        const { ada, bo, cy, classId } = await liveClass(hub);
        const raw = door.keep(await connectRaw(wire, hub.url, { token: shortToken(ada, 8) }));
        const idle = door.keep(await connectRaw(wire, hub.url, { token: shortToken(bo, 8) }));
        await Promise.all([seated(raw), seated(idle)]);
        const elsewhere = await createLogins(hub.connection).create({
          userId: ada.id,
          kind: 'root',
          nonce: '-',
          from: '-',
          createdAt: new Date(),
          expiresAt: new Date(Date.now() + 3_600_000),
        });
        const other = tokens.issue({
          userId: ada.id,
          role: 'teacher',
          loginId: elsewhere.id,
          expiresAt: Date.now() + 3_600_000,
        });
        const unauthorized = refused('Unauthorized, token missing or invalid', 'UNAUTHORIZED');
        for (const token of [bo.token, other, 'no token'])
          expect(await raw.ask('RENEW', { token })).to.deep.equal(unauthorized);
        const { expiresAt } = good(await raw.ask('RENEW', { token: ada.token }));
        expect(expiresAt).to.equal(
          new Date((jwt.decode(ada.token) as { exp: number }).exp * 1000).toISOString(),
        );
        // The other's has ended; this one goes on.
        expect(await idle.closed).to.equal(wire === 'plain' ? 4401 : 'io server disconnect');
        good(await raw.ask('ATTENDANCE_MARKED', { classId, studentId: cy.id, status: 'late' }));
        expect(said(raw, 'ERROR')).to.deep.equal([]);
      });
    });

  it('[AC6] without ?token= in the address the plain wire takes tickets alone (WS_QUERY_TOKEN)', async () => {
    const strict = await startHub({
      mode: 'redis',
      mongoUrl: hub.mongoUrl,
      env: { WS_QUERY_TOKEN: 'false' },
    });
    try {
      const { token } = await strict.school.person('student');
      expect(await turnedAway('plain', strict.url, { token })).to.deep.equal(REFUSED);
      const { data } = await call(strict.url, 'POST', '/api/v1/auth/ws-ticket', token);
      await seated(door.keep(await connectRaw('plain', strict.url, { ticket: String(data?.ticket) })));
      await seated(door.keep(await connectRaw('socketio', strict.url, { token })));
      door.closeAll();
    } finally {
      await strict.stop();
    }
  });

  it('[WS5] frames that come with the request for the connection are handled in their order', async () => {
    const { classId, ada, cy, di } = await liveClass(hub);
    const mark = (studentId: string, status: string) => ({
      event: 'ATTENDANCE_MARKED',
      data: { classId, studentId, status },
    });
    const frames = [mark(cy.id, 'present'), mark(cy.id, 'late'), mark(di.id, 'absent')];
    const rest = Array.from({ length: 28 }, (_, n) => ({ event: 'NO_SUCH', id: n }));
    const all = [...frames, { event: 'TODAY_SUMMARY', data: { classId } }, ...rest];
    expect(all).to.have.length(32);
    const early = await tcp(hub.url);
    early.write(
      Buffer.concat([
        Buffer.from(upgradeRequest(`/ws?token=${ada.token}`)),
        ...all.map((frame) => clientFrame(JSON.stringify(frame))),
      ]),
    );
    await early.messages(all.length);
    early.write(clientFrame(Buffer.from([0x03, 0xe8]), 8));
    const { head, said: heard } = await early.whole();
    expect(head).to.match(/^HTTP\/1\.1 101 /);
    expect(heard.map(({ event }) => event)).to.deep.equal([
      ...frames.map(() => 'ATTENDANCE_MARKED'),
      'TODAY_SUMMARY',
      ...rest.map(() => 'ACK'),
    ]);
    expect(heard[3]?.data).to.include({ present: 0, late: 1, absent: 1, total: 2, version: 3 });
  });

  it('[WS3] more than 32 frames, or 64 KiB, before the connection is let in end it (1008)', async () => {
    const { token } = await hub.school.person('student');
    const small = clientFrame(JSON.stringify({ event: 'NO_SUCH' }));
    const large = clientFrame(JSON.stringify({ event: 'NO_SUCH', data: 'x'.repeat(30_000) }));
    for (const frames of [Array<Buffer>(33).fill(small), Array<Buffer>(3).fill(large)]) {
      const early = await tcp(hub.url);
      early.write(Buffer.concat([Buffer.from(upgradeRequest(`/ws?token=${token}`)), ...frames]));
      const { said: heard, closeCode } = await early.whole();
      expect({ heard, closeCode }).to.deep.equal({ heard: [], closeCode: 1008 });
    }
    await door.enter('plain', hub, { token });
  });

  it('[WS3] requests for connections that are none end themselves, not the server', async () => {
    const person = await hub.school.person('student');
    const paths = ['//', '/', '/nowhere', '/ws/../..//', 'http://[', '/ws%', '/%', '/socket.io', '/wsx', '*'];
    const paths2 = [
      '/socket.io/?EIO=9&transport=websocket',
      '/socket.io/?EIO=4&transport=no',
      '/ws?token=%ff&ticket=%',
    ];
    for (const path of [...paths, ...paths2]) {
      // One that reads the answer, one that is gone before it comes.
      const [patient, gone] = [await tcp(hub.url), await tcp(hub.url)];
      for (const each of [patient, gone]) each.write(upgradeRequest(path));
      gone.socket.resetAndDestroy();
      await gone.whole();
      patient.socket.end();
      await patient.whole();
    }
    for (let n = 0; n < 20; n++) {
      const each = await tcp(hub.url);
      each.write(upgradeRequest('/nowhere', { Origin: 'https://evil.test' }));
      each.write(upgradeRequest('/nowhere'));
      each.socket.resetAndDestroy();
      await each.whole();
    }
    for (const wire of WIRES) await door.enter(wire, hub, person);
  });

  it('[WS3] who does not say who they are within five seconds is shown out, whatever they send', async () => {
    const ws = new WebSocket(`${hub.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await once(ws, 'open');
    const began = Date.now();
    // Traffic does not prolong it.
    const chatter = setInterval(() => ws.send('3'), 250);
    await once(ws, 'close');
    clearInterval(chatter);
    expect(Date.now() - began).to.be.within(4_000, 15_000);
  });
});
