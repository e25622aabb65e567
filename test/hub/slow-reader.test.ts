import { once } from 'node:events';
import { expect } from 'chai';
import WebSocket from 'ws';
import { tcp, upgradeRequest } from '../support/hostile.ts';
import { startHub, type TestHub, WIRES, type Wire } from '../support/hub.ts';
import { coTeachers, createDoor, good, type Someone, seated } from '../support/live-class.ts';

/** A connection over either wire that is let in, and then reads nothing more while it goes on talking. */
const deaf = async (wire: Wire, { url }: { url: string }, { token }: Someone) => {
  const path = wire === 'plain' ? `/ws?token=${token}` : '/socket.io/?EIO=4&transport=websocket';
  const ws = new WebSocket(`${url.replace('http', 'ws')}${path}`);
  ws.on('error', () => {});
  const say = (event: string, data: unknown) =>
    ws.send(wire === 'plain' ? JSON.stringify({ event, data }) : `42${JSON.stringify([event, data])}`);
  const letIn = new Promise<void>((resolve) => {
    ws.on('message', (data) => {
      const text = String(data);
      if (wire === 'socketio' && text.startsWith('0')) ws.send(`40${JSON.stringify({ token })}`);
      if (wire === 'socketio' && text.startsWith('40')) say('ARE_YOU_THERE', {});
      if (text.includes('Unknown event')) resolve();
    });
  });
  await once(ws, 'open');
  if (wire === 'plain') say('ARE_YOU_THERE', {});
  await letIn;
  const { _socket: socket } = ws as unknown as { _socket: { pause(): void; resume(): void } };
  socket.pause();
  return { ws, say, resume: () => socket.resume(), terminate: () => ws.terminate() };
};

describe('who reads too slowly', () => {
  const door = createDoor();
  let hub: TestHub;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '1000' } });
  });
  afterEach(() => door.closeAll());
  after(() => hub.stop());

  for (const wire of WIRES)
    it(`[WS9] is cut off before much has gathered for them, and nobody else notices (${wire})`, async () => {
      const { id: classId, teacher, students } = await hub.school.class(60, 'private');
      const bo = await hub.school.person('teacher');
      await coTeachers(hub, { classId, ada: teacher }, { add: bo });
      const one = await door.enter(wire, hub, teacher);
      good(await one.ask('SESSION_START', { classId }));
      const reason = 'r'.repeat(500);
      for (const { id: studentId } of students)
        good(await one.ask('ATTENDANCE_MARKED', { classId, studentId, status: 'late', reason }));
      const slow = await deaf(wire, hub, bo);
      const warned = () => hub.lines.filter((line) => line.includes('reads too slowly')).length;
      const before = warned();
      // Each answer has some 45 kB: more than the system's own buffers hold, but no more than 600 messages.
      for (let n = 0; n < 600; n++) slow.say('SYNC', { classId });
      const deadline = performance.now() + 30_000;
      while (warned() === before && performance.now() < deadline) await seated(one);
      expect(warned()).to.equal(before + 1);
      const over = once(slow.ws, 'close');
      slow.resume();
      // Without the closing handshake: until they read it, all that waits for them would stay in memory.
      expect((await over)[0]).to.equal(1006);
      // They come back, and SYNC mends what they have missed.
      const back = await door.enter(wire, hub, bo);
      expect(good(await back.ask('SYNC', { classId }))).to.include({ version: 60 });
      good(await one.ask('ATTENDANCE_MARKED', { classId, studentId: students[0]?.id, status: 'present' }));
      await back.next('ATTENDANCE_MARKED');
    });

  it('[WS9] holds up nobody who wants to end the server', async () => {
    const closing = await startHub({ mode: 'embedded' });
    const people = await Promise.all(WIRES.map(() => closing.school.person('student')));
    const silent = await Promise.all(
      WIRES.map((wire, n) => deaf(wire, closing, people[n] ?? (people[0] as Someone))),
    );
    // One who was refused, and stays on the line.
    const lingering = await tcp(closing.url);
    lingering.socket.pause();
    lingering.write(upgradeRequest('/nowhere'));
    const began = performance.now();
    await closing.stop();
    expect(performance.now() - began).to.be.below(8_000);
    for (const each of silent) each.terminate();
    lingering.socket.destroy();
  });
});
