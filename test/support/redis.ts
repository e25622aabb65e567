import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { redisBinary } from './redis-binary.ts';

/** A redis-server that belongs to the test that started it. */
export type TestRedis = {
  readonly url: string;
  readonly port: number;
  /** Process id of the server as it runs now. */
  readonly pid: number;
  readonly dir: string;
  /** Ends it as a power cut ends a process; resolves when it is gone. */
  kill9(): Promise<void>;
  /** Starts it on the same port and directory (ending it first if it runs); resolves when it serves. */
  restart(): Promise<void>;
  /** Ends it and removes the directory, unless that was given. May be called again. */
  stop(): Promise<void>;
};

/**
 * Starts a redis-server of one's own on a free loopback port; resolves when it serves. Keeps nothing on disk
 * unless `appendonly` is set (`appendfsync` is 'everysec' by default, as in Redis).
 */
export async function startRedis(
  options: { dir?: string; appendonly?: boolean; appendfsync?: 'always' | 'everysec' } = {},
): Promise<TestRedis> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'rollcall-test-redis-')));
  const { appendonly = false, appendfsync = 'everysec' } = options;
  const settings = ['--dir', dir, '--appendonly', appendonly ? 'yes' : 'no', '--appendfsync', appendfsync];
  let port = 0;
  let child: ChildProcess | undefined;
  const endWithUs = () => child?.kill('SIGKILL');

  for (let tries = 0; !child; tries += 1) {
    port = await freePort();
    try {
      child = await launch(port, settings);
    } catch (error) {
      // Someone may have taken the port in between.
      if (tries < 5 && String(error).includes('Address already in use')) continue;
      if (!options.dir) await rm(dir, { recursive: true, force: true });
      throw error;
    }
  }
  process.on('exit', endWithUs);

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return child?.pid ?? 0;
    },
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      child = await launch(port, settings);
    },
    async stop() {
      await end('SIGTERM');
      process.off('exit', endWithUs);
      if (!options.dir) await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, settings: string[]): Promise<ChildProcess> {
  const basics = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--daemonize', 'no'];
  const child = spawn(redisBinary(), [...basics, ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    // 'close', not 'exit': its last words have been read by then.
    child.once('close', (code, signal) =>
      reject(new Error(`redis-server ended with ${signal ?? code}: ${said.join('\n')}`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      if (said.length > 20) said.shift();
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return child;
}

/** A loopback port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
