import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { build } from './build.ts';
import { readConfig } from './config.ts';
import { crashAt } from './kit/checkpoint.ts';
import { describeError } from './kit/describe-error.ts';
import { createLog } from './kit/log.ts';

/** How long an orderly end may take before the process ends anyway, in ms. */
const END_MS = 25_000;

const stop = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

const read = readConfig(process.env);
if ('problems' in read)
  stop(`The configuration is wrong:\n${read.problems.map((line) => `  ${line}`).join('\n')}`);
const { config } = read as Exclude<typeof read, { problems: string[] }>;
const log = createLog(config.LOG_LEVEL);
const packageFile = new URL(
  import.meta.url.includes('/dist/') ? '../../package.json' : '../package.json',
  import.meta.url,
);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

try {
  const built = await build(config, {
    log,
    version,
    // Only a test may ask the process to die at a named step.
    ...(config.NODE_ENV === 'test' ? { checkpoint: crashAt(process.env.ROLLCALL_CRASH_AT) } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    built.http.once('error', reject);
    built.http.listen(config.PORT, config.HOST, resolve);
  });
  const { port } = built.http.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(config.HOST) ? 'localhost' : config.HOST;
  process.stdout.write(`Rollcall is ready at http://${host}:${port} (${built.describe})\n`);
  if (!built.hasAdmin)
    process.stdout.write(
      'There is no administrator yet: started with ADMIN_EMAIL and ADMIN_PASSWORD set, it makes the first.\n',
    );

  const end = (signal: string) => {
    log.info({ signal }, 'ending');
    setTimeout(() => stop('it took too long to end'), END_MS).unref();
    built.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: describeError(error) }, 'not ended in order');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
} catch (error) {
  stop(`Rollcall cannot start: ${error instanceof Error ? error.message : String(error)}`);
}
