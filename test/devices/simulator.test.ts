import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { drain, openOutbox } from '../../scripts/device-simulator.ts';
import { createGates, type Gates } from '../support/gate.ts';
import { ask } from '../support/http.ts';
import { startHub, type TestHub } from '../support/hub.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('devices: the reference client', () => {
  let hub: TestHub;
  let gates: Gates;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-device-'));
    hub = await startHub({ mode: 'embedded' });
    gates = await createGates(hub);
  });
  after(async () => {
    await hub.stop();
    await rm(folder, { recursive: true });
  });

  it('[DV3] keeps what it saw through a crash and a torn line, and sends it until it is acknowledged', async () => {
    const { codes, device, students, session, teacher } = await gates.boundClass(3);
    const path = join(folder, 'gate.outbox');
    const first = await openOutbox(path);
    const at = new Date().toISOString();
    for (const [i, studentCode] of codes.entries()) await first.keep({ eventId: `e${i}`, studentCode, at });
    await first.strike(['e1']);
    await first.close();
    await appendFile(path, '+ {"eventId":"torn","stud');

    const second = await openOutbox(path);
    expect(second.oldest(10).map(({ eventId }) => eventId)).to.deep.equal(['e0', 'e2']);
    // Nobody listens there: nothing is struck out.
    const stop = new AbortController();
    const nobody = 'http://127.0.0.1:1';
    const say = () => stop.abort();
    expect(await drain(second, { url: nobody, key: device.key, stop: stop.signal, say })).to.equal(0);
    expect(second.size).to.equal(2);
    expect(await drain(second, { url: hub.url, key: device.key })).to.equal(2);
    await second.close();
    const third = await openOutbox(path);
    expect(third.size).to.equal(0);
    await third.close();
    expect(await readFile(path, 'utf8')).not.to.include('torn');

    await gates.close(teacher, session.id);
    const records = await Promise.all(students.map(({ id }) => gates.record(session.id, id)));
    expect(records.map((record) => record?.status)).to.deep.equal(['present', 'absent', 'present']);
  });

  it('[CI4] [DV4] keeps what no session stands for until one does, and says so', async () => {
    const { id, codes, device, students, session, teacher } = await gates.boundClass(2);
    await gates.startedAgo(session.id, 10);
    await gates.close(teacher, session.id);
    const outbox = await openOutbox(join(folder, 'early.outbox'));
    const [first = '', second = ''] = codes;
    const before = new Date(Date.now() - 5 * 60_000).toISOString();
    await outbox.keep({ eventId: 'of-before', studentCode: first, at: before });
    await outbox.keep({ eventId: 'too-early', studentCode: second, at: new Date().toISOString() });
    const said: string[] = [];
    const stop = new AbortController();
    const say = (line: string) => {
      said.push(line);
      if (said.length === 2) stop.abort();
    };
    expect(await drain(outbox, { url: hub.url, key: device.key, stop: stop.signal, say })).to.equal(1);
    expect(outbox.oldest(10).map(({ eventId }) => eventId)).to.deep.equal(['too-early']);
    expect(said[1]).to.equal('1 sent: 403 DEVICE_NOT_BOUND; kept, and sent again');

    const next = await ask(hub.url, 'POST /api/v1/sessions', {
      token: teacher.token,
      body: { classId: id, deviceId: device.deviceId },
    });
    expect(await drain(outbox, { url: hub.url, key: device.key })).to.equal(1);
    await outbox.close();
    await gates.close(teacher, next.body.data.id);
    const record = await gates.record(next.body.data.id, students[1]?.id ?? '');
    expect(record).to.include({ status: 'present', source: 'device' });
  });

  it('[DV3] sends more than one batch, and writes its file anew when most of it is struck out', async () => {
    const { codes, device } = await gates.boundClass(1);
    const path = join(folder, 'busy.outbox');
    const outbox = await openOutbox(path);
    const now = Date.now();
    const [studentCode = ''] = codes;
    await Promise.all(
      Array.from({ length: 700 }, (_, i) =>
        outbox.keep({ eventId: `b${i}`, studentCode, at: new Date(now - i * 50).toISOString() }),
      ),
    );
    expect(await drain(outbox, { url: hub.url, key: device.key })).to.equal(700);
    await outbox.close();
    expect((await readFile(path, 'utf8')).split('\n').length).to.be.lessThan(300);
  });

  it('[CI4] runs from the command line', async () => {
    const { codes, device } = await gates.boundClass(1);
    const args = [
      '--import=tsx',
      'scripts/device-simulator.ts',
      '--url',
      hub.url,
      '--outbox',
      join(folder, 'cli'),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, ...codes], {
      cwd: root,
      env: { ...process.env, DEVICE_KEY: device.key },
      timeout: 45_000,
    });
    expect(stdout).to.match(/seen: .*\n1 sent: .*"accepted":1.*\n1 acknowledged\n/);
  });
});
