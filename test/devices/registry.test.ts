import { expect } from 'chai';
import { createGates, type Gates } from '../support/gate.ts';
import { ask } from '../support/http.ts';
import { connectRaw, startHub, type TestHub, WIRES } from '../support/hub.ts';

describe('devices: the registry', () => {
  let one: TestHub;
  let two: TestHub;
  let gates: Gates;
  before(async () => {
    one = await startHub({ mode: 'redis' });
    two = await startHub({ mode: 'redis', mongoUrl: one.mongoUrl });
    gates = await createGates(one);
  });
  after(async () => {
    await two.stop();
    await one.stop();
  });

  const outcome = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];

  it('[DV1] a key is shown once, and only a hash of it is kept', async () => {
    const made = await gates.device();
    expect(made.key).to.match(/^rc_[0-9a-f]{12}_[0-9a-f]{64}$/);
    const secret = made.key.split('_')[2] ?? '';
    const { body } = await gates.asAdmin(`GET /api/v1/devices/${made.id}`);
    expect(body.data).to.include({ deviceId: made.deviceId, name: 'A gate', revokedAt: null });
    const listed = await gates.asAdmin('GET /api/v1/devices');
    const stored = await one.connection.collection('devices').find().toArray();
    for (const text of [body, listed.body, stored].map((what) => JSON.stringify(what))) {
      expect(text).to.include(made.deviceId);
      expect(text).not.to.include(secret);
    }
    expect(one.lines.join('')).not.to.include(secret);
    const again = { deviceId: made.deviceId, name: 'Another' };
    expect(outcome(await gates.asAdmin('POST /api/v1/devices', again))).to.deep.equal([409, 'DEVICE_EXISTS']);
  });

  it('[DV1] only admins see devices, and devices reach their own door only', async () => {
    const { id, key } = await gates.device();
    const { teacher, students } = await one.school.class(1, 'private');
    for (const person of [teacher, students[0]])
      for (const line of [
        `GET /api/v1/devices/${id}`,
        'GET /api/v1/devices',
        'GET /api/v1/devices/quarantine',
      ])
        expect(outcome(await ask(one.url, line, { token: person?.token }))).to.deep.equal([
          403,
          'ADMIN_ACCESS_REQUIRED',
        ]);
    const headers = { 'X-Device-Key': key };
    expect((await ask(one.url, 'GET /api/v1/devices', { headers })).status).to.equal(403);
    const scan = 'POST /api/v1/attendance/scan';
    expect(outcome(await ask(one.url, scan, { token: teacher.token, body: {} }))).to.deep.equal([
      403,
      'DEVICE_ACCESS_REQUIRED',
    ]);
    expect((await ask(one.url, scan, { body: {} })).status).to.equal(401);
    const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    for (const bad of [wrong, 'rc_', '', 'x'.repeat(5000), key.toUpperCase()])
      expect((await ask(one.url, scan, { headers: { 'X-Device-Key': bad }, body: {} })).status).to.equal(401);
  });

  it('[SE5] a teacher may list what a session can be bound to: names, and what is in use', async () => {
    const [free, gone, room] = await Promise.all([gates.device(), gates.device(), gates.boundClass(1)]);
    await gates.asAdmin(`POST /api/v1/devices/${gone.id}/revoke`);
    const list = async (token: string) => {
      const items: { deviceId: string; inUse: boolean }[] = [];
      for (let cursor = ''; ; ) {
        const { status, body } = await ask(one.url, `GET /api/v1/devices/bindable?limit=2${cursor}`, {
          token,
        });
        expect(status).to.equal(200);
        items.push(...body.data.items);
        if (body.data.nextCursor === null) return items;
        cursor = `&cursor=${body.data.nextCursor}`;
      }
    };
    const seen = await list(room.teacher.token);
    for (const one of seen) expect(one).to.have.all.keys('id', 'deviceId', 'name', 'inUse');
    const inUse = (of: { deviceId: string }, among = seen) =>
      among.filter(({ deviceId }) => deviceId === of.deviceId).map((found) => found.inUse);
    expect([inUse(free), inUse(gone), inUse(room.device)]).to.deep.equal([[false], [], [true]]);
    await gates.close(room.teacher, room.session.id);
    expect(inUse(room.device, await list(gates.admin.token))).to.deep.equal([false]);
    const line = 'GET /api/v1/devices/bindable';
    expect((await ask(one.url, line)).status).to.equal(401);
    expect((await ask(one.url, line, { token: room.students[0]?.token ?? '' })).status).to.equal(403);
    expect((await ask(one.url, line, { headers: { 'X-Device-Key': free.key } })).status).to.equal(403);
  });

  it('[DV1] is renamed and deleted by an admin, and shows when it was last there', async () => {
    const { id, key } = await gates.device();
    const renamed = await gates.asAdmin(`PATCH /api/v1/devices/${id}`, { name: 'East door' });
    expect(renamed.body.data).to.include({ name: 'East door', lastSeenAt: null });
    expect((await gates.asAdmin(`PATCH /api/v1/devices/${id}`, {})).status).to.equal(400);
    await gates.scan(key, { events: [{}], sentAt: new Date(Date.now() + 60_000).toISOString(), waiting: 7 });
    for (;;) {
      const { data } = (await gates.asAdmin(`GET /api/v1/devices/${id}`)).body;
      if (data.health.backlog === null) continue;
      expect(data.lastSeenAt).to.be.a('string');
      expect(data.health.backlog).to.equal(7);
      expect(data.health.skewMs).to.be.within(50_000, 61_000);
      expect(data.health.lastError.code).to.equal('MALFORMED');
      break;
    }
    expect((await gates.asAdmin(`DELETE /api/v1/devices/${id}`)).body.data).to.deep.equal({ id });
    expect((await gates.scan(key, {})).status).to.equal(401);
    expect(outcome(await gates.asAdmin(`DELETE /api/v1/devices/${id}`))).to.deep.equal([
      404,
      'DEVICE_NOT_FOUND',
    ]);
  });

  for (const wire of WIRES) {
    it(`[DV1] comes in with its key, as a device and nothing else (${wire})`, async () => {
      const { key } = await gates.device();
      const raw = await connectRaw(wire, one.url, { deviceKey: key });
      expect(await raw.ask('TODAY_SUMMARY')).to.include({ code: 'TEACHER_EVENT_ONLY' });
      expect(await raw.ask('STUDENT_RECOGNIZED', { studentCode: 'x' })).to.include({ success: true });
      raw.close();
      const { students } = await one.school.class(1, 'private');
      const person = await connectRaw(wire, one.url, { token: students[0]?.token ?? '' });
      expect(await person.ask('STUDENT_RECOGNIZED', { studentCode: 'x' })).to.include({
        code: 'DEVICE_EVENT_ONLY',
      });
      person.close();
    });

    it(`[AU3] a revoked device's sockets close, on every instance (${wire})`, async () => {
      const { id, key } = await gates.device();
      const open = await Promise.all([one, two].map(({ url }) => connectRaw(wire, url, { deviceKey: key })));
      expect((await gates.asAdmin(`POST /api/v1/devices/${id}/revoke`)).status).to.equal(200);
      await Promise.all(open.map(({ closed }) => closed));
      expect((await gates.scan(key, {})).status).to.equal(401);
      expect(outcome(await gates.asAdmin(`POST /api/v1/devices/${id}/rotate-key`, {}))).to.deep.equal([
        409,
        'DEVICE_REVOKED',
      ]);
      const late = await connectRaw(wire, one.url, { deviceKey: key }).catch((error: Error) => error.message);
      if (typeof late === 'string') expect(late).to.equal('Unauthorized or invalid token');
      else expect(await late.closed).to.equal(4401);
    });
  }

  it('[DV2] a new key ends the one before, at once or after its grace', async () => {
    const { id, key } = await gates.device();
    const rotate = async (graceMinutes: number): Promise<string> =>
      (await gates.asAdmin(`POST /api/v1/devices/${id}/rotate-key`, { graceMinutes })).body.data.key;
    const takes = async (one: string) => (await gates.scan(one, { events: [{}] })).status;

    const second = await rotate(10);
    expect([await takes(key), await takes(second)]).to.deep.equal([200, 200]);
    const third = await rotate(10);
    expect([await takes(key), await takes(second), await takes(third)]).to.deep.equal([401, 200, 200]);
    const { body } = await gates.asAdmin(`GET /api/v1/devices/${id}`);
    expect(Date.parse(body.data.previousKeyUntil) - Date.now()).to.be.within(9 * 60_000, 10 * 60_000);

    const past = { $set: { 'keys.1.until': new Date(Date.now() - 1) } };
    await one.connection.collection('devices').updateOne({ 'keys.short': second.split('_')[1] }, past);
    expect([await takes(second), await takes(third)]).to.deep.equal([401, 200]);
    const fourth = await rotate(0);
    expect([await takes(third), await takes(fourth)]).to.deep.equal([401, 200]);
  });

  it('[DV2] a socket that came with the key before may come back with it until its grace is over', async () => {
    const { id, key } = await gates.device();
    const open = await connectRaw('plain', one.url, { deviceKey: key });
    expect(await open.ask('STUDENT_RECOGNIZED', { studentCode: 'x' })).to.include({ success: true });
    await gates.asAdmin(`POST /api/v1/devices/${id}/rotate-key`, { graceMinutes: 1 });
    expect(await open.closed).to.equal(4401);
    const back = await connectRaw('plain', one.url, { deviceKey: key });
    expect(await back.ask('STUDENT_RECOGNIZED', { studentCode: 'x' })).to.include({ success: true });
    await gates.asAdmin(`POST /api/v1/devices/${id}/rotate-key`);
    expect(await back.closed).to.equal(4401);
  });
});
