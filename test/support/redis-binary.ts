import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `scripts/setup-tests.mjs` puts a redis-server that it had to fetch (the same rule stands there). */
const FETCHED = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rollcall', 'redis');

/** The redis-server to test with: on PATH, else the fetched one. Throws where there is neither. */
export function redisBinary(): string {
  for (const dir of [...(process.env.PATH ?? '').split(delimiter), FETCHED]) {
    if (dir === '') continue;
    try {
      accessSync(join(dir, 'redis-server'), constants.X_OK);
      return join(dir, 'redis-server');
    } catch {
      // not in this one
    }
  }
  throw new Error('there is no redis-server: run `node scripts/setup-tests.mjs`, it fetches one or says how');
}
