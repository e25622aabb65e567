// Runs all tests in three processes side by side, since most of them wait for something most of the time; each with a Redis,
// a MongoDB engine and a browser of its own. What the others say follows when the first is through. The last line counts
// all. With words after `--` it is plain mocha.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const words = process.argv.slice(2);

/** Each takes about a third of the time. */
const thirdOf = (name) => {
  if (/^web[\\/](?!admin|languages)/.test(name)) return 0;
  return /^(web|rest|rules|checkin|devices)[\\/]/.test(name) ? 1 : 2;
};
const files = readdirSync(join(root, 'test'), { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .sort();
const thirds = [2, 1, 0].map((third) => files.filter((name) => thirdOf(name) === third));

const folder = mkdtempSync(join(tmpdir(), 'rollcall-tests-'));
const run = (args, { summary, hold }) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [mocha, ...args], {
      cwd: root,
      env: { ...process.env, MOCHA_SUMMARY: summary, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
      stdio: ['inherit', 'pipe', 'pipe'],
    });
    const said = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said.push(chunk);
        if (!hold) process.stdout.write(chunk);
      });
    child.on('close', (code, signal) =>
      resolve({ code: signal ? 1 : (code ?? 1), end: signal ?? code, said: Buffer.concat(said).toString() }),
    );
  });
/** What mocha says of the tests that failed; where it ended before it could, its last lines. */
const failures = (said) => {
  const at = said.search(/^\S* +\S*\d+ failing/m);
  return at >= 0 ? said.slice(at) : said.split('\n').slice(-30).join('\n');
};
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
  const summaries = thirds.map((_, i) => join(folder, `summary-${i}`));
  const runs = thirds.map((third, i) =>
    run(
      third.map((name) => join('test', name)),
      { summary: summaries[i], hold: i > 0 },
    ),
  );
  const ended = await Promise.all(runs);
  for (const { said } of ended.slice(1)) process.stdout.write(said);
  // Once more at the end, where it is looked for, and where a log that keeps its last lines still has it.
  for (const { said, end } of ended.filter(({ code }) => code !== 0))
    process.stdout.write(`\nFailed (the process ended with ${end}):\n${failures(said)}\n`);
  const [passed, failed] = summaries.map(counted).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  const line = `${passed} passed, ${failed} failed`;
  console.log(`\n${line}`);
  if (process.env.MOCHA_SUMMARY) writeFileSync(process.env.MOCHA_SUMMARY, `${line}\n`);
  process.exitCode = ended.some(({ code }) => code !== 0) || failed > 0 ? 1 : 0;
}
rmSync(folder, { recursive: true, force: true });
