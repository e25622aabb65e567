import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { readNote } from '../../server/data/engine-note.ts';
import { compiledMain } from './compiled.ts';
import { freePort } from './redis.ts';
import { SECRET } from './school.ts';

const READY = /^Rollcall is ready at /;
/** How much of its output is kept for an error message, in lines. */
const TAIL = 40;

/** How a process ended. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** The product as a process of its own, on a port that stays the same over restarts. */
export type ProcessHub = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly running: boolean;
  readonly dataDir: string;
  /** The last lines that it wrote, over all its lives. */
  readonly lines: readonly string[];
  /** Resolves when the present life is over, whatever ended it. */
  readonly ended: Promise<Ended>;
  /** Ends it as a power cut ends a process; resolves when it is gone. */
  kill9(): Promise<void>;
  /** Starts it again (ending it first if it runs), with other settings where given; resolves when it serves. */
  restart(env?: Record<string, string>): Promise<void>;
  /** Asks it to end (SIGTERM) and resolves with how it did. */
  end(): Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  /** The embedded database's address; another one in every life. */
  mongoUrl(): Promise<string>;
  /** The process id of the embedded database's engine. */
  enginePid(): Promise<number>;
  /** Kills what still runs and removes the data directory. */
  remove(): Promise<void>;
};

/** The processes that a process has started, by what they run. */
const childrenOf = async (pid: number): Promise<{ pid: number; command: string }[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,ppid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, own, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === pid ? [{ pid: Number(own), command }] : [];
  });
};

/** Starts the server, compiled; resolves when it serves. `env` says what it runs on: without MONGO_URL an engine of its own. */
export const startProcessHub = async (env: Record<string, string> = {}): Promise<ProcessHub> => {
  const main = await compiledMain();
  const port = await freePort();
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-process-'));
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let ended: Promise<Ended> = Promise.resolve({ code: null, signal: null });
  const endWithUs = () => child?.kill('SIGKILL');
  process.on('exit', endWithUs);

  const launch = async (settings: Record<string, string>): Promise<void> => {
    const own = {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      JWT_SECRET: SECRET,
      LIMIT_SCALE: '1000',
      LOG_LEVEL: 'info',
    };
    // Nothing of this process's own settings: MONGO_URL may be set for the tests.
    const { PATH = '', HOME = '', XDG_CACHE_HOME = '', TMPDIR = tmpdir() } = process.env;
    const started = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { PATH, HOME, XDG_CACHE_HOME, TMPDIR, ...own, ...env, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    ended = once(started, 'exit').then(([code, signal]) => ({ code, signal }) as Ended);
    await new Promise<void>((resolve, reject) => {
      for (const stream of [started.stdout, started.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          if (lines.length > TAIL) lines.shift();
          if (READY.test(line)) resolve();
        });
      void ended.then(({ code, signal }) =>
        reject(new Error(`the server ended with ${signal ?? code}:\n${lines.join('\n')}`)),
      );
    });
  };
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const kill9 = async () => {
    if (running()) child?.kill('SIGKILL');
    await ended;
  };
  const remove = async () => {
    await kill9();
    process.off('exit', endWithUs);
    // The engine leaves when its parent is gone, at its own pace; until then it may still write here.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };

  try {
    await launch({});
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dataDir,
    lines,
    get pid() {
      return child?.pid ?? 0;
    },
    get running() {
      return running();
    },
    get ended() {
      return ended;
    },
    kill9,
    async restart(settings = {}) {
      await kill9();
      await launch(settings);
    },
    async end() {
      child?.kill('SIGTERM');
      return await ended;
    },
    signal: (name) => void child?.kill(name),
    async mongoUrl() {
      const dir = (await readNote(join(dataDir, 'mongo')))?.socketDir;
      if (!dir) throw new Error('no embedded database runs there');
      return `mongodb://${encodeURIComponent(join(dir, 'mongodb.sock'))}/?directConnection=true`;
    },
    async enginePid() {
      const engine = (await childrenOf(child?.pid ?? 0)).find(({ command }) =>
        /engine-child|mongod /.test(command),
      );
      if (!engine) throw new Error('no engine runs');
      return engine.pid;
    },
    remove,
  };
};
