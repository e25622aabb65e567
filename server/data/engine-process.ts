import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a process ended. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** Where one run of an engine keeps its data, where it listens, and where its output goes. */
export type Launch = {
  dataDir: string;
  /** A private directory for sockets; removed by whoever outlives the other. */
  socketDir: string;
  /** The Unix socket inside it that this run must listen on, the same in every run. */
  socketPath: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
};

/** One run of an engine, ready to serve. */
export type EngineRun = {
  kind: 'embedded' | 'mongod';
  version: string;
  pid: number;
  gone: Promise<Exit>;
  /** Asks it to shut down cleanly, kills it if it does not within 10 s; resolves when it is gone. */
  stop(): Promise<void>;
};

/** Why a run did not become ready. */
export type LaunchFault = Error & { inUse?: boolean; unavailable?: boolean };

const STOP_WITHIN_MS = 10_000;

/** Resolves when the process is gone (at once if it could not be started). */
export function goneOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

/** Asks by `ask`, kills after 10 s, resolves when the process is gone. */
export async function endProcess(child: ChildProcess, gone: Promise<Exit>, ask: () => void): Promise<void> {
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  ask();
  await gone;
  clearTimeout(patience);
}

/** Hands each line of the process's output to `each`, and keeps the last few for an error message. */
export function outputOf(child: ChildProcess, each: (line: string) => void): { tail(): string } {
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      last.push(line.slice(0, 500));
      if (last.length > 8) last.shift();
      each(line);
    });
  }
  return { tail: () => last.join('\n') };
}

/** True if the text is MongoDB's way of saying that another process holds the directory. */
export function saysInUse(text: string): boolean {
  return /DBPathInUse|already locked|Another mongod instance is already running/i.test(text);
}
