// Writes the documents that are made from the code: npm run docs. With --check it writes nothing, and says which are stale.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { contentOf, documents } from './documents.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = new URL('../', import.meta.url);
const stale = documents().filter(({ path, text }) => contentOf(path) !== text);

if (!values.check) mkdirSync(new URL('docs/', root), { recursive: true });
for (const { path, text } of stale) {
  if (!values.check) writeFileSync(new URL(path, root), text);
  console.log(`${path} ${values.check ? 'is stale: run `npm run docs`' : 'written'}`);
}
if (stale.length === 0) console.log('Every generated document is up to date.');
else if (values.check) process.exitCode = 1;
