import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Deferred, deferred } from '../deferred.ts';
import type { KeptMark, OutboxStore } from '../outbox-store.ts';

type Line = { keep: KeptMark } | { drop: string };

/** Lines in the file beyond which it is written anew, when most of them are about marks long gone. */
const COMPACT_LINES = 2_000;

const parse = (text: string): Line | undefined => {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null) return undefined;
    if ('keep' in line || 'drop' in line) return line as Line;
  } catch {
    // Torn by a crash: it was never reported as kept.
  }
  return undefined;
};

/** Makes a new or renamed file in a directory survive a power cut. */
const syncDirectory = async (path: string) => {
  const directory = await open(dirname(path), 'r');
  await directory.sync().finally(() => directory.close());
};

/**
 * Keeps marks in a journal file: one JSON line per mark kept or dropped, on the disk (fsync) before `keep`
 * resolves; what is asked for meanwhile shares the next fsync. A last line torn by a crash is cut off. One
 * process per file.
 */
export const fileOutbox = (path: string): OutboxStore => {
  const kept = new Map<string, KeptMark>();
  let file: FileHandle | undefined;
  let lines = 0;
  let queue: { text: string; durable: boolean; done: Deferred<void> }[] = [];
  let writing = false;
  let written = Promise.resolve();
  let broken: Error | undefined;

  const apply = (line: Line) => {
    lines += 1;
    if ('keep' in line) kept.set(line.keep.opId, line.keep);
    else kept.delete(line.drop);
  };
  /** Writes what is still kept to a new file and puts it in the place of the old: a crash leaves one or the other. */
  const compact = async () => {
    const fresh = await open(`${path}.new`, 'w', 0o600);
    await fresh.writeFile([...kept.values()].map((keep) => `${JSON.stringify({ keep })}\n`).join(''));
    await fresh.sync();
    await rename(`${path}.new`, path);
    await syncDirectory(path);
    await file?.close();
    file = fresh;
    lines = kept.size;
  };
  const writeAll = async () => {
    writing = true;
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        if (broken) throw broken;
        if (!file) throw new Error('The outbox is not open');
        await file.appendFile(batch.map(({ text }) => text).join(''));
        if (batch.some(({ durable }) => durable)) await file.datasync();
        for (const { done } of batch) done.resolve();
        if (lines > COMPACT_LINES && lines > 4 * kept.size) await compact();
      } catch (cause) {
        // After a failed write or fsync nobody knows what the file holds: nothing more is promised.
        broken = cause instanceof Error ? cause : new Error(String(cause));
        for (const { done } of batch) done.reject(broken);
      }
    }
    writing = false; // in the same turn as the last look at the queue: nothing can be left lying
  };
  const write = (line: Line, durable: boolean): Promise<void> => {
    const done = deferred<void>();
    apply(line);
    queue.push({ text: `${JSON.stringify(line)}\n`, durable, done });
    if (!writing) written = writeAll();
    return done.promise;
  };

  return {
    async load() {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      file = await open(path, 'a+', 0o600);
      const text = await file.readFile('utf8');
      for (const part of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
        const line = parse(part);
        if (line) apply(line);
      }
      await compact();
      return [...kept.values()];
    },
    keep: (mark) => write({ keep: mark }, true),
    drop: (opId) => write({ drop: opId }, false),
    async close() {
      await written;
      await file?.close();
      file = undefined;
    },
  };
};
