import { expect } from 'chai';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { createClasses } from '../../server/data/classes.ts';
import { createLogins } from '../../server/data/logins.ts';
import { oid } from '../../server/data/mongo.ts';
import {
  createClient,
  plainTransport,
  socketIoTransport,
  type Transport,
} from '../../shared/client/index.ts';
import { timesIn } from '../../shared/client/token.ts';
import type { LoginId } from '../../shared/ids.ts';
import type { Status } from '../../shared/status.ts';
import { call, type Raw, startHub, type TestHub, WIRES, type Wire } from '../support/hub.ts';
import { begin, coTeachers, createDoor, good, liveClass, newClass, said } from '../support/live-class.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const WORDS: readonly Status[] = ['present', 'late', 'absent', 'excused', 'partial'];
const word = (n: number): Status => WORDS[n % WORDS.length] ?? 'late';
const versions = (raw: Raw, classId: string) =>
  said(raw, 'ATTENDANCE_MARKED')
    .filter((row) => row.classId === classId)
    .map(({ version }) => version);
const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

describe('two hubs on one Redis and one MongoDB', () => {
  const door = createDoor();
  let redis: TestRedis;
  let a: TestHub;
  let b: TestHub;
  const start = (mongoUrl?: string) =>
    startHub({
      mode: 'redis',
      env: { REDIS_URL: redis.url, LIMIT_SCALE: '100' },
      ...(mongoUrl ? { mongoUrl } : {}),
    });
  before(async () => {
    redis = await startRedis({ appendonly: true });
    a = await start();
    b = await start(a.mongoUrl);
  });
  afterEach(() => door.closeAll());
  after(async () => {
    await b.stop();
    await a.stop();
    await redis.stop();
  });

  const marker =
    (raw: Raw, classId: string) =>
    async (studentId: string, status: string, more = {}) =>
      good<{ version: number }>(await raw.ask('ATTENDANCE_MARKED', { classId, studentId, status, ...more }));

  for (const wire of WIRES) {
    it(`[MK4][MK5] marks through either are heard through both, in version order (${wire})`, async () => {
      const { classId, ada, bo, cy, di } = await liveClass(a);
      const here = [await door.enter(wire, a, ada), await door.enter(wire, b, bo)] as const;
      const there = [await door.enter(wire, b, ada), await door.enter(wire, a, bo)] as const;
      const own = [await door.enter(wire, a, cy), await door.enter(wire, b, cy)] as const;
      const marks = here.map((raw) => marker(raw, classId));
      const last = 100;
      const answers: { version: number }[] = [];
      for (let n = 0; n < last; n += 10)
        answers.push(
          ...(await Promise.all(
            upTo(10).flatMap((i) => {
              const student = (n + i) % 3 === 0 ? di : cy;
              const mark = marks[(n + i) % 2];
              return mark ? [mark(student.id, word(n + i))] : [];
            }),
          )),
        );
      expect(answers.map(({ version }) => version).sort((x, y) => x - y)).to.deep.equal(upTo(last));
      const finals = new Set<string>();
      for (const raw of [...here, ...there]) {
        await raw.next('ATTENDANCE_MARKED', ({ version }) => version === last);
        expect(versions(raw, classId)).to.deep.equal(upTo(last));
        const rows = new Map(said(raw, 'ATTENDANCE_MARKED').map((row) => [row.studentId, row.status]));
        finals.add(JSON.stringify([...rows].sort()));
      }
      expect([...finals]).to.have.length(1);
      const ofCy = said(here[0], 'ATTENDANCE_MARKED').filter(({ studentId }) => studentId === cy.id);
      for (const raw of own) {
        await raw.next('ATTENDANCE_MARKED', ({ version }) => version === ofCy.at(-1)?.version);
        expect(versions(raw, classId)).to.deep.equal(ofCy.map(({ version }) => version));
      }
    });

    it(`[MK4] the first marks of a session, made at both at once, are all heard at both (${wire})`, async () => {
      const made = await newClass(a);
      const { classId, ada, bo, cy, di } = made;
      for (let round = 0; round < 10; round++) {
        await begin(a, made);
        // Nobody of the class was at either before: both begin to follow it now.
        const raws = [await door.enter(wire, a, ada), await door.enter(wire, b, bo)];
        const students = [cy, di];
        await Promise.all(
          raws.flatMap((raw, n) =>
            upTo(3).map(() => marker(raw, classId)(students[n]?.id ?? '', word(round))),
          ),
        );
        for (const raw of raws) {
          await raw.next('ATTENDANCE_MARKED', ({ version }) => version === 6);
          expect(versions(raw, classId)).to.deep.equal(upTo(6));
        }
        for (const raw of raws) raw.close();
        await Promise.all(raws.map(({ closed }) => closed));
        expect((await call(a.url, 'POST', '/attendance/start', ada.token, { classId })).status).to.equal(200);
        const { data } = await call(
          b.url,
          'GET',
          `/api/v1/sessions?classId=${classId}&state=live`,
          ada.token,
        );
        const [live] = (data as { items: { id: string }[] }).items;
        expect((await call(b.url, 'POST', `/api/v1/sessions/${live?.id}/cancel`, ada.token)).status).to.equal(
          200,
        );
      }
    });

    it(`[DN3] DONE at both at once: one result for both callers, one DONE for each client (${wire})`, async () => {
      for (let round = 0; round < 3; round++) {
        const { classId, session, ada, bo, cy, di } = await liveClass(a);
        const callers = [await door.enter(wire, a, ada), await door.enter(wire, b, bo)] as const;
        const listeners = [await door.enter(wire, a, cy), await door.enter(wire, b, di)] as const;
        await marker(callers[0], classId)(cy.id, 'late');
        const done = await Promise.all(callers.map((raw) => raw.ask('DONE', { classId })));
        const result = good(done[0] ?? { success: false });
        expect(good(done[1] ?? { success: false })).to.deep.equal(result);
        expect(result).to.include({ late: 1, absent: 2, total: 3, sessionId: session.id });
        const everyone = [...callers, ...listeners];
        await Promise.all(everyone.map((raw) => raw.next('DONE')));
        // Behind the bell of the next session there may be no second one.
        const next = await call(b.url, 'POST', '/attendance/start', ada.token, { classId });
        expect(next.status).to.equal(200);
        for (const raw of callers) {
          good(await raw.ask('TODAY_SUMMARY', { classId }));
        }
        for (const raw of everyone) {
          await raw.next('TODAY_SUMMARY');
          expect(said(raw, 'DONE')).to.deep.equal([result]);
        }
        expect(
          await a.connection.collection('records').countDocuments({ sessionId: oid(session.id) }),
        ).to.equal(3);
      }
    });

    it(`[AU1] summaries, counts and session events cross from one to the other (${wire})`, async () => {
      const made = await newClass(a);
      const { classId, ada, bo, cy, di } = made;
      const one = await door.enter(wire, a, ada);
      const [viewer, own] = [await door.enter(wire, b, bo), await door.enter(wire, b, cy)];
      const quiet = await door.enter(wire, b, di);
      for (const raw of [viewer, own]) good(await raw.ask('SYNC', { classId }));
      const session = good(await one.ask('SESSION_START', { classId }));
      for (const raw of [viewer, own]) expect(await raw.next('SESSION_STARTED')).to.deep.equal(session);
      await marker(one, classId)(di.id, 'late');
      for (const raw of [viewer, own])
        expect(await raw.next('COUNTS')).to.include({ classId, version: 1, late: 1, unmarked: 2 });
      const summary = good(await one.ask('TODAY_SUMMARY', { classId }));
      for (const raw of [viewer, own, quiet]) expect(await raw.next('TODAY_SUMMARY')).to.deep.equal(summary);
      const cancel = `/api/v1/sessions/${session.id}/cancel`;
      expect((await call(a.url, 'POST', cancel, ada.token)).status).to.equal(200);
      for (const raw of [viewer, own])
        expect(await raw.next('SESSION_CLOSED')).to.include({ id: session.id, state: 'cancelled' });
      good(await one.ask('SESSION_START', { classId }));
      const done = good(await one.ask('DONE', { classId }));
      for (const raw of [viewer, own, quiet]) expect(await raw.next('DONE')).to.deep.equal(done);
      expect(quiet.heard.map(({ event }) => event)).to.deep.equal([
        'ATTENDANCE_MARKED',
        'TODAY_SUMMARY',
        'DONE',
      ]);
    });

    it(`[MK3][SE1] a retry at the other hub is answered as the first try was (${wire})`, async () => {
      const made = await newClass(a);
      const { classId, ada, bo, cy } = made;
      const starts = await Promise.all(
        [a, b].map(({ url }) => call(url, 'POST', '/api/v1/sessions', ada.token, { classId })),
      );
      expect(starts.map(({ status }) => status).sort()).to.deep.equal([201, 409]);
      const [one, two] = [await door.enter(wire, a, ada), await door.enter(wire, b, ada)];
      const viewer = await door.enter(wire, b, bo);
      const tries = await Promise.all(
        [one, two, one, two].map((raw) => marker(raw, classId)(cy.id, 'late', { opId: 'once' })),
      );
      expect(new Set(tries.map(({ version }) => version))).to.deep.equal(new Set([1]));
      await marker(one, classId)(cy.id, 'present', { opId: 'twice' });
      await viewer.next('ATTENDANCE_MARKED', ({ version }) => version === 2);
      expect(versions(viewer, classId)).to.deep.equal([1, 2]);
    });

    it(`[AU2][AU3][MK4] what was said while a hub was cut off from the others is made good (${wire})`, async () => {
      const { classId, ada, bo, cy, di } = await liveClass(a);
      const taught = await newClass(a);
      expect((await coTeachers(a, taught, { add: bo })).status).to.equal(200);
      const one = await door.enter(wire, a, ada);
      const other = await door.enter(wire, b, ada);
      const leaver = await door.enter(wire, b, bo);
      const gone = await door.enter(wire, b, di);
      await marker(one, classId)(cy.id, 'late');
      // As if the news of it had been lost: only the database knows.
      await createClasses(a.connection).removeCoTeacher(classId, bo.id);
      const claims = JSON.parse(Buffer.from(di.token.split('.')[1] ?? '', 'base64url').toString()) as {
        sid: LoginId;
      };
      await createLogins(a.connection).end(claims.sid, new Date());
      const direct = new Redis(redis.url);
      await direct.call('CLIENT', 'KILL', 'TYPE', 'PUBSUB');
      await direct.quit();
      await Promise.all(upTo(20).map((n) => marker(one, classId)(cy.id, word(n))));
      expect(await gone.closed).to.equal(wire === 'plain' ? 4401 : 'io server disconnect');
      await other.next('ATTENDANCE_MARKED', ({ version }) => version === 21);
      expect(versions(other, classId)).to.deep.equal(upTo(21));
      expect(await leaver.ask('SYNC', { classId })).to.include({ code: 'NOT_CLASS_TEACHER' });
      const before = versions(leaver, classId).length;
      await marker(one, classId)(cy.id, 'late');
      await other.next('ATTENDANCE_MARKED', ({ version }) => version === 22);
      good(await leaver.ask('SYNC', { classId: taught.classId }));
      expect(versions(leaver, classId)).to.have.length(before);
    });

    it(`[MK1][MK3][SY1] a hub closes and its clients carry on at the other, no mark lost or doubled (${wire})`, async function () {
      this.timeout(60_000);
      const third = await start(a.mongoUrl);
      let stopped = false;
      const clients: ReturnType<typeof createClient>[] = [];
      try {
        const { classId, session, ada, bo, cy, di, ed } = await liveClass(a);
        /** As behind a balancer: to the third hub while it lets anybody in, else to the first. */
        let down = false;
        const over = (way: Wire, url: string): Transport =>
          way === 'plain' ? plainTransport({ WebSocket, url }) : socketIoTransport({ io, url });
        const balanced = (): Transport => {
          const ways = [over(wire, third.url), over(wire, a.url)] as const;
          return {
            name: ways[0].name,
            open: (token, on, timers) => ways[down ? 1 : 0].open(token, on, timers),
          };
        };
        const join = async ({ token }: { token: string }) => {
          const client = createClient({
            transport: balanced(),
            token,
            onState: (state) => {
              if (state === 'waiting') down = true;
            },
          });
          clients.push(client);
          await client.connect();
          return client;
        };
        const markers = [await join(ada), await join(bo)] as const;
        const own = (await join(cy)).watch(classId);
        const views = markers.map((client) => client.watch(classId));
        await Promise.all([...views, own].map((view) => view.until(({ state }) => state === 'live')));
        const listener = await door.enter(wire, a, ada);
        expect(timesIn(ada.token).expiresAt).to.be.greaterThan(Date.now());

        const students = [cy.id, di.id, ed.id];
        const answers: Promise<{ version: number }>[] = [];
        const said = new Set<string>();
        let closing: Promise<void> | undefined;
        for (let n = 0; n < 120; n++) {
          const reason = `mark ${n}`;
          said.add(reason);
          const mark = { classId, studentId: students[n % 3] ?? cy.id, status: word(n), reason };
          answers.push(markers[n % 2 === 0 ? 0 : 1].mark(mark));
          if (n % 10 === 9) await Promise.race(answers.slice(-5));
          if (n === 60) {
            stopped = true;
            closing = third.stop();
          }
        }
        const marked = await Promise.all(answers);
        await closing;
        expect(marked.map(({ version }) => version).sort((x, y) => x - y)).to.deep.equal(upTo(120));
        expect(markers.map(({ reconnects }) => reconnects > 0)).to.deep.equal([true, true]);
        // The one who was at the other hub all the time heard each of them once.
        await listener.next('ATTENDANCE_MARKED', ({ version }) => version === 120);
        expect(versions(listener, classId)).to.deep.equal(upTo(120));
        expect(new Set(listener.heard.map(({ data }) => data.reason))).to.deep.equal(said);
        await Promise.all(views.map((view) => view.until(({ version }) => version === 120)));
        const rowsOf = (view: (typeof views)[number]) =>
          [...view.entries.values()].map(({ studentId, status }) => `${studentId} ${status}`).sort();
        const [left, right] = views;
        if (!left || !right) throw new Error('nobody looks');
        expect(rowsOf(left)).to.deep.equal(rowsOf(right));
        await own.until(({ entries }) => entries.get(cy.id)?.status === left.entries.get(cy.id)?.status);
        const done = await markers[0].done({ classId });
        expect(done.sessionId).to.equal(session.id);
        const records = await a.connection
          .collection('records')
          .find({ sessionId: oid(session.id) })
          .toArray();
        expect(
          records.map(({ studentId, status }) => `${studentId.toHexString()} ${status}`).sort(),
        ).to.deep.equal(rowsOf(left));
        const kept = records.flatMap(({ reason, history }) => [
          reason,
          ...history.map((line: { reason: string }) => line.reason),
        ]);
        expect(kept.sort()).to.deep.equal([...said].sort());
      } finally {
        await Promise.all(clients.map((client) => client.close()));
        if (!stopped) await third.stop();
      }
    });
  }
});
