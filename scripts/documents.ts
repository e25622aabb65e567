import { readFileSync } from 'node:fs';
import { declaredRoutes, type Services } from '../server/build-routes.ts';
import { describeApi } from '../server/rest/openapi.ts';
import { configPage, configTable, envExample } from './docs-config.ts';
import { commandTable, describeEvents, errorPage, eventTable } from './docs-events.ts';

/** A generated document: its path from the repository's root, and what it should hold. */
export type Document = { readonly path: string; readonly text: string };

const root = new URL('../', import.meta.url);

/** What a file of the repository holds; nothing when it is not there. */
export const contentOf = (path: string): string => {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return '';
  }
};

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** Puts a text between the marks of its name, each on a line of its own. */
const between = (text: string, name: string, inner: string): string => {
  const [open, close] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < 0)
    throw new Error(`README.md has no place for the ${name} table: ${open.trim()} … ${close.trim()}`);
  return `${text.slice(0, from)}${open}${inner}${text.slice(to)}`;
};

/** Every document that is made from the code. */
export const documents = (): Document[] => {
  const { version } = JSON.parse(contentOf('package.json')) as { version: string };
  // Routes call their services when a request comes, and here none does.
  const routes = declaredRoutes({} as Services);
  const tables = { config: configTable(), commands: commandTable(), events: eventTable() };
  const readme = Object.entries(tables).reduce(
    (text, [name, table]) => between(text, name, table),
    contentOf('README.md'),
  );
  return [
    { path: 'README.md', text: readme },
    { path: '.env.example', text: envExample() },
    { path: 'docs/config.md', text: configPage() },
    { path: 'docs/errors.md', text: errorPage() },
    { path: 'docs/openapi.json', text: json(describeApi({ routes, version })) },
    { path: 'docs/asyncapi.json', text: json(describeEvents({ version })) },
  ];
};
