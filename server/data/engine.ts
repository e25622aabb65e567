import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { firstRun, launch } from './engine-choice.ts';
import { DataDirInUse } from './engine-errors.ts';
import { readNote, writeNote } from './engine-note.ts';
import type { EngineRun, Exit, Launch } from './engine-process.ts';

export { DataDirInUse, EngineUnavailable } from './engine-errors.ts';

/** A MongoDB engine that this process holds a data directory with. */
export type Engine = {
  /** Address for the driver, the same over restarts; what it acknowledges is in the journal. */
  readonly uri: string;
  /** For people: "embedded MongoDB 9.0.0-alpha0 in data/mongo". */
  readonly describe: string;
  /** Process id of the engine as it runs now. */
  readonly pid: number;
  /** How often it was started again after it died. */
  readonly restarts: number;
  /** Resolves when no engine runs any more: after `stop()`, or when it could not be kept alive. */
  readonly exited: Promise<Exit>;
  /** Shuts down cleanly; leaves no process and no temporary directory. May be called again. */
  stop(): Promise<void>;
};

export type EngineOptions = {
  dataDir: string;
  log?: (line: string) => void;
  /** Told after each restart that the engine serves again. */
  onRestart?: (event: { restarts: number; pid: number; exit: Exit }) => void;
  /** PATH, HOME, XDG_CACHE_HOME and what the engine inherits; this process's by default. */
  env?: NodeJS.ProcessEnv;
};

/** Waits before successive tries to bring a dead engine back, in ms; when they are used up we give up. */
const BACKOFF_MS = [0, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000];
/** An engine that lived this long, in ms, starts again from the shortest wait. */
const SETTLED_MS = 5_000;

/** How often the sockets are touched, in ms: what lies in /tmp for days without a change is swept away. */
const TOUCH_MS = 3_600_000;
/** What the names of socket directories begin with. */
const SOCKET_DIR = 'rollcall-mongo-';

const heldHere = new Set<string>();

/**
 * Starts a MongoDB engine on a directory and keeps it running: `mongod` from PATH, else the embedded one, in
 * a child process. An engine that dies is started again at the same address. Throws `DataDirInUse` if another
 * process holds the directory, `EngineUnavailable` if this machine has no engine to offer.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { log = () => {}, onRestart = () => {}, env = process.env } = options;
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  if (heldHere.has(dataDir)) throw new DataDirInUse(dataDir, process.pid);
  heldHere.add(dataDir);
  const socketDir = privateDir();
  const at: Launch = { dataDir, socketDir, socketPath: join(socketDir, 'mongodb.sock'), env, log };
  let run: EngineRun;
  try {
    run = await firstRun(at);
    await takeOver(at, run);
  } catch (error) {
    await letGo(at);
    throw error;
  }

  const touching = setInterval(() => touch(at), TOUCH_MS).unref();
  let restarts = 0;
  const stopping = new AbortController();
  const exited = keepRunning();

  async function keepRunning(): Promise<Exit> {
    let tries = 0;
    for (;;) {
      const since = performance.now();
      const exit = await run.gone;
      if (performance.now() - since >= SETTLED_MS) tries = 0;
      const next = await startAgain(exit);
      if (!next) {
        clearInterval(touching);
        await letGo(at);
        return exit;
      }
      run = next;
      if (stopping.signal.aborted) {
        await run.stop(); // it came up after we were told to stop
      } else {
        restarts += 1;
        onRestart({ restarts, pid: run.pid, exit });
      }
    }

    async function startAgain({ code, signal }: Exit): Promise<EngineRun | undefined> {
      while (tries < BACKOFF_MS.length && !stopping.signal.aborted) {
        const wait = BACKOFF_MS[tries++] ?? 0;
        log(`MongoDB ended with ${signal ?? code}: starting it again in ${wait} ms (try ${tries})`);
        await delay(wait, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return undefined;
        try {
          return await launch(run.kind, at);
        } catch (error) {
          log(`MongoDB did not start: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      return undefined;
    }
  }

  return {
    uri: `mongodb://${encodeURIComponent(at.socketPath)}/?directConnection=true&w=1&journal=true`,
    describe: `${run.kind === 'mongod' ? 'mongod' : 'embedded MongoDB'} ${run.version} in ${shown(dataDir)}`,
    get pid() {
      return run.pid;
    },
    get restarts() {
      return restarts;
    },
    exited,
    async stop() {
      stopping.abort();
      await run.stop();
      await exited;
    },
  };
}

/** A directory for sockets that only this user can enter, with a path short enough for a socket's address. */
function privateDir(): string {
  const longest = 'embedded-mongodb-XXXXXX/mongodb.sock'.length;
  const prefix = join(tmpdir(), SOCKET_DIR);
  return mkdtempSync(Buffer.byteLength(prefix) + 7 + longest < 104 ? prefix : join('/tmp', SOCKET_DIR));
}

/** We hold the directory now: say so in it, and remove what a holder that was killed has left in /tmp. */
async function takeOver({ dataDir, socketDir }: Launch, run: EngineRun): Promise<void> {
  const left = (await readNote(dataDir))?.socketDir;
  if (left && basename(left).startsWith(SOCKET_DIR)) await rm(left, { recursive: true, force: true });
  await writeNote(dataDir, { engine: run.kind, version: run.version, hub: process.pid, socketDir });
}

function touch({ socketDir, socketPath }: Launch): void {
  const now = new Date();
  for (const path of [socketDir, socketPath]) utimes(path, now, now).catch(() => {});
}

async function letGo({ dataDir, socketDir }: Launch): Promise<void> {
  await rm(socketDir, { recursive: true, force: true });
  const note = await readNote(dataDir);
  if (note?.socketDir === socketDir) await writeNote(dataDir, { ...note, hub: null, socketDir: null });
  heldHere.delete(dataDir);
}

function shown(dir: string): string {
  const near = relative(process.cwd(), dir);
  return near.startsWith('..') || near === '' ? dir : `./${near}`;
}
