import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));
const layerOf = (file: string): string => {
  const [top = '', second = '', third] = file.split('/');
  if (top !== 'server') return top;
  return third === undefined ? second.replace(/(-\w+)?\.ts$/, '') : second;
};

/** What each layer may import of ours; `types` may be imported as types only. docs/architecture.md, "Who may import whom". */
const MAY: Record<string, { code: string[]; types?: string[] }> = {
  shared: { code: [] },
  config: { code: [] },
  kit: { code: [] },
  domain: { code: ['shared'], types: ['live'] },
  live: { code: ['shared', 'domain', 'kit'] },
  data: { code: ['shared', 'domain', 'kit'] },
  hub: { code: ['shared', 'kit', 'domain'] },
  rest: { code: ['shared', 'kit', 'domain'] },
  features: { code: ['shared', 'domain', 'kit'], types: ['live', 'data'] },
  dialects: { code: ['shared', 'domain', 'rest'], types: ['features', 'data'] },
  build: {
    code: ['shared', 'config', 'kit', 'domain', 'live', 'data', 'hub', 'rest', 'features', 'dialects'],
  },
  main: { code: ['build', 'config', 'kit'] },
};

/** Which layers may use a package that belongs to one of them. */
const FENCES: Record<string, string[]> = {
  ioredis: ['live', 'build'],
  mongoose: ['data', 'build'],
  agenda: ['data'],
  'socket.io': ['hub'],
  ws: ['hub'],
  '@socket.io/redis-adapter': ['build'],
  express: ['rest', 'dialects'],
};

type Import = { file: string; to: string; typeOnly: boolean };

const imports: Import[] = ['shared', 'server'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(root, file), 'utf8');
      const found = text.matchAll(
        /^(?:import|export)\s+(type\s)?([^;'"]*?)\sfrom\s+'([^']+)'|^import\s+'([^']+)'/gm,
      );
      return [...found].map(([, type, names = '', from, bare]) => ({
        file,
        to: from ?? bare ?? '',
        typeOnly: type !== undefined || /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names.trim()),
      }));
    }),
);

describe('layers', () => {
  it('finds imports to judge', () => {
    expect(imports.length).to.be.greaterThan(300);
  });

  it('every import of ours goes where it may', () => {
    const wrong = imports.flatMap(({ file, to, typeOnly }) => {
      if (!to.startsWith('.')) return [];
      const target = relative(root, resolve(root, dirname(file), to));
      const [from, at] = [layerOf(file), layerOf(target)];
      const sameFeature =
        from === 'features' && at === 'features' && file.split('/')[2] === target.split('/')[2];
      if ((from === at && from !== 'features') || sameFeature) return [];
      const may = MAY[from] ?? { code: [] };
      const allowed =
        may.code.includes(at) ||
        (typeOnly && (may.types?.includes(at) === true || (from === 'features' && at === 'features'))) ||
        (from === 'features' && at === 'hub' && file.endsWith('/handlers.ts')) ||
        (from === 'features' && at === 'rest' && file.endsWith('/routes.ts'));
      return allowed ? [] : [`${file} → ${target}${typeOnly ? ' (types)' : ''}`];
    });
    expect(wrong).to.deep.equal([]);
  });

  it('packages stay behind their fences', () => {
    const wrong = imports.flatMap(({ file, to }) => {
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? '');
      const layer = layerOf(file);
      if (layer === 'shared') {
        const node = file.startsWith('shared/client/node/') && name.startsWith('node:');
        return to.startsWith('.') || name === 'zod' || node ? [] : [`${file} → ${to}`];
      }
      const fence = FENCES[name];
      return fence === undefined || fence.includes(layer) ? [] : [`${file} → ${to}`];
    });
    expect(wrong).to.deep.equal([]);
  });
});
