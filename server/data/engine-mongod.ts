import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  type EngineRun,
  endProcess,
  goneOf,
  type Launch,
  type LaunchFault,
  outputOf,
  saysInUse,
} from './engine-process.ts';

/** The `mongod` on PATH, if there is one. */
export function mongodOnPath(env: NodeJS.ProcessEnv): string | undefined {
  for (const dir of (env.PATH ?? '').split(delimiter)) {
    if (dir === '') continue;
    const file = join(dir, 'mongod');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this one
    }
  }
  return undefined;
}

/**
 * Runs the given `mongod` on the data directory, listening on the private socket only (no TCP port).
 * Rejects with `inUse` if another process holds the directory, else with mongod's last words.
 */
export async function launchMongod(file: string, at: Launch): Promise<EngineRun> {
  const args = ['--dbpath', at.dataDir, '--bind_ip', at.socketPath, '--unixSocketPrefix', at.socketDir];
  // In a group of its own, or a terminal's ^C would take it down before the hub has said goodbye.
  const child = spawn(file, args, { env: at.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const gone = goneOf(child);
  const unwatch = killWithUs(child.pid, at.socketDir);
  void gone.then(unwatch);

  let version = 'of unknown version';
  let ready = () => {};
  const listening = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const output = outputOf(child, (line) => {
    const said = /Build Info.*?"version":"([^"]+)"/.exec(line)?.[1] ?? /db version v(\S+)/.exec(line)?.[1];
    if (said) version = said;
    if (/waiting for connections/i.test(line)) ready();
    if (/"s":"[WEF]"/.test(line)) at.log(line);
  });
  const failed = await Promise.race([listening, gone]);
  if (failed) {
    const fault: LaunchFault = new Error(
      `${file} ended with ${failed.signal ?? failed.code} before it was ready: ${output.tail()}`,
    );
    fault.inUse = failed.code === 100 && saysInUse(output.tail());
    throw fault;
  }
  const stop = () => endProcess(child, gone, () => child.kill('SIGTERM'));
  return { kind: 'mongod', version, pid: child.pid ?? 0, gone, stop };
}

/**
 * mongod does not notice that its parent is gone, so a shell waits for the end of a pipe that only we hold:
 * then it kills mongod and removes the sockets. Returns what calls it off.
 */
function killWithUs(pid: number | undefined, socketDir: string): () => void {
  if (pid === undefined) return () => {};
  const script = 'while read -r _; do :; done; kill -9 "$1"; rm -rf -- "$2"';
  const watch = spawn('/bin/sh', ['-c', script, 'sh', String(pid), socketDir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => {});
  watch.stdin.on('error', () => {});
  return () => watch.kill('SIGKILL');
}
