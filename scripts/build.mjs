// Compiles the server into dist/ and lays the files that are read at run time beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = new URL('../node_modules/typescript/bin/tsc', import.meta.url);

// An install without the development tools (a production image) brings its dist/ along.
if (!existsSync(tsc)) process.exit(existsSync(`${root}dist/server/main.js`) ? 0 : 1);

// With --if-changed: nothing to do when dist/ is newer than all that it is made from.
const stamp = `${root}dist/.built`;
const newest = () => {
  const times = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map(
    (file) => statSync(join(root, file)).mtimeMs,
  );
  for (const folder of ['server', 'shared', 'scripts'])
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
      times.push(statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  return Math.max(...times);
};
if (process.argv.includes('--if-changed') && existsSync(stamp) && statSync(stamp).mtimeMs > newest())
  process.exit(0);

// A clean build: a file that was removed must not live on in dist/.
rmSync(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [fileURLToPath(tsc), '-p', `${root}tsconfig.build.json`], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

const assets = ['server/live/scripts', 'server/rest/pages'];
for (const folder of assets) {
  if (existsSync(`${root}${folder}`)) {
    cpSync(`${root}${folder}`, `${root}dist/${folder}`, {
      recursive: true,
      filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts'),
    });
  }
}
writeFileSync(stamp, '');
