import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect } from 'chai';
import WebSocket from 'ws';
import { MAX_FRAME_BYTES } from '../../shared/protocol/index.ts';
import { call, connectRaw, type Raw, startHub, type TestHub, WIRES } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';

describe('what a wire takes', () => {
  let hub: TestHub;
  let taught: SchoolClass;
  const open: Raw[] = [];
  const connect = async (wire: (typeof WIRES)[number], token: string) => {
    const raw = await connectRaw(wire, hub.url, { token });
    open.push(raw);
    return raw;
  };
  const plain = (query: string, options = {}) =>
    new WebSocket(`${hub.url.replace('http', 'ws')}/ws${query}`, options);

  before(async () => {
    hub = await startHub({ mode: 'embedded' });
    taught = await hub.school.class(1, 'private');
    await call(hub.url, 'POST', '/api/v1/sessions', taught.teacher.token, { classId: taught.id });
  });
  afterEach(() => {
    for (const raw of open.splice(0)) raw.close();
  });
  after(() => hub.stop());

  for (const wire of WIRES)
    describe(`over ${wire}`, () => {
      it('[WS1] wrong messages are answered with their faults, change nothing, and the connection stays', async () => {
        const student = await connect(wire, taught.students[0]?.token ?? '');
        const teacher = await connect(wire, taught.teacher.token);
        const mark = { classId: taught.id, studentId: taught.students[0]?.id, status: 'present' };
        const wrong: [Raw, string, unknown, string][] = [
          [teacher, 'NO_SUCH_EVENT', {}, 'UNKNOWN_EVENT'],
          [teacher, 'constructor', {}, 'UNKNOWN_EVENT'],
          [teacher, 'ATTENDANCE_MARKED', { ...mark, status: 'asleep' }, 'INVALID_MESSAGE'],
          [teacher, 'ATTENDANCE_MARKED', { ...mark, role: 'admin' }, 'INVALID_MESSAGE'],
          [teacher, 'ATTENDANCE_MARKED', { ...mark, studentId: { $ne: null } }, 'INVALID_MESSAGE'],
          [teacher, 'ATTENDANCE_MARKED', [mark], 'INVALID_MESSAGE'],
          [teacher, 'MY_ATTENDANCE', {}, 'STUDENT_EVENT_ONLY'],
          // The role comes before the schema and the session.
          [student, 'ATTENDANCE_MARKED', { status: 'asleep' }, 'TEACHER_EVENT_ONLY'],
        ];
        for (const [sender, event, data, code] of wrong) {
          const answer = await sender.ask(event, data);
          expect(answer, event).to.include({ success: false, code });
          sender.tell(event, data);
          await sender.next('ERROR', (error) => error.code === code);
        }
        expect((await teacher.ask('SYNC', { classId: taught.id })).data).to.deep.include({ version: 0 });
      });

      it('[WS2] a message above the limit ends the connection', async () => {
        const teacher = await connect(wire, taught.teacher.token);
        teacher.tell('SYNC', { classId: 'x'.repeat(MAX_FRAME_BYTES) });
        expect(await teacher.closed).to.be.oneOf([1009, 'transport close', 'transport error']);
      });

      it('[WS4] a flood is refused beyond the command’s own limit, and others do not notice', async () => {
        const [noisy, quiet] = [
          await connect(wire, taught.teacher.token),
          await connect(wire, taught.teacher.token),
        ];
        const classId = taught.id;
        for (const raw of [noisy, quiet]) await raw.ask('SYNC', { classId }); // let in by then
        const answers = await Promise.all(
          Array.from({ length: 60 }, () => noisy.ask('TODAY_SUMMARY', { classId })),
        );
        const codes = answers.map(({ code }) => code);
        expect(codes.slice(0, 20)).to.deep.equal(Array(20).fill(undefined));
        expect(codes).to.include('RATE_LIMITED');
        expect((await quiet.ask('TODAY_SUMMARY', { classId })).success).to.equal(true);
      });
    });

  it('[WS1] frames that are no messages are answered, and the connection stays', async () => {
    const teacher = await connect('plain', taught.teacher.token);
    const frames = [
      '{',
      '[]',
      '"text"',
      '{"data":{}}',
      '{"event":7}',
      '{"event":"SYNC","more":1}',
      Buffer.from('{}'),
    ];
    for (const frame of frames) teacher.ws?.send(frame);
    expect((await teacher.ask('SYNC', { classId: taught.id })).success).to.equal(true);
    const errors = teacher.heard.filter(({ event }) => event === 'ERROR').map(({ data }) => data.code);
    expect(errors).to.deep.equal(frames.map(() => 'INVALID_MESSAGE'));
  });

  for (const query of ['', '?token=', '?token=nonsense', '?ticket=nonsense'])
    it(`[WS3] without a valid token nobody stays (/ws${query})`, async () => {
      const socket = plain(query);
      const [[text], [code]] = await Promise.all([once(socket, 'message'), once(socket, 'close')]);
      expect(JSON.parse(String(text))).to.deep.equal({
        event: 'ERROR',
        data: { message: 'Unauthorized or invalid token', code: 'SOCKET_UNAUTHORIZED' },
      });
      expect(code).to.equal(4401);
    });

  it('[WS3] more than may wait before the connection is let in ends it', async () => {
    const { port } = new URL(hub.url);
    const request = [
      `GET /ws?token=${taught.teacher.token} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n');
    // All in one packet, so that the frames are there before anybody has looked at the token. The mask is zero.
    const text = '{"event":"SYNC"}';
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)]);
    const tcp = createConnection(Number(port), '127.0.0.1');
    tcp.write(Buffer.concat([Buffer.from(request), ...Array<Buffer>(33).fill(frame)]));
    const closing = Buffer.from([0x88, 2, 1008 >> 8, 1008 & 0xff]);
    let said = Buffer.alloc(0);
    for await (const chunk of tcp) {
      said = Buffer.concat([said, chunk as Buffer]);
      if (said.includes('\r\n\r\n') && !said.subarray(-4).equals(Buffer.from('\r\n\r\n'))) break;
    }
    expect(said.subarray(-4)).to.deep.equal(closing);
  });

  it('[WS6] a page of a foreign origin is refused, one of the same host is not', async () => {
    const query = `?token=${taught.teacher.token}`;
    for (const path of [query, '']) {
      const foreign = plain(path, { origin: 'https://elsewhere.example' });
      foreign.on('error', () => {});
      const [, response] = await once(foreign, 'unexpected-response');
      expect(response.statusCode).to.equal(403);
      foreign.terminate();
    }
    const own = plain(query, { origin: hub.url });
    await once(own, 'open');
    own.close();
    await once(own, 'close');
  });
});
