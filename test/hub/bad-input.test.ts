import { expect } from 'chai';
import WebSocket from 'ws';
import { type Answer, connectRaw, MODES, type Raw, startHub, type TestHub, WIRES } from '../support/hub.ts';
import {
  begin,
  createDoor,
  good,
  liveClass,
  newClass,
  refused,
  said,
  seated,
} from '../support/live-class.ts';

const UNKNOWN = refused('Unknown event', 'UNKNOWN_EVENT');
const TEACHERS = refused('Forbidden, teacher event only', 'TEACHER_EVENT_ONLY');
const STUDENTS = refused('Forbidden, student event only', 'STUDENT_EVENT_ONLY');
const LIMITED = refused('Too many requests, slow down', 'RATE_LIMITED');
const NOBODY = '0123456789abcdef01234567';
const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

for (const mode of MODES)
  describe(`bad input (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode });
    });
    afterEach(() => door.closeAll());
    after(() => hub.stop());

    const untouched = async (raw: Raw, classId: string) =>
      expect(good(await raw.ask('SYNC', { classId }))).to.deep.include({ version: 0, entries: [] });

    for (const wire of WIRES)
      describe(`over ${wire}`, () => {
        it('[WS1] an unknown event is an error, whatever its name means elsewhere', async () => {
          const one = await door.enter(wire, hub, await hub.school.person('teacher'));
          const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener'];
          const unknown = [
            'NO_SUCH',
            'attendance_marked',
            ' DONE',
            'error',
            'message',
            'end',
            'data',
            'close',
          ];
          const others = ['ERROR', 'ACK', 'COUNTS', 'RESYNC', 'rollcall:tell', 'rollcall:presence'];
          const inherited = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];
          // The Socket.IO client refuses to send its reserved names; see below for a client that does not.
          const all = [...unknown, ...others, ...inherited, ...(wire === 'plain' ? reserved : [])];
          for (const name of all) expect(await one.ask(name, {}), name).to.deep.equal(UNKNOWN);
          for (const name of all) one.tell(name, {});
          await seated(one);
          expect(said(one, 'ERROR')).to.deep.equal(
            all.map(() => ({ message: 'Unknown event', code: 'UNKNOWN_EVENT' })),
          );
        });

        it('[WS1] data of the wrong shape is an error that says where, and changes nothing', async () => {
          const { classId, ada, cy } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, cy);
          const mark = { classId, studentId: cy.id, status: 'late' };
          const cases: [Raw, string, unknown][] = [
            ...[[], [mark], 5, 'x', true, {}, { studentId: cy.id }, { status: 'late' }].map(
              (data): [Raw, string, unknown] => [one, 'ATTENDANCE_MARKED', data],
            ),
            ...[
              { status: 'LATE' },
              { status: ['late'] },
              { status: null },
              { studentId: { $ne: null } },
              { studentId: 5 },
              { studentId: cy.id.toUpperCase().replace(/^./, 'Z') },
              { studentId: `${cy.id} ` },
              { classId: { $gt: '' } },
              { classId: '' },
              { sessionId: 'x' },
              { opId: '' },
              { opId: 'o'.repeat(65) },
              { opId: 7 },
              { reason: '' },
              { reason: 'r'.repeat(501) },
              { source: 'system' },
              { by: cy.id },
              { role: 'admin' },
              { constructor: { prototype: { admin: true } } },
              JSON.parse('{"__proto__":{"status":"present"}}') as object,
            ].map((data): [Raw, string, unknown] => [
              one,
              'ATTENDANCE_MARKED',
              // Not by spreading, which would lose a key named __proto__.
              JSON.parse(`${JSON.stringify(mark).slice(0, -1)},${JSON.stringify(data).slice(1)}`),
            ]),
            [one, 'TODAY_SUMMARY', { classId, extra: 1 }],
            [one, 'TODAY_SUMMARY', []],
            [one, 'DONE', { classId: 5 }],
            [one, 'DONE', 'now'],
            [one, 'SESSION_START', {}],
            [one, 'SESSION_START', { classId, minutes: 0 }],
            [one, 'SESSION_START', { classId, minutes: '5' }],
            [one, 'SYNC', {}],
            [one, 'SYNC', { classId, version: -1 }],
            [one, 'SYNC', { classId, version: 1.5 }],
            [one, 'SYNC', { classId, epoch: 5, version: 1 }],
            [one, 'SYNC', { classId, epoch: 'e'.repeat(65), version: 1 }],
            [own, 'MY_ATTENDANCE', { classId, studentId: cy.id }],
            [own, 'MY_ATTENDANCE', 0],
            [own, 'RENEW', {}],
            [own, 'RENEW', { token: '' }],
          ];
          for (const [raw, name, data] of cases) {
            const { details, ...rest } = (await raw.ask(name, data)) as Answer;
            expect(rest, `${name} ${JSON.stringify(data)}`).to.deep.equal(
              refused('Invalid message format', 'INVALID_MESSAGE'),
            );
            expect(details).to.be.an('array').that.is.not.empty;
          }
          await untouched(one, classId);
          expect(({} as { admin?: unknown }).admin).to.equal(undefined);
        });

        it('[WS1] the role is looked at first: before the data, and before any session', async () => {
          const teacher = await door.enter(wire, hub, await hub.school.person('teacher'));
          const student = await door.enter(wire, hub, await hub.school.person('student'));
          for (const name of ['ATTENDANCE_MARKED', 'TODAY_SUMMARY', 'DONE', 'SESSION_START'])
            for (const data of [{}, { classId: NOBODY }, 'rubbish', { studentId: NOBODY, status: 'present' }])
              expect(await student.ask(name, data), name).to.deep.equal(TEACHERS);
          for (const data of [{}, { classId: NOBODY }, 'rubbish'])
            expect(await teacher.ask('MY_ATTENDANCE', data)).to.deep.equal(STUDENTS);
        });

        it('[SE2] ids of classes and sessions that are not theirs reach nothing', async () => {
          const mine = await liveClass(hub);
          const other = await liveClass(hub);
          const { classId } = mine;
          const one = await door.enter(wire, hub, mine.ada);
          const own = await door.enter(wire, hub, mine.cy);
          const theirs = await door.enter(wire, hub, other.ada);
          const notTeacher = refused('Forbidden, not class teacher', 'NOT_CLASS_TEACHER');
          const notEnrolled = refused('Forbidden, not enrolled in class', 'NOT_ENROLLED');
          for (const foreign of [other.classId, NOBODY]) {
            const mark = { classId: foreign, studentId: other.cy.id, status: 'late' };
            expect(await one.ask('ATTENDANCE_MARKED', mark)).to.deep.equal(notTeacher);
            for (const name of ['TODAY_SUMMARY', 'DONE', 'SYNC'])
              expect(await one.ask(name, { classId: foreign }), name).to.deep.equal(notTeacher);
            for (const name of ['MY_ATTENDANCE', 'SYNC'])
              expect(await own.ask(name, { classId: foreign }), name).to.deep.equal(notEnrolled);
          }
          expect(await one.ask('SESSION_START', { classId: other.classId })).to.deep.equal(notTeacher);
          expect(await one.ask('SESSION_START', { classId: NOBODY })).to.deep.equal(
            refused('Class not found', 'CLASS_NOT_FOUND'),
          );
          const changed = refused(
            'That session is over; another one is live in this class',
            'SESSION_CHANGED',
          );
          for (const sessionId of [other.session.id, NOBODY])
            expect(await one.ask('DONE', { classId, sessionId })).to.deep.equal(changed);
          const stranger = { classId, studentId: other.cy.id, status: 'late' };
          expect(await one.ask('ATTENDANCE_MARKED', stranger)).to.include({ code: 'STUDENT_NOT_ON_ROSTER' });
          await untouched(one, classId);
          await untouched(theirs, other.classId);
        });

        it('[WS1] where no session is live every request says so, and the connection stays', async () => {
          const { classId, ada, cy } = await newClass(hub);
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, cy);
          const none = refused('No active attendance session', 'NO_ACTIVE_SESSION');
          for (const data of [{}, { classId }]) {
            const mark = { ...data, studentId: cy.id, status: 'late' };
            expect(await one.ask('ATTENDANCE_MARKED', mark)).to.deep.equal(none);
            for (const name of ['TODAY_SUMMARY', 'DONE'])
              expect(await one.ask(name, data), name).to.deep.equal(none);
            expect(await own.ask('MY_ATTENDANCE', data)).to.deep.equal(none);
          }
          expect(good(await own.ask('SYNC', { classId }))).to.deep.equal({ mode: 'none', classId });
        });

        it('[WS2] a message that is too large closes its connection, and no other', async () => {
          const { classId, ada, bo, cy } = await liveClass(hub);
          const [one, other] = [await door.enter(wire, hub, ada), await door.enter(wire, hub, bo)];
          const mark = { classId, studentId: cy.id, status: 'late' };
          const { details, ...fits } = await one.ask('ATTENDANCE_MARKED', {
            ...mark,
            reason: 'r'.repeat(65_000),
          });
          expect(details).to.have.length(1);
          expect(fits).to.deep.equal(refused('Invalid message format', 'INVALID_MESSAGE'));
          one.tell('ATTENDANCE_MARKED', { ...mark, reason: 'r'.repeat(65_536) });
          expect(await one.closed).to.equal(wire === 'plain' ? 1009 : 'transport close');
          await seated(other);
          await untouched(other, classId);
        });

        it('[WS1][WS4] 10,000 malformed messages: each is answered, and nobody else has to wait', async () => {
          const flooder = await door.enter(wire, hub, await hub.school.person('student'));
          const other = await door.enter(wire, hub, await hub.school.person('student'));
          const junk = ['{', 'null', '[]', '{"event":5}', '"x"', '{"event":"DONE","data":{},"what":1}', '\0'];
          const many = 10_000;
          for (let n = 0; n < many; n++) {
            if (flooder.ws) flooder.ws.send(junk[n % junk.length] ?? '');
            else flooder.tell(n % 2 === 0 ? '' : `no such ${n}`, junk);
            if (n % 500 === 0) await seated(other);
          }
          await seated(other);
          // The last answer, that of a request in the right form, comes behind all the others.
          const last = await flooder.ask('ARE_YOU_THERE');
          expect(last.success).to.equal(false);
          const errors = said(flooder, 'ERROR');
          expect(errors).to.have.length(many);
          const codes = new Set(errors.map(({ code }) => code));
          const usual = wire === 'plain' ? 'INVALID_MESSAGE' : 'UNKNOWN_EVENT';
          expect([...codes]).to.have.members([usual, 'RATE_LIMITED']);
          expect(await other.ask('SYNC', { classId: NOBODY })).to.include({ code: 'NOT_ENROLLED' });
        });

        it('[WS4] a flood of valid marks is limited for its own connection alone', async () => {
          const { classId, ada, bo, cy, di } = await liveClass(hub);
          const [flooder, other] = [await door.enter(wire, hub, ada), await door.enter(wire, hub, bo)];
          const mark = { classId, studentId: cy.id, status: 'late' };
          const answers = await Promise.all(
            Array.from({ length: 1_500 }, () => flooder.ask('ATTENDANCE_MARKED', mark)),
          );
          const limited = answers.filter(({ success }) => !success);
          expect(limited).to.not.be.empty;
          for (const answer of limited) expect(answer).to.deep.equal(LIMITED);
          const taken = answers.length - limited.length;
          expect(taken).to.be.at.least(1_000);
          const next = good(await other.ask('ATTENDANCE_MARKED', { ...mark, studentId: di.id }));
          expect(next.version).to.equal(taken + 1);
          // The limits are each connection's own.
          const again = await door.enter(wire, hub, ada);
          good(await again.ask('ATTENDANCE_MARKED', mark));
        });
      });

    it('[WS1] frames that are no messages get ERROR and keep the connection (plain)', async () => {
      const { classId, ada } = await liveClass(hub);
      const one = await door.enter('plain', hub, ada);
      const { ws } = one;
      if (!ws) throw new Error('no socket');
      const frames: (string | Buffer)[] = [
        ...['', ' ', '{', 'hello', 'null', 'true', '5', '"DONE"', '[]', '[{"event":"DONE"}]', '{}'],
        ...['{"event":5}', '{"event":null}', '{"event":""}', `{"event":"${'E'.repeat(65)}"}`],
        ...['{"data":{}}', '{"event":"DONE","id":{}}', '{"event":"DONE","id":null}'],
        ...[`{"event":"DONE","id":"${'i'.repeat(65)}"}`, '{"event":"DONE","data":{},"also":1}'],
        '{"event":"DONE","__proto__":{"data":1}}',
        // As deep as a frame has room for.
        `{"event":"DONE","data":${deep('[', ']', 32_000)}}`,
        `{"event":"DONE","data":${deep('{"a":', '}', 10_000)}}`,
        deep('[', ']', 32_000),
        Buffer.from(JSON.stringify({ event: 'DONE', data: { classId } })),
        Buffer.from([0xff, 0xfe, 0]),
        Buffer.alloc(0),
      ];
      for (const frame of frames) ws.send(frame, { binary: Buffer.isBuffer(frame) });
      await seated(one);
      expect(said(one, 'ERROR')).to.deep.equal(
        frames.map(() => ({ message: 'Invalid message format', code: 'INVALID_MESSAGE' })),
      );
      expect(one.heard).to.have.length(frames.length);
      // The ids of clients that count otherwise come back as they were.
      const answered = new Promise<unknown>((resolve) => {
        ws.on('message', (text) => {
          const { event, id } = JSON.parse(String(text)) as { event: string; id: unknown };
          if (event === 'ACK') resolve(id);
        });
      });
      ws.send(JSON.stringify({ event: 'TODAY_SUMMARY', data: { classId }, id: 'a"\\ name' }));
      expect(await answered).to.equal('a"\\ name');
      await untouched(one, classId);
    });

    it('[WS3] Socket.IO packets that its own client would not send end their connection at most', async () => {
      const made = await newClass(hub);
      const { classId, ada } = made;
      await begin(hub, made);
      const other = await door.enter('socketio', hub, ada);
      const packets = [
        ...[
          '42["disconnect"]',
          '42["connect",{}]',
          '42["newListener","x"]',
          '42["error",{}]',
          '42[]',
          '42{}',
        ],
        ...[
          '42',
          '42null',
          '42[null]',
          '42[{}]',
          '42[5]',
          '42["DONE"',
          '4',
          '49',
          '40',
          '41',
          '43[]',
          '431[]',
        ],
        ...[
          '42/other,["DONE"]',
          '40/other,{}',
          '451-["DONE",{"_placeholder":true,"num":0}]',
          '44{}',
          '7',
          '',
        ],
        ...[
          '42["__proto__",{}]',
          '4299999999999999999999["NO_SUCH"]',
          '42["DONE",{},{},{}]',
          `42["DONE",${deep('[', ']', 30_000)}]`,
        ],
      ];
      for (const packet of packets) {
        const ws = new WebSocket(`${hub.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
        const over = new Promise<void>((resolve) => ws.once('close', () => resolve()));
        const heard: string[] = [];
        await new Promise<void>((resolve) => {
          ws.on('message', (data) => {
            const text = String(data);
            heard.push(text);
            if (text.startsWith('0')) ws.send(`40${JSON.stringify({ token: ada.token })}`);
            if (text.startsWith('40')) {
              ws.send(packet);
              // Whoever is still there is answered.
              ws.send('427["ARE_YOU_THERE",{}]');
            }
            if (text.startsWith('437')) resolve();
          });
          void over.then(resolve);
        });
        expect(
          heard.filter((text) => text.includes('"success":true')),
          packet,
        ).to.deep.equal([]);
        ws.close();
        await over;
      }
      // One connection asks for one seat.
      const greedy = new WebSocket(`${hub.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      const seats: string[] = [];
      greedy.on('message', (data) => {
        const text = String(data);
        if (text.startsWith('0'))
          for (let n = 0; n < 50; n++) greedy.send(`40${JSON.stringify({ token: ada.token })}`);
        if (text.startsWith('40')) seats.push(text);
      });
      await new Promise((resolve) => greedy.once('close', resolve));
      expect(seats.length).to.be.at.most(1);
      await seated(other);
      await untouched(other, classId);
      const wellDressed = door.keep(await connectRaw('socketio', hub.url, { token: ada.token }));
      good(await wellDressed.ask('TODAY_SUMMARY', { classId }));
    });
  });
