import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A measured server in a process of its own. */
export type Measured = {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  ask<T>(question: 'memory' | 'delay-start' | 'delay-stop' | 'cpu'): Promise<T>;
  stop(): Promise<void>;
};

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Starts a script with the bench's own module inside, and waits for the line that names its URL. */
export const startMeasured = async (
  name: string,
  script: string,
  env: Record<string, string> = {},
): Promise<Measured> => {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--expose-gc',
      ...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? []),
      '--import',
      'tsx',
      '--import',
      path('./inside.mjs'),
      path(script),
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'], cwd: path('..') },
  );
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    exited.then(([code]) => reject(new Error(`${name} ended with ${code}`)));
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [found] = /http:\/\/[\w.:]+/.exec(line) ?? [];
        if (/ready/i.test(line) && found) resolve(found);
      });
  });
  return {
    name,
    url,
    pid: child.pid ?? 0,
    ask: (question) =>
      new Promise((resolve) => {
        const answered = ({ ask, value }: { ask: string; value: never }) => {
          if (ask !== question) return;
          child.off('message', answered);
          resolve(value);
        };
        child.on('message', answered);
        child.send({ ask: question });
      }),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
};
