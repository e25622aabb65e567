import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheHome, type Distribution, distribution, unpackPackages } from './apt-unpack.ts';

/** What the embedded engine's native library was linked against. */
const NEEDED = [2, 38] as const;

/** The first long-lived suite of each family with a C library that is new enough. */
const SUITES = { debian: 'trixie', ubuntu: 'noble' } as const;

/** A dynamic loader and its libraries: `<loader> --library-path <libraryPath> <program> …`. */
export type Loader = { loader: string; libraryPath: string };

let tooOld: boolean | undefined;

/** True where the C library this process runs on is too old for the embedded engine (glibc < 2.38). */
export function libcTooOld(): boolean {
  tooOld ??= askLibc();
  return tooOld;
}

function askLibc(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  report.excludeNetwork = true; // else it looks up names of open connections
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const [major = 0, minor = 0] = (header?.glibcVersionRuntime ?? '').split('.').map(Number);
  if (major === 0) return false; // another C library: a newer glibc is no cure
  return major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]);
}

/**
 * A loader with a new enough C library, unpacked once from a newer suite of the same distribution into
 * the user's cache directory, or under `fallbackDir` where there is no writable home. Throws with the reason
 * where that is not possible (no Debian-like system, no network).
 */
export async function newerLibc(options: {
  fallbackDir: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}): Promise<Loader> {
  const on = await distribution();
  if (!on)
    throw new Error('this system has no newer C library to offer (not Debian or Ubuntu, x64 or arm64)');
  const suite = SUITES[on.family];
  const name = `glibc-${suite}-${on.arch}`;
  const homes = [cacheHome(options.env), options.fallbackDir].filter((home) => home !== undefined);
  const roots = homes.map((home) => join(home, name));
  for (const root of roots) {
    const found = await loaderIn(root, on);
    if (found) return found;
  }
  let refused: unknown;
  for (const into of roots) {
    options.log(
      `the C library is too old for the embedded MongoDB: unpacking ${suite}'s into ${into} (once)`,
    );
    try {
      const check = (root: string) => runsNode(root, on);
      await unpackPackages({ into, on, suite, packages: ['libc6', 'libgcc-s1'], check });
      const found = await loaderIn(into, on);
      if (found) return found;
    } catch (error) {
      refused = error;
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? ''))
        break;
    }
  }
  throw refused ?? new Error(`no loader in ${roots.join(', ')}`);
}

async function loaderIn(root: string, on: Distribution): Promise<Loader | undefined> {
  const [triplet, file] =
    on.arch === 'arm64'
      ? ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1']
      : ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2'];
  const dirs = [join(root, 'usr/lib', triplet), join(root, 'lib', triplet)];
  for (const dir of dirs) {
    const loader = join(dir, file);
    const there = await access(loader).then(
      () => true,
      () => false,
    );
    if (there) return { loader, libraryPath: dirs.join(':') };
  }
  return undefined;
}

async function runsNode(root: string, on: Distribution): Promise<void> {
  const found = await loaderIn(root, on);
  if (!found) throw new Error('the unpacked C library has no loader');
  const args = ['--library-path', found.libraryPath, process.execPath, '--version'];
  await promisify(execFile)(found.loader, args, { timeout: 20_000 });
}
