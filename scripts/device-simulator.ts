import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** What the device saw: the school's code of a student, when by its own clock, and its own name for this. */
export type Seen = { readonly eventId: string; readonly studentCode: string; readonly at: string };

const BATCH = 200;
/** Struck-out lines beyond which the file is written anew. */
const COMPACT_AFTER = 500;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** What the server says of events for which no session stands; of all of them with 403. */
const NO_SESSION = 'DEVICE_NOT_BOUND';

/** Makes a new or renamed file in a directory survive a power cut. */
const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(dirname(path), 'r');
  await directory.sync().finally(() => directory.close());
};

/**
 * What waits to be sent, in an append-only file: `+ <event>` for what was seen, `- <eventId>` for what was
 * acknowledged. A last line torn by a power cut was never shown as seen, and is cut off. One process per file.
 */
export const openOutbox = async (path: string) => {
  const waiting = new Map<string, Seen>();
  let struck = 0;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of whole.split('\n').filter(Boolean)) {
    if (line.startsWith('- ')) waiting.delete(line.slice(2));
    else {
      const seen = JSON.parse(line.slice(2)) as Seen;
      waiting.set(seen.eventId, seen);
    }
  }
  let file: FileHandle = await open(path, 'a', 0o600);
  await file.truncate(Buffer.byteLength(whole));
  await file.sync();
  await syncDirectory(path);

  /** One write after the other: each waits for the disk. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work);
    last = run.catch(() => {});
    return run;
  };
  const append = async (lines: string): Promise<void> => {
    await file.appendFile(lines);
    await file.datasync();
  };

  /** A crash leaves the old file or the new one. */
  const compact = async (): Promise<void> => {
    const fresh = await open(`${path}.new`, 'w', 0o600);
    await fresh.writeFile([...waiting.values()].map((seen) => `+ ${JSON.stringify(seen)}\n`).join(''));
    await fresh.sync();
    await fresh.close();
    await rename(`${path}.new`, path);
    await syncDirectory(path);
    await file.close();
    file = await open(path, 'a', 0o600);
    struck = 0;
  };

  return {
    /** Resolves when it is on the disk: only then may the device show that it saw somebody. */
    keep: (seen: Seen): Promise<void> =>
      inTurn(async () => {
        await append(`+ ${JSON.stringify(seen)}\n`);
        waiting.set(seen.eventId, seen);
      }),
    /** The oldest that wait. */
    oldest: (n: number): Seen[] => [...waiting.values()].slice(0, n),
    strike: (eventIds: readonly string[]): Promise<void> =>
      inTurn(async () => {
        await append(eventIds.map((eventId) => `- ${eventId}\n`).join(''));
        for (const eventId of eventIds) waiting.delete(eventId);
        struck += eventIds.length;
        if (struck > COMPACT_AFTER) await compact();
      }),
    get size() {
      return waiting.size;
    },
    close: () => inTurn(() => file.close()),
  };
};
export type Outbox = Awaited<ReturnType<typeof openOutbox>>;

/** What a batch came to: which of it was answered for good; the rest is to be sent again, none before `waitMs`. */
type Sent = { readonly done: readonly Seen[]; readonly waitMs?: number; readonly note: string };
type Line = { readonly index: number; readonly code?: string };

const send = async (url: string, key: string, events: readonly Seen[], waiting: number): Promise<Sent> => {
  const body = JSON.stringify({ events, sentAt: new Date().toISOString(), waiting });
  const headers = { 'Content-Type': 'application/json', 'X-Device-Key': key };
  const to = new URL('/api/v1/attendance/scan', url);
  const response = await fetch(to, { method: 'POST', headers, body, signal: AbortSignal.timeout(15_000) });
  const answer = (await response.json()) as { code?: string; data?: { lines: Line[] } };
  if (answer.data) {
    // What no session stands for is kept nowhere else: one that starts soon takes it, later it is set aside there.
    const unbound = new Set(
      answer.data.lines.filter(({ code }) => code === NO_SESSION).map(({ index }) => index),
    );
    return { done: events.filter((_, index) => !unbound.has(index)), note: JSON.stringify(answer.data) };
  }
  const after = Number(response.headers.get('retry-after'));
  const kept = answer.code === NO_SESSION ? '; kept, and sent again' : '';
  const note = `${response.status} ${answer.code ?? ''}${kept}`;
  return { done: [], note, ...(after > 0 && { waitMs: after * 1000 }) };
};

/**
 * Sends what waits, the oldest first, until the outbox is empty or `stop` is aborted; the same again, later and later,
 * while there is no answer for good. Resolves with how many were struck out.
 */
export const drain = async (
  outbox: Outbox,
  {
    url,
    key,
    stop,
    say = () => {},
  }: { url: string; key: string; stop?: AbortSignal; say?: (line: string) => void },
): Promise<number> => {
  let struck = 0;
  let pauseMs = FIRST_PAUSE_MS;
  while (outbox.size > 0 && !stop?.aborted) {
    const batch = outbox.oldest(BATCH);
    const sent = await send(url, key, batch, outbox.size - batch.length).catch(
      (error: unknown): Sent => ({ done: [], note: String(error) }),
    );
    say(`${batch.length} sent: ${sent.note}`);
    if (sent.done.length > 0) {
      await outbox.strike(sent.done.map(({ eventId }) => eventId));
      struck += sent.done.length;
      pauseMs = FIRST_PAUSE_MS;
      continue;
    }
    // At random, so that all the devices of a school do not come back at one moment.
    const waitMs = Math.max(sent.waitMs ?? 0, pauseMs * (0.5 + Math.random()));
    await pause(waitMs, undefined, stop ? { signal: stop } : {}).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  return struck;
};

const USAGE = `node --import=tsx scripts/device-simulator.ts --key rc_… [--url http://localhost:8000] [--outbox device.outbox] CODE…

Sees each of the student codes once, keeps that on the disk, and sends what the outbox holds until all of it is
acknowledged. Without codes it only sends what an earlier run has left.
`;

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://localhost:8000' },
      key: { type: 'string', default: process.env.DEVICE_KEY ?? '' },
      outbox: { type: 'string', default: 'device.outbox' },
    },
  });
  if (values.key === '') {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const outbox = await openOutbox(values.outbox);
  for (const studentCode of positionals) {
    await outbox.keep({ eventId: randomUUID(), studentCode, at: new Date().toISOString() });
    say(`seen: ${studentCode}`);
  }
  say(`${await drain(outbox, { url: values.url, key: values.key, say })} acknowledged`);
  await outbox.close();
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
