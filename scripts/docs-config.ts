import { z } from 'zod';
import { Settings } from '../server/config.ts';

type Described = {
  description?: string;
  default?: unknown;
  type?: string;
  enum?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
};
type Setting = { name: string; values: string; fallback: string; meaning: string };

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const;

/** A number of seconds as the configuration may spell it: 900 is 15m. */
const durationText = (seconds: number): string => {
  for (const [unit, size] of UNITS) if (seconds % size === 0) return `${seconds / size}${unit}`;
  return String(seconds);
};

const isDuration = (name: string) => name.endsWith('_TTL');

const valuesOf = (name: string, of: Described): string => {
  if (of.enum) return of.enum.map((value) => `\`${value}\``).join(' ');
  if (typeof of.default === 'boolean') return '`true` `false`';
  if (Array.isArray(of.default)) return 'a list, comma separated';
  if (isDuration(name)) return 'seconds, or `15m` `12h` `30d`';
  if (of.type === 'integer') return `${of.minimum}–${of.maximum}`;
  if (of.type === 'number')
    return of.maximum === undefined ? 'more than 0' : `more than 0, up to ${of.maximum}`;
  if (of.format === 'email') return 'an e-mail address';
  return of.minLength !== undefined && of.minLength > 1 ? `at least ${of.minLength} characters` : 'text';
};

const fallbackOf = (name: string, of: Described): string => {
  const value = of.default;
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return '';
  return isDuration(name) ? durationText(Number(value)) : String(value);
};

/** Every setting in the order of its declaration. Throws when one has no meaning written beside it. */
export const settings = (): Setting[] => {
  const { properties = {} } = z.toJSONSchema(Settings, { unrepresentable: 'any' });
  return Object.entries(properties as Record<string, Described>).map(([name, of]) => {
    if (!of.description) throw new Error(`${name} says nothing of itself in server/config.ts`);
    return {
      name,
      values: valuesOf(name, of),
      fallback: fallbackOf(name, of),
      meaning: of.description,
    };
  });
};

/** The table of the README. */
export const configTable = (): string =>
  [
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...settings().map(
      ({ name, fallback, meaning }) => `| \`${name}\` | ${fallback && `\`${fallback}\``} | ${meaning} |`,
    ),
  ].join('\n');

/** docs/config.md. */
export const configPage = (): string =>
  [
    '# Configuration',
    '',
    '<!-- Made by `npm run docs` from server/config.ts: change it there. -->',
    '',
    'Everything is set by environment variables. A variable that is not set, or is set to nothing, has its default.',
    'When a value is wrong the process lists every problem, one line each with the name of the variable, and ends',
    'with code 1 before it has opened anything. `.env.example` lists the same settings, ready to copy; a file is read',
    'only where you say so: `node --env-file=.env dist/server/main.js`.',
    '',
    '| variable | values | default | meaning |',
    '| --- | --- | --- | --- |',
    ...settings().map(
      ({ name, values, fallback, meaning }) =>
        `| \`${name}\` | ${values} | ${fallback && `\`${fallback}\``} | ${meaning} |`,
    ),
    '',
    'What belongs together:',
    '',
    '- `ADMIN_EMAIL` and `ADMIN_PASSWORD`: both or neither.',
    '- `JWT_SECRET`: with `NODE_ENV=production` there is no start without it. It is refused when it has fewer than 32',
    '  characters or is a well-known word. Every process of an installation needs the same one.',
    '- For several processes both `MONGO_URL` and `REDIS_URL`. With one of them there can be one process only: it holds',
    '  `DATA_DIR`, or claims the database, and a second one ends at its start with the reason.',
    '- `TRUST_PROXY`: set it only where every request comes through that many proxies, or else anybody can choose',
    '  the address under which they are counted.',
    '',
  ].join('\n');

/** .env.example: every setting as a comment, with its default. */
export const envExample = (): string =>
  [
    '# Settings of Rollcall. Made by `npm run docs` from server/config.ts; docs/config.md says more.',
    '# Copy to .env and take away the "#" of what you change. docker compose reads .env by itself, the server when told:',
    '#   node --env-file=.env dist/server/main.js',
    '',
    ...settings().flatMap(({ name, values, fallback, meaning }) => [
      `# ${meaning}`,
      `# ${values.replaceAll('`', '')}`,
      `#${name}=${fallback}`,
      '',
    ]),
  ].join('\n');
