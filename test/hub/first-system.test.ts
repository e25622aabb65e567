import { once } from 'node:events';
import { expect } from 'chai';
import WebSocket from 'ws';
import { call, MODES, startHub, type TestHub, WIRES } from '../support/hub.ts';
import { begin, createDoor, good, liveClass, names, newClass } from '../support/live-class.ts';

type Frame = { event: string; data: Record<string, unknown> };

/** A client as it was written for the first system: whatever frame comes next is the answer to its last request. */
const firstSystemClient = async (url: string, token: string) => {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws?token=${token}`);
  const frames: string[] = [];
  let arrived = () => {};
  ws.on('message', (text) => {
    frames.push(String(text));
    arrived();
  });
  await once(ws, 'open');
  const next = async (): Promise<Frame> => {
    for (;;) {
      const text = frames.shift();
      if (text !== undefined) {
        expect(Object.keys(JSON.parse(text))).to.deep.equal(['event', 'data']);
        return JSON.parse(text) as Frame;
      }
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  const send = (what: unknown) => ws.send(typeof what === 'string' ? what : JSON.stringify(what));
  return {
    send,
    next,
    async request(what: unknown): Promise<Frame> {
      send(what);
      return await next();
    },
    close: () => ws.close(),
  };
};
type FirstSystemClient = Awaited<ReturnType<typeof firstSystemClient>>;

const error = (message: string, code: string) => ({ event: 'ERROR', data: { message, code } });
const UNKNOWN = error('Unknown event', 'UNKNOWN_EVENT');

for (const mode of MODES)
  describe(`the first system's clients (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    const clients: FirstSystemClient[] = [];
    before(async () => {
      hub = await startHub({ mode });
    });
    afterEach(() => {
      door.closeAll();
      for (const client of clients.splice(0)) client.close();
    });
    after(() => hub.stop());

    /** Everything as those clients do it: sign-up, log-in and class over the root paths. */
    const school = async () => {
      const rest = async (path: string, body: unknown, token?: string) => {
        const { data, error: why } = await call(hub.url, 'POST', path, token, body);
        expect(why).to.equal(undefined);
        return data as Record<string, string>;
      };
      const sign = async (name: string, role: string) => {
        const account = { email: `${name}-${Math.random()}@example.org`, password: 'secret word' };
        const { _id: id = '' } = await rest('/auth/signup', { name, role, ...account });
        const { token = '' } = await rest('/auth/login', account);
        return { id, token };
      };
      const [teacher, one, two] = await Promise.all([
        sign('Ada', 'teacher'),
        sign('Cy', 'student'),
        sign('Di', 'student'),
      ]);
      const { _id: classId = '' } = await rest('/class', { className: 'Geography' }, teacher.token);
      for (const { id } of [one, two])
        await rest(`/class/${classId}/add-student`, { studentId: id }, teacher.token);
      return { teacher, one, two, classId, rest };
    };
    const connect = async ({ token }: { token: string }) => {
      const client = await firstSystemClient(hub.url, token);
      clients.push(client);
      return client;
    };

    for (const visibility of ['private', 'open'] as const)
      it(`[AU4] a whole session in a class that is ${visibility}, each next frame being the answer to the last request`, async () => {
        const { teacher, one, two, classId, rest } = await school();
        if (visibility === 'open')
          await call(hub.url, 'PATCH', `/api/v1/classes/${classId}`, teacher.token, { visibility });
        const [t, s, q] = [await connect(teacher), await connect(one), await connect(two)] as const;
        const noSession = error('No active attendance session', 'NO_ACTIVE_SESSION');
        const teachersOnly = error('Forbidden, teacher event only', 'TEACHER_EVENT_ONLY');
        const studentsOnly = error('Forbidden, student event only', 'STUDENT_EVENT_ONLY');
        const malformed = error('Invalid message format', 'INVALID_MESSAGE');
        const mark = (studentId: string, status: string) => ({
          event: 'ATTENDANCE_MARKED',
          data: { studentId, status },
        });

        // Before the start: the role is looked at before the session.
        expect(await s.request({ event: 'DONE' })).to.deep.equal(teachersOnly);
        expect(await s.request({ event: 'MY_ATTENDANCE' })).to.deep.equal(noSession);
        expect(await t.request({ event: 'MY_ATTENDANCE', data: {} })).to.deep.equal(studentsOnly);
        expect(await t.request(mark(one.id, 'present'))).to.deep.equal(noSession);
        expect(await t.request({ event: 'TODAY_SUMMARY', data: {} })).to.deep.equal(noSession);
        expect(await t.request({ event: 'DONE', data: {} })).to.deep.equal(noSession);
        expect(await q.request({ event: 'NO_SUCH' })).to.deep.equal(UNKNOWN);
        expect(await q.request('hello')).to.deep.equal(malformed);
        expect(await q.request('[]')).to.deep.equal(malformed);
        await rest('/attendance/start', { classId }, teacher.token);

        const first = await t.request(mark(one.id, 'present'));
        expect(first.event).to.equal('ATTENDANCE_MARKED');
        expect(first.data).to.include({ studentId: one.id, status: 'present' });
        const own = await s.next();
        expect(own.event).to.equal('ATTENDANCE_MARKED');
        expect(own.data).to.include({ studentId: one.id, status: 'present' });
        if (visibility === 'open') expect((await q.next()).data).to.include({ studentId: one.id });
        expect(await s.request({ event: 'MY_ATTENDANCE', data: {} })).to.deep.equal({
          event: 'MY_ATTENDANCE',
          data: { status: 'present' },
        });
        expect(await q.request({ event: 'MY_ATTENDANCE', data: {} })).to.deep.equal({
          event: 'MY_ATTENDANCE',
          data: { status: 'not yet updated' },
        });
        const bad = await t.request({ event: 'ATTENDANCE_MARKED', data: { studentId: one.id } });
        expect(bad).to.deep.equal(malformed);

        const summary = await t.request({ event: 'TODAY_SUMMARY', data: {} });
        expect(summary.event).to.equal('TODAY_SUMMARY');
        expect(summary.data).to.include({ present: 1, absent: 0, total: 1 });
        for (const client of [s, q]) expect(await client.next()).to.deep.equal(summary);
        expect(await s.request({ event: 'TODAY_SUMMARY', data: {} })).to.deep.equal(teachersOnly);
        expect(await s.request(mark(one.id, 'present'))).to.deep.equal(teachersOnly);

        const done = await t.request({ event: 'DONE', data: {} });
        expect(done.event).to.equal('DONE');
        expect(done.data).to.include({ message: 'Attendance persisted', present: 1, absent: 1, total: 2 });
        for (const client of [s, q]) expect(await client.next()).to.deep.equal(done);
        expect(await t.request(mark(two.id, 'present'))).to.deep.equal(noSession);
        expect(await s.request({ event: 'MY_ATTENDANCE', data: {} })).to.deep.equal(noSession);
        // Nothing else was ever said to anyone.
        for (const client of [t, s, q]) expect(await client.request({ event: 'END' })).to.deep.equal(UNKNOWN);
      });

    it('[WS5][AU4] what is sent without waiting is answered in the order in which it was sent', async () => {
      const { teacher, one, two, classId, rest } = await school();
      await rest('/attendance/start', { classId }, teacher.token);
      for (let round = 0; round < 5; round++) {
        const [t, s] = [await connect(teacher), await connect(one)] as const;
        // No frame has been heard yet, and perhaps not even the token been looked at.
        for (const [studentId, status] of [
          [one.id, 'present'],
          [one.id, 'absent'],
          [two.id, 'present'],
        ])
          t.send({ event: 'ATTENDANCE_MARKED', data: { studentId, status } });
        t.send({ event: 'TODAY_SUMMARY' });
        t.send('nonsense');
        t.send({ event: 'ATTENDANCE_MARKED', data: { studentId: two.id, status: 'absent' } });
        t.send({ event: 'NO_SUCH' });
        t.send({ event: 'TODAY_SUMMARY' });
        const said: string[] = [];
        for (let n = 0; n < 8; n++) {
          const { event, data } = await t.next();
          const { studentId, status, present, absent, code } = data;
          if (event === 'ATTENDANCE_MARKED') said.push(`${studentId === one.id ? 'one' : 'two'} ${status}`);
          else if (event === 'TODAY_SUMMARY') said.push(`${present} present, ${absent} absent`);
          else said.push(String(code));
        }
        expect(said).to.deep.equal([
          'one present',
          'one absent',
          'two present',
          '1 present, 1 absent',
          'INVALID_MESSAGE',
          'two absent',
          'UNKNOWN_EVENT',
          '0 present, 2 absent',
        ]);
        s.send({ event: 'MY_ATTENDANCE' });
        s.close();
        t.close();
      }
      const t = await connect(teacher);
      t.send({ event: 'ATTENDANCE_MARKED', data: { studentId: two.id, status: 'present' } });
      t.send({ event: 'DONE' });
      expect((await t.next()).event).to.equal('ATTENDANCE_MARKED');
      expect((await t.next()).data).to.include({ present: 1, absent: 1, total: 2 });
    });

    for (const wire of WIRES)
      it(`[AU4] without SYNC nothing is heard unasked (${wire})`, async () => {
        const made = await newClass(hub);
        const { classId, ada, bo, cy, di } = made;
        const raws = await Promise.all([ada, bo, cy, di].map((person) => door.enter(wire, hub, person)));
        const [one, , own, other] = raws;
        if (!one || !own || !other) throw new Error('nobody there');
        const synced = await door.enter(wire, hub, bo);
        good(await synced.ask('SYNC', { classId }));
        const { id } = await begin(hub, made);
        good(await one.ask('ATTENDANCE_MARKED', { classId, studentId: cy.id, status: 'late' }));
        await synced.next('COUNTS');
        await call(hub.url, 'POST', `/api/v1/sessions/${id}/cancel`, ada.token);
        await synced.next('SESSION_CLOSED');
        good(await one.ask('SESSION_START', { classId }));
        good(await one.ask('ATTENDANCE_MARKED', { classId, studentId: cy.id, status: 'present' }));
        await synced.next('COUNTS', ({ present }) => present === 1);
        good(await one.ask('DONE', { classId }));
        await synced.next('SESSION_CLOSED', (data) => data.id !== id);
        await Promise.all(raws.map((raw) => raw.next('DONE')));
        for (const raw of raws)
          expect(names(raw)).to.deep.equal(
            raw === other ? ['DONE'] : ['ATTENDANCE_MARKED', 'ATTENDANCE_MARKED', 'DONE'],
          );
        expect(names(synced)).to.include.members(['SESSION_STARTED', 'SESSION_CLOSED', 'COUNTS']);

        // SYNC is for one class: the others stay as they were.
        const second = await liveClass(hub);
        await call(hub.url, 'POST', `/api/v1/classes/${second.classId}/co-teachers`, second.ada.token, {
          userId: bo.id,
        });
        const mark = { classId: second.classId, studentId: second.cy.id, status: 'late' };
        good(await synced.ask('ATTENDANCE_MARKED', mark));
        good(await synced.ask('DONE', { classId: second.classId }));
        await synced.next('DONE', (data) => data.classId === second.classId);
        const ofSecond = synced.heard.filter(({ data }) => data.classId === second.classId);
        expect(ofSecond.map(({ event }) => event)).to.deep.equal(['ATTENDANCE_MARKED', 'DONE']);
      });
  });
