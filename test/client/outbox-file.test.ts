import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createClient, type KeptMark } from '../../shared/client/index.ts';
import { fileOutbox } from '../../shared/client/node/outbox-file.ts';
import { faultOf } from '../support/fault-of.ts';
import { seeded } from '../support/random.ts';
import { createScratchHub } from '../support/scratch-hub.ts';
import { newId, scratchRegister } from '../support/scratch-register.ts';

const WRITER = fileURLToPath(new URL('../support/outbox-writer.ts', import.meta.url));

describe('file outbox', () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rollcall-outbox-'));
    path = join(dir, 'deep', 'marks.journal');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const mark = (n: number): KeptMark => ({
    opId: `op-${n}`,
    classId: 'c',
    studentId: `s-${n}`,
    status: 'late',
    at: '2026-01-05T08:00:00.000Z',
    reason: 'Zug verspätet',
  });
  const opIds = async () => {
    const store = fileOutbox(path);
    const marks = await store.load();
    await store.close();
    return marks.map(({ opId }) => opId);
  };

  it('gives back what was kept and not dropped, in order, with what was known last', async () => {
    const store = fileOutbox(path);
    expect(await store.load()).to.deep.equal([]);
    await Promise.all([1, 2, 3, 4].map((n) => store.keep(mark(n))));
    await store.drop('op-2');
    await store.keep({ ...mark(1), sessionId: 'now known' });
    await store.close();
    const again = fileOutbox(path);
    expect(await again.load()).to.deep.equal([{ ...mark(1), sessionId: 'now known' }, mark(3), mark(4)]);
    await again.close();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('reads a journal torn at any byte of its last line, and can be written on', async () => {
    const store = fileOutbox(path);
    await store.load();
    await store.keep(mark(1));
    await store.keep(mark(2));
    await store.close();
    const whole = readFileSync(path);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let length = lastLine; length < whole.length; length++) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      const torn = fileOutbox(path);
      expect((await torn.load()).map(({ opId }) => opId)).to.deep.equal(['op-1']);
      await torn.keep(mark(3));
      await torn.close();
      expect(await opIds(), `torn at ${length}`).to.deep.equal(['op-1', 'op-3']);
    }
  });

  it('stays small, however many marks pass through it', async () => {
    const store = fileOutbox(path);
    await store.load();
    for (let n = 0; n < 6_000; n += 100) {
      const batch = Array.from({ length: 100 }, (_, i) => n + i);
      await Promise.all(batch.map((i) => store.keep(mark(i))));
      await Promise.all(batch.filter((i) => i % 1_000 !== 0).map((i) => store.drop(`op-${i}`)));
    }
    expect(statSync(path).size).to.be.lessThan(2_500 * 200);
    await store.close();
    expect(await opIds()).to.deep.equal([0, 1, 2, 3, 4, 5].map((n) => `op-${n * 1_000}`));
  });

  it('says that it cannot be read or written', async () => {
    const client = createClient({
      transport: { name: 'plain', open: () => ({ send() {}, close() {} }) },
      token: 'teacher',
      outbox: fileOutbox(dir),
    });
    expect((await faultOf(client.connect())).code).to.equal('OUTBOX_UNAVAILABLE');
    const marked = client.mark({ classId: newId(), studentId: newId(), status: 'late' });
    expect((await faultOf(marked)).code).to.equal('OUTBOX_UNAVAILABLE');
    await client.close();
  });

  it('[TC3] has every mark that it said was kept, after kill -9 at any moment', async function () {
    this.timeout(60_000);
    const random = seeded(20);
    /** Marks that a reader must find; those that it may find: the last keep or drop may or may not have reached it. */
    const kept = new Set<string>();
    const uncertain = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const writer = spawn(process.execPath, ['--import=tsx', WRITER, path, String(round)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exit = once(writer, 'exit');
      const until = 20 + Math.floor(random() * 400);
      let lines = 0;
      for await (const line of createInterface({ input: writer.stdout })) {
        const opId = line.slice(2);
        if (line[0] === '>') uncertain.add(opId);
        if (line[0] === '+' && uncertain.delete(opId)) kept.add(opId);
        if (line[0] === '-' && kept.delete(opId)) uncertain.add(opId);
        lines += 1;
        if (lines === until) writer.kill('SIGKILL');
      }
      expect((await exit)[1]).to.equal('SIGKILL');
      const found = await opIds();
      for (const opId of kept) expect(found, `round ${round}`).to.include(opId);
      for (const opId of found)
        expect(kept.has(opId) || uncertain.has(opId), `round ${round}`).to.equal(true);
      // From here on what was found stays found.
      uncertain.clear();
      for (const opId of found) kept.add(opId);
    }
    expect(kept.size).to.be.greaterThan(100);
  });

  it('[TC3][MK1] a client that starts after a crash sends what the one before had kept', async () => {
    const hub = await createScratchHub();
    const register = scratchRegister(newId(), [newId(), newId()]);
    hub.add(register);
    const [anna = '', ben = ''] = register.roster;
    // Never connected: it ends with two marks in its file.
    const store = fileOutbox(path);
    const kept: Promise<void>[] = [];
    const bothKept = new Promise<void>((resolve) => {
      store.keep = ((keep) => (mark) => {
        const one = keep(mark);
        if (kept.push(one) === 2) resolve(Promise.all(kept).then(() => {}));
        return one;
      })(store.keep);
    });
    const crashed = createClient({ transport: hub.transport('plain'), token: 'teacher', outbox: store });
    const marked = [anna, ben].map((studentId) =>
      faultOf(crashed.mark({ classId: register.classId, studentId, status: 'late' })),
    );
    await bothKept;
    await crashed.close();
    expect((await Promise.all(marked)).map(({ code }) => code)).to.deep.equal([
      'DISCONNECTED',
      'DISCONNECTED',
    ]);
    const client = createClient({
      transport: hub.transport('plain'),
      token: 'teacher',
      outbox: fileOutbox(path),
    });
    await client.connect();
    await client.done({ classId: register.classId });
    expect(register.effects.map(({ studentId }) => studentId)).to.deep.equal([anna, ben]);
    await client.close();
    expect(await opIds()).to.deep.equal([]);
    await hub.close();
  });
});
