/**
 * The process that the embedded MongoDB lives in: `engine-child <package> <data directory> <socket path>`.
 * Started by engine-embedded.ts and by nothing else; it leaves as soon as its parent is gone.
 */
import { renameSync, rmdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { journalMajority } from './engine-majority.ts';

/** What it tells its parent. */
export type ChildSays = { ready: { version: string } } | { failed: string };

// The little we use of the package, said here: it is optional, and may be absent where this is compiled.
type Package = { open(dir: string): Promise<Opened> };
type Opened = {
  socketPath: string;
  engine: { roundTrip: (message: Buffer) => Promise<{ response: Buffer }> };
  close(): Promise<void>;
};

const [packagePath = '', dataDir = '', socketPath = ''] = process.argv.slice(2);
let opened: Opened | undefined;

// A terminal's ^C and a service manager's TERM reach the whole group; the parent decides when we may go.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});

const leave = () => {
  rmSync(dirname(socketPath), { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL'); // at once; what was acknowledged is in the journal
};
process.on('disconnect', leave);

process.on('message', (message) => {
  if (message !== 'stop') return;
  void (opened?.close() ?? Promise.resolve()).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`closing: ${describe(error)}\n`);
      process.exit(1);
    },
  );
});

try {
  // The package puts its socket into a directory of its own under TMPDIR (which is our private directory).
  // It is moved to the path that stays the same over restarts; rename also replaces a dead one.
  const { open } = createRequire(import.meta.url)(packagePath) as Package;
  opened = await open(dataDir);
  const { engine } = opened;
  const roundTrip = engine.roundTrip.bind(engine);
  engine.roundTrip = (message) => roundTrip(journalMajority(message));
  const version = await versionOf(opened);
  renameSync(opened.socketPath, socketPath);
  rmdirSync(dirname(opened.socketPath));
  say({ ready: { version } });
} catch (error) {
  say({ failed: describe(error) });
  process.exitCode = 1;
  process.off('disconnect', leave); // the parent lives and may try again with the same sockets
  process.disconnect();
}

function say(what: ChildSays): void {
  process.send?.(what);
}

function describe(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) lines.push(at.message);
  return lines.join('\n') || String(error);
}

/** Asks the engine for its version: an OP_MSG with `{ buildInfo: 1, $db: 'admin' }`, written by hand. */
async function versionOf({ engine }: Opened): Promise<string> {
  const body = Buffer.from('\0\0\0\0\x10buildInfo\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0', 'latin1');
  body.writeInt32LE(body.length, 0);
  const header = Buffer.alloc(21);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE(1, 4);
  header.writeInt32LE(2013, 12);
  const { response } = await engine.roundTrip(Buffer.concat([header, body]));
  const key = '\x02version\0';
  const at = response.indexOf(key, 0, 'latin1') + key.length;
  if (at < key.length) return 'of unknown version';
  return response.toString('utf8', at + 4, at + 4 + response.readInt32LE(at) - 1);
}
