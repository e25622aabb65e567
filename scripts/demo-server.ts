import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../server/data/engine.ts';
import { connectMongo } from '../server/data/mongo.ts';
import { type AttendanceRecord, createRecords } from '../server/data/records.ts';
import type { SessionId } from '../shared/ids.ts';

const MAIN = fileURLToPath(new URL('../server/main.ts', import.meta.url));
const READY = /^Rollcall is ready at (\S+) \((.*)\)$/;

/** A server of our own, on a free port and in a directory that nobody knows. */
export type FreshServer = {
  readonly url: string;
  /** What it runs on. */
  readonly describe: string;
  readonly dataDir: string;
  /** SIGTERM, and waits for its orderly end. Throws when it does not end with 0. */
  stop(): Promise<void>;
  /** Removes its directory, after making sure that nothing of it runs any more. */
  remove(): Promise<void>;
};

const endOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

/** Starts a fresh server as a process of its own. With MONGO_URL or REDIS_URL in the environment it runs on these. */
export const startFreshServer = async (): Promise<FreshServer> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-demo-'));
  const child = spawn(process.execPath, ['--import=tsx', MAIN], {
    // A school that signs up within seconds, from one address, is more than the limits are made for.
    env: {
      LOG_LEVEL: 'error',
      LIMIT_SCALE: '100',
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const remove = async () => {
    child.kill('SIGKILL');
    await endOf(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  const ready = new Promise<RegExpExecArray>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        const match = READY.exec(line);
        if (match) resolve(match);
        said = `${said}${line}\n`.slice(-10_000);
      });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${said}`)));
  });
  try {
    const [, url = '', describe = ''] = await ready;
    return {
      url,
      describe,
      dataDir,
      remove,
      async stop() {
        child.kill('SIGTERM');
        const code = await endOf(child);
        if (code !== 0) throw new Error(`The server ended with ${child.signalCode ?? code}:\n${said}`);
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/**
 * Reads the records of sessions straight from the database: at `mongoUrl`, or in the directory of a server that
 * has ended.
 */
export const readRecords = async (
  from: { mongoUrl: string } | { dataDir: string },
  sessionIds: readonly string[],
): Promise<AttendanceRecord[][]> => {
  const engine = 'dataDir' in from ? await startEngine({ dataDir: join(from.dataDir, 'mongo') }) : undefined;
  try {
    const connection = await connectMongo('mongoUrl' in from ? from.mongoUrl : (engine?.uri ?? ''));
    try {
      const records = createRecords(connection);
      return await Promise.all(sessionIds.map((id) => records.ofSession(id as SessionId)));
    } finally {
      await connection.close();
    }
  } finally {
    await engine?.stop();
  }
};
