/**
 * Stands in for `mongod`: the embedded engine behind the flags, the output, the exit codes and the signals that
 * the launcher relies on. It does not notice that its parent is gone, as mongod does not.
 */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchEmbedded } from '../../server/data/engine-embedded.ts';
import type { LaunchFault } from '../../server/data/engine-process.ts';

const { values } = parseArgs({
  options: { dbpath: { type: 'string' }, bind_ip: { type: 'string' }, unixSocketPrefix: { type: 'string' } },
});
const { dbpath = '', bind_ip = '' } = values;
const socketDir = mkdtempSync(join(tmpdir(), 'fake-mongod-'));
const socketPath = join(socketDir, 's');
try {
  const run = await launchEmbedded({
    dataDir: dbpath,
    socketDir,
    socketPath,
    env: process.env,
    log: () => {},
  });
  renameSync(socketPath, bind_ip);
  process.on('SIGTERM', async () => {
    await run.stop();
    rmSync(socketDir, { recursive: true, force: true });
    process.exit(0);
  });
  console.log('{"s":"I","id":23403,"msg":"Build Info","attr":{"buildInfo":{"version":"8.0.99"}}}');
  console.log('{"s":"I","id":23016,"msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}');
} catch (error) {
  rmSync(socketDir, { recursive: true, force: true });
  console.log(`{"s":"E","id":20557,"msg":"DBException in initAndListen","attr":{"error":"${error}"}}`);
  process.exitCode = (error as LaunchFault).inUse ? 100 : 1;
}
