// Compiles the server into dist/, lays the files that are read at run time beside it, and builds the web app into dist/app.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const app = join(dist, 'app');
const bin = (path) => join(root, 'node_modules', path);
const tsc = bin('typescript/bin/tsc');
const vite = bin('vite/bin/vite.js');

// An install without the development tools (a production image) brings its dist/ along.
if (!existsSync(tsc)) process.exit(existsSync(join(dist, 'server/main.js')) ? 0 : 1);

const filesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath ?? entry.path, entry.name),
  );
const run = (script, ...args) => {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

/** Does the work, unless --if-changed was said and its result is newer than all that it is made from. */
const build = (name, sources, work) => {
  const stamp = join(dist, `.built-${name}`);
  const files = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((file) => join(root, file));
  const newest = Math.max(...[...files, ...sources.flatMap(filesIn)].map((file) => statSync(file).mtimeMs));
  const isFresh = existsSync(stamp) && statSync(stamp).mtimeMs > newest;
  if (process.argv.includes('--if-changed') && isFresh) return;
  work();
  mkdirSync(dist, { recursive: true });
  writeFileSync(stamp, '');
};

build('server', ['server', 'shared', 'scripts'], () => {
  // A clean build: a file that was removed must not live on in dist/.
  for (const folder of ['server', 'shared', 'scripts'])
    rmSync(join(dist, folder), { recursive: true, force: true });
  run(tsc, '-p', join(root, 'tsconfig.build.json'));
  for (const folder of ['server/live/scripts', 'server/rest/pages'])
    cpSync(join(root, folder), join(dist, folder), {
      recursive: true,
      filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts'),
    });
});

build('web', ['web', 'shared'], () => {
  run(vite, 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn');
  // What the service worker keeps for times without a network stands at its head: with the app it changes, too.
  const files = readdirSync(join(app, 'assets'))
    .sort()
    .map((name) => `/assets/${name}`);
  const worker = join(app, 'sw.js');
  const code = readFileSync(worker, 'utf8');
  const version = createHash('sha256')
    .update(readFileSync(join(app, 'index.html')))
    .update(JSON.stringify(files))
    .update(code)
    .digest('hex')
    .slice(0, 16);
  writeFileSync(worker, `self.built=${JSON.stringify({ version, files })};\n${code}`);
  // What is sent compressed.
  for (const path of filesIn('dist/app')) {
    if (!/\.(html|js|css|json|svg|webmanifest)$/.test(path)) continue;
    const text = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(
      `${path}.br`,
      brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }),
    );
  }
});
