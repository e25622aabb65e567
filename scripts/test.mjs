// Runs all tests in two processes side by side, each with a Redis, a MongoDB engine and a browser of its own; what the
// second says follows when the first is through. The last line counts both. With words after `--` it is plain mocha.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const words = process.argv.slice(2);

/** What takes about as long as all the rest: the pages, but for a few. */
const isPage = (name) => /^web[\\/](?!analytics|board|languages)/.test(name);
const files = readdirSync(join(root, 'test'), { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .sort();
const halves = [files.filter((name) => !isPage(name)), files.filter(isPage)];

const folder = mkdtempSync(join(tmpdir(), 'rollcall-tests-'));
const run = (args, { summary, hold }) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [mocha, ...args], {
      cwd: root,
      env: { ...process.env, MOCHA_SUMMARY: summary, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
      stdio: ['inherit', hold ? 'pipe' : 'inherit', hold ? 'pipe' : 'inherit'],
    });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
    child.on('close', (code, signal) =>
      resolve({ code: signal ? 1 : (code ?? 1), said: Buffer.concat(said) }),
    );
  });
/** How many passed and failed; a run that ended without a word is one failure. */
const counted = (summary) => {
  try {
    const [, passed, failed] = /^(\d+) passed, (\d+) failed/.exec(readFileSync(summary, 'utf8')) ?? [];
    return [Number(passed), Number(failed)];
  } catch {
    return [0, 1];
  }
};

if (words.length > 0) {
  const { code } = await run(words, { summary: process.env.MOCHA_SUMMARY ?? join(folder, 'summary') });
  process.exitCode = code;
} else {
  const summaries = halves.map((_, i) => join(folder, `summary-${i}`));
  const runs = halves.map((half, i) =>
    run(
      half.map((name) => join('test', name)),
      { summary: summaries[i], hold: i > 0 },
    ),
  );
  const [first, second] = await Promise.all(runs);
  process.stdout.write(second.said);
  const [passed, failed] = summaries.map(counted).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  const line = `${passed} passed, ${failed} failed`;
  console.log(`\n${line}`);
  if (process.env.MOCHA_SUMMARY) writeFileSync(process.env.MOCHA_SUMMARY, `${line}\n`);
  process.exitCode = first.code !== 0 || second.code !== 0 || failed > 0 ? 1 : 0;
}
rmSync(folder, { recursive: true, force: true });
