// Sees to what the tests need and npm does not bring: a redis-server (7 or newer). Runs before `npm test`.
// Where there is none, Debian's or Ubuntu's package is fetched and unpacked (not installed) into the user's cache
// directory: needs no root, starts no service, changes nothing on the system. Done in milliseconds when all is there.
// The same goes for the newer C library that the embedded MongoDB needs on Debian 12 and Ubuntu 22.04. The passkey tests
// need Chromium, which is installed where that can be done (root, and apt-get).
import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = 7;
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rollcall');
const fetched = join(cache, 'redis'); // test/support/redis-binary.ts looks here too

try {
  await redis();
  await newerLibc();
  chromium();
  // The pages that are looked at are those that the sources say.
  execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url)), '--if-changed']);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function redis() {
  const there = found('redis-server', [...(process.env.PATH ?? '').split(delimiter), fetched]);
  const version = there && versionOf(there);
  if (version >= OLDEST) return;
  const why = there ? `${there} is Redis ${version}` : 'there is no redis-server on PATH';
  try {
    if (there?.startsWith(fetched)) throw new Error('and that is what this system offers');
    await fetchRedis();
  } catch (error) {
    throw new Error(
      [
        `The tests need redis-server ${OLDEST} or newer, but ${why}, and none could be fetched:`,
        `  ${error.message}`,
        'Install it and run the tests again:',
        '  Debian, Ubuntu   apt-get install redis-server',
        '  Fedora           dnf install valkey-compat-redis',
        '  Alpine           apk add redis',
        '  macOS            brew install redis',
        'No service has to run: the tests start servers of their own.',
      ].join('\n'),
    );
  }
}

async function fetchRedis() {
  const { distribution, unpackPackages } = await ours('../server/data/apt-unpack.ts');
  const on = await distribution();
  if (!on) throw new Error('this is not Debian or Ubuntu on x64 or arm64');
  console.log(`Fetching redis-server for the tests into ${fetched} (once) …`);
  await unpackPackages({
    into: fetched,
    on,
    packages: ['redis-server', 'redis-tools'],
    withMissing: true,
    check: async (root) => {
      const program = join(root, 'redis-server');
      const triplet = on.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
      const libraries = `$here/usr/lib/${triplet}:$here/lib/${triplet}`;
      const script = [
        '#!/bin/sh',
        'here=$(dirname -- "$0")',
        `export LD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
        'exec "$here/usr/bin/redis-server" "$@"',
        '',
      ];
      writeFileSync(program, script.join('\n'));
      chmodSync(program, 0o755);
      const version = versionOf(program);
      if (!(version >= OLDEST)) throw new Error(`${on.codename} has Redis ${version ?? 'that does not run'}`);
    },
  });
}

async function newerLibc() {
  if (process.env.MONGO_URL || process.platform !== 'linux') return;
  if (found('mongod', (process.env.PATH ?? '').split(delimiter))) return;
  // Asking for the version of the C library takes 10 ms, so the directory is looked for first.
  if (existsSync(cache) && readdirSync(cache).some((name) => /^glibc-[a-z]+-[a-z0-9]+$/.test(name))) return;
  process.report.excludeNetwork = true;
  const [major, minor] = (process.report.getReport().header.glibcVersionRuntime ?? '9.9')
    .split('.')
    .map(Number);
  if (major > 2 || minor >= 38) return;
  const { newerLibc } = await ours('../server/data/newer-libc.ts');
  try {
    await newerLibc({ fallbackDir: cache, env: process.env, log: console.log });
  } catch (error) {
    throw new Error(
      [
        `The tests need MongoDB. The embedded one needs glibc 2.38 (here ${major}.${minor}); a newer one cannot be had:`,
        `  ${error.message}`,
        'Set MONGO_URL to a server whose databases may be written, or put `mongod` on PATH.',
      ].join('\n'),
    );
  }
}

/** The passkey tests need a browser; without one they fail and say so, and everything else can be tested. */
function chromium() {
  const dirs = (process.env.PATH ?? '').split(delimiter);
  if (process.env.CHROMIUM || found('chromium', [...dirs, '/usr/bin'])) return;
  const aptGet = found('apt-get', dirs);
  if (aptGet && process.getuid?.() === 0) {
    console.log('Installing chromium for the tests of the pages (once) …');
    const run = (...args) => execFileSync(aptGet, args, { stdio: 'ignore' });
    try {
      // A fresh system has no lists of packages yet, or old ones.
      run('update');
      run('install', '-y', '--no-install-recommends', 'chromium');
      return;
    } catch {
      // said below
    }
  }
  console.warn(
    'The tests of the pages need Chromium: install it (apt-get install chromium) or name one by CHROMIUM.',
  );
}

/** The server's own TypeScript; only loaded when something has to be fetched. */
async function ours(path) {
  const { tsImport } = await import('tsx/esm/api');
  return tsImport(path, import.meta.url);
}

function found(name, dirs) {
  for (const dir of dirs) {
    try {
      if (dir === '') continue;
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {
      // not in this one
    }
  }
  return undefined;
}

function versionOf(program) {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return Number(/v=(\d+)/.exec(said)?.[1]);
}
