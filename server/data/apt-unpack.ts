import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const KEYRINGS: Record<Distribution['family'], string> = {
  debian: '/usr/share/keyrings/debian-archive-keyring.gpg',
  ubuntu: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
};

/** The Debian-like system we run on. `arch` is dpkg's word (amd64, arm64). */
export type Distribution = { family: 'debian' | 'ubuntu'; codename: string; arch: string };

/** Says which Debian-like system this is, or `undefined` where it is none (or a 32-bit one). */
export async function distribution(): Promise<Distribution | undefined> {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? '';
  const names = `${field('ID')} ${field('ID_LIKE')}`.split(' ');
  const family = names.includes('ubuntu') ? 'ubuntu' : names.includes('debian') ? 'debian' : undefined;
  const codename = field('UBUNTU_CODENAME') || field('VERSION_CODENAME');
  return arch && family && codename ? { family, codename, arch } : undefined;
}

/** Where unpacked packages are kept between starts: the user's cache directory, if there is a home. */
export function cacheHome(env: NodeJS.ProcessEnv): string | undefined {
  const base = env.XDG_CACHE_HOME || (env.HOME ? join(env.HOME, '.cache') : undefined);
  return base ? join(base, 'rollcall') : undefined;
}

export type Unpack = {
  /** Where the files end up. Appears whole or not at all. */
  into: string;
  packages: string[];
  on: Distribution;
  /** The suite to take them from; the system's own by default. */
  suite?: string;
  /** Also what the packages need and this system lacks. Only sensible with the system's own suite. */
  withMissing?: boolean;
  /** Looks at the unpacked files before they are put in place; throw to refuse them. */
  check?: (root: string) => Promise<void>;
};

/**
 * Downloads packages with apt-get from the machine's own mirror, verifies their signatures as apt does and
 * unpacks (does not install) them into `into`. Changes nothing on the system, needs no root, and two processes
 * may do it at once. Throws with the last line of apt's complaint.
 */
export async function unpackPackages(want: Unpack): Promise<void> {
  await mkdir(dirname(want.into), { recursive: true });
  const work = await mkdtemp(`${want.into}.part-`);
  try {
    const files = await download(want, work);
    const root = join(work, 'root');
    for (const file of files) await tool('dpkg-deb', ['-x', file, root]);
    await want.check?.(root);
    await rename(root, want.into).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster: what it put there is as good as ours.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(want: Unpack, work: string): Promise<string[]> {
  const debs = join(work, 'debs');
  await Promise.all(
    ['debs/partial', 'lists/partial', 'cache', 'state'].map((d) => mkdir(join(work, d), { recursive: true })),
  );
  const env = { ...process.env, LC_ALL: 'C', APT_CONFIG: await aptConfig(want, work) };
  const apt = (...args: string[]) => tool('apt-get', ['-qq', ...args], { env, cwd: debs });
  await apt('update');
  if (want.withMissing) {
    await apt(
      'install',
      '--yes',
      '--reinstall',
      '--download-only',
      '--no-install-recommends',
      ...want.packages,
    );
  } else {
    await apt('download', ...want.packages);
  }
  const files = (await readdir(debs)).filter((f) => f.endsWith('.deb')).map((f) => join(debs, f));
  if (files.length < want.packages.length) throw new Error(`apt-get gave ${files.length} packages`);
  return files;
}

/** Everything apt reads and writes is ours, except proxies and the like (`Acquire`) and the trusted keys. */
async function aptConfig(want: Unpack, work: string): Promise<string> {
  const { family, arch, codename } = want.on;
  const mirror = await mirrorOf(codename);
  const key = existsSync(KEYRINGS[family]) ? ` signed-by=${KEYRINGS[family]}` : '';
  const sources = join(work, 'sources.list');
  const line = `deb [arch=${arch}${key}] ${mirror} ${want.suite ?? codename} main`;
  await writeFile(sources, `${line}${family === 'ubuntu' ? ' universe' : ''}\n`);
  const status = want.withMissing ? '/var/lib/dpkg/status' : join(work, 'status');
  if (!want.withMissing) await writeFile(status, '');
  const acquire = (await tool('apt-config', ['dump'])).split('\n').filter((l) => l.startsWith('Acquire::'));
  const settings: Record<string, string> = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(work, 'state'),
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': status,
    'Dir::Cache': join(work, 'cache'),
    'Dir::Cache::archives': join(work, 'debs'),
    'APT::Architecture': arch,
    'APT::Sandbox::User': '',
    'Debug::NoLocking': 'true',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
  };
  const file = join(work, 'apt.conf');
  const ours = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  await writeFile(file, `${[...acquire, ...ours].join('\n')}\n`);
  return file;
}

async function mirrorOf(codename: string): Promise<string> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = await tool('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  for (const target of targets.split('\n')) {
    const [uri, release, component] = target.split(' ');
    if (uri && release === codename && component === 'main') return uri;
  }
  throw new Error(`apt has no source for ${codename} main`);
}

async function tool(file: string, args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
  try {
    const { stdout } = await run(file, args, { ...options, maxBuffer: 16 << 20, timeout: 180_000 });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = stderr?.trim().split('\n').at(-1) || message;
    throw new Error(`${file}: ${said}`, { cause: error });
  }
}
