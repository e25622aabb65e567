import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Below node_modules, so that packages are found from there and nobody lints or commits it. */
const CACHE = join(ROOT, 'node_modules', '.cache');

let main: Promise<string> | undefined;

const compile = async (): Promise<string> => {
  await mkdir(CACHE, { recursive: true });
  const dir = await mkdtemp(join(CACHE, 'rollcall-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const dist = join(dir, 'dist');
  // The bin is not among the package's exports, hence by its folder.
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const args = [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', dist];
  const compiler = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(compiler, 'exit');
  if (code !== 0) throw new Error(`the compiler ended with ${code}`);
  const assets = (folder: string) =>
    cp(join(ROOT, folder), join(dist, folder), { recursive: true, filter: (path) => !path.endsWith('.ts') });
  await Promise.all([
    cp(join(ROOT, 'package.json'), join(dir, 'package.json')),
    assets('server/live/scripts'),
    assets('server/rest/pages'),
  ]);
  return join(dist, 'server', 'main.js');
};

/**
 * The path of `main.js`, compiled from the sources as they are now, once per test process: a server that starts dozens
 * of times starts in less than half the time that it takes from source. Removed when the process ends.
 */
export const compiledMain = (): Promise<string> => {
  main ??= compile();
  return main;
};
