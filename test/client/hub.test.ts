import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { breakable } from '../../scripts/breakable.ts';
import { createRest, createSchool, type Person, type Rest, type School } from '../../scripts/school.ts';
import { type Built, build } from '../../server/build.ts';
import { readConfig } from '../../server/config.ts';
import { createLog } from '../../server/kit/log.ts';
import {
  type ClassView,
  type Client,
  plainTransport,
  socketIoTransport,
  type Transport,
} from '../../shared/client/index.ts';
import { timesIn } from '../../shared/client/token.ts';
import { COMMANDS, EVENTS } from '../../shared/protocol/index.ts';
import type { Status } from '../../shared/status.ts';
import { freshDatabase } from '../support/engine.ts';
import { faultOf } from '../support/fault-of.ts';
import { WIRES, type Wire } from '../support/scratch-hub.ts';

describe('client and hub', () => {
  let dir: string;
  let built: Built;
  let url: string;
  let rest: Rest;
  let school: School;
  let teacher: Person;
  let coTeacher: Person;
  let students: Person[];
  let clients: Client[] = [];

  before(async function () {
    this.timeout(60_000);
    dir = await mkdtemp(join(tmpdir(), 'rollcall-client-'));
    const read = readConfig({
      MONGO_URL: await freshDatabase('client'),
      DATA_DIR: dir,
      LIMIT_SCALE: '100',
      // A machine that stands still for a second or two lets nobody's token end.
      ACCESS_TOKEN_TTL: '6',
    });
    if ('problems' in read) throw new Error(read.problems.join('\n'));
    built = await build(read.config, { log: createLog(process.env.TEST_LOG ?? 'silent') });
    built.http.listen(0, '127.0.0.1');
    await once(built.http, 'listening');
    url = `http://127.0.0.1:${(built.http.address() as AddressInfo).port}`;
    rest = createRest(url);
    school = createSchool(rest);
    [teacher, coTeacher] = (await school.people('teacher', ['Ada', 'Bo'])) as [Person, Person];
    students = await school.people('student', ['Cy', 'Di', 'Ed', 'Flo']);
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });
  after(async function () {
    this.timeout(60_000);
    await built?.close({ drainMs: 0 });
    await rm(dir, { recursive: true, force: true });
  });

  const transportOf = (wire: Wire): Transport =>
    wire === 'plain' ? plainTransport({ WebSocket, url }) : socketIoTransport({ io, url });
  const connect = async (
    person: Person,
    transport: Transport,
    options: Parameters<Person['client']>[1] = {},
  ): Promise<Client> => {
    const client = person.client(transport, options);
    clients.push(client);
    // Whatever the server says is as the contract declares it.
    client.heardAny((name, data) => {
      const shapes = EVENTS.filter((event) => event.name === name);
      expect(
        shapes.some((event) => event.data.safeParse(data).success),
        `${name} ${JSON.stringify(data)}`,
      ).to.equal(true);
    });
    await client.connect();
    return client;
  };
  const openClass = async (visibility: 'private' | 'open' = 'private') => {
    const [cy, di, ed] = students;
    const roster = [cy, di, ed] as [Person, Person, Person];
    const className = `Class ${Math.random()}`;
    const made = { className, teacher, coTeachers: [coTeacher], students: roster, visibility };
    return { classId: await school.class(made), roster };
  };
  const statuses = (view: ClassView) =>
    Object.fromEntries([...view.entries].map(([id, { status }]) => [id, status]));

  for (const [i, wire] of WIRES.entries())
    describe(`over ${wire}`, () => {
      const other = WIRES[1 - i] ?? 'plain';

      it('[AU1][SY1][MK5] marks, corrections, a break and DONE: everyone sees what they may, and the same', async () => {
        const { classId, roster } = await openClass();
        const [cy, di] = roster;
        const { transport, cut } = breakable(transportOf(wire));
        const ada = await connect(teacher, transport);
        const bo = await connect(coTeacher, transportOf(other));
        const session = await ada.call('SESSION_START', { classId });
        const own = await connect(cy, transportOf(wire));
        const views = [ada, bo].map((client) => client.watch(classId));
        const mine = own.watch(classId);
        await Promise.all([...views, mine].map((view) => view.until(({ state }) => state === 'live')));
        expect([...(views[0]?.roster ?? [])]).to.have.members(roster.map(({ id }) => id));

        const marks: Promise<{ version: number }>[] = [];
        const words: Status[] = ['present', 'late', 'absent', 'excused', 'partial'];
        for (let n = 0; n < 60; n++) {
          const { id: studentId } = roster[n % 3] ?? cy;
          const status = words[n % 5] ?? 'late';
          marks.push((n % 2 === 0 ? ada : bo).mark({ classId, studentId, status, reason: `mark ${n}` }));
          if (n % 20 === 10) {
            await Promise.race(marks.slice(-5));
            cut();
          }
        }
        const answers = await Promise.all(marks);
        expect(new Set(answers.map(({ version }) => version)).size).to.equal(60);
        expect(ada.reconnects).to.be.greaterThan(0);
        await Promise.all(views.map((view) => view.until(({ version }) => version === 60)));
        const [one, two] = views.map(statuses);
        expect(one).to.deep.equal(two);
        expect(views[0]?.counts).to.deep.equal(views[1]?.counts);
        await mine.until(({ entries }) => entries.get(cy.id)?.status === one?.[cy.id]);
        expect([...mine.entries.keys()]).to.deep.equal([cy.id]);
        expect(mine.entries.get(cy.id)).to.not.have.any.keys('by', 'reason');
        expect(mine.roster).to.equal(undefined);

        const [done] = await Promise.all([ada.done({ classId }), bo.done({ classId })]);
        expect(COMMANDS.DONE.reply.parse(done).sessionId).to.equal(session.id);
        await Promise.all([...views, mine].map((view) => view.until(({ state }) => state === 'closed')));
        expect(mine.counts?.enrolled).to.equal(3);
        const late = await faultOf(ada.mark({ classId, studentId: di.id, status: 'late' }));
        expect(late.code).to.equal('NO_ACTIVE_SESSION');
      });

      it('[AU1] shows all to everyone in an open class', async () => {
        const { classId, roster } = await openClass('open');
        const [cy, di] = roster;
        const ada = await connect(teacher, transportOf(other));
        await ada.call('SESSION_START', { classId });
        const own = (await connect(cy, transportOf(wire))).watch(classId);
        await own.until(({ state }) => state === 'live');
        await ada.mark({ classId, studentId: di.id, status: 'late', reason: 'bus' });
        await own.until(({ entries }) => entries.get(di.id)?.status === 'late');
        expect(own.entries.get(di.id)).to.not.have.any.keys('by', 'reason');
        await ada.done({ classId });
      });

      it('[SY1] follows the roster while the class runs', async () => {
        const { classId, roster } = await openClass();
        const [, di] = roster;
        const flo = students[3] as Person;
        const ada = await connect(teacher, transportOf(wire));
        await ada.call('SESSION_START', { classId });
        const view = ada.watch(classId);
        await view.until(({ state }) => state === 'live');
        await ada.mark({ classId, studentId: di.id, status: 'late' });
        const token = await teacher.token();
        await rest('POST', `/api/v1/classes/${classId}/students`, { token, body: { studentId: flo.id } });
        await view.until(({ roster: now }) => now?.has(flo.id) === true);
        expect(view.counts?.enrolled).to.equal(4);
        await ada.mark({ classId, studentId: flo.id, status: 'present' });
        await view.until(({ counts }) => counts?.present === 1 && counts.unmarked === 2);
        await ada.done({ classId });
      });

      it('[AU4] hears nothing of a class that it has sent no SYNC for but what the first system told', async () => {
        const { classId, roster } = await openClass();
        const [cy] = roster;
        const own = await connect(cy, transportOf(wire));
        const heard: string[] = [];
        own.heardAny((name) => heard.push(name));
        const ada = await connect(teacher, transportOf(wire));
        await ada.call('SESSION_START', { classId });
        await ada.mark({ classId, studentId: cy.id, status: 'late' });
        const over = own.next('DONE', ({ classId: of }) => of === classId);
        await ada.done({ classId });
        await over;
        expect(heard).to.deep.equal(['ATTENDANCE_MARKED', 'DONE']);
      });

      it('[TC5] stays connected beyond its token’s life', async () => {
        let outlived = () => {};
        const longAfter = new Promise<void>((resolve) => {
          outlived = resolve;
        });
        let firstEnds = Number.POSITIVE_INFINITY;
        const states: string[] = [];
        const ada = await connect(teacher, transportOf(wire), {
          token: async () => {
            const token = await teacher.token();
            firstEnds = Math.min(firstEnds, timesIn(token).expiresAt ?? 0);
            // The hub looks for ended tokens once a second.
            if (Date.now() > firstEnds + 1_500) outlived();
            return token;
          },
          onState: (state) => states.push(state),
        });
        await longAfter;
        expect(states).to.deep.equal(['connecting', 'connected']);
        expect((await faultOf(ada.call('SYNC', { classId: '0'.repeat(24) }))).code).to.equal(
          'NOT_CLASS_TEACHER',
        );
      });

      it('[AU3] is signed out by a log-out, and by a token that is none', async () => {
        const leaver = await school.person('student', `Leaver ${wire}`);
        let signedOut = () => {};
        const out = new Promise<void>((resolve) => {
          signedOut = resolve;
        });
        const token = await leaver.token();
        await connect(leaver, transportOf(wire), {
          token: () => token,
          onState: (state) => state === 'signed-out' && signedOut(),
        });
        await rest('POST', '/api/v1/auth/logout', { token });
        await out;
        const stranger = leaver.client(transportOf(wire), { token: 'no token' });
        clients.push(stranger);
        expect((await faultOf(stranger.connect())).message).to.equal('Unauthorized or invalid token');
      });
    });
});
