import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the holder of a data directory writes into it, beside MongoDB's own files. The lock itself is MongoDB's
 * (the system drops it with the process, however that ends); this only says who it is and what it leaves behind.
 */
export type Note = {
  /** The kind of engine that wrote the files: another kind or version may not read them. */
  engine: 'embedded' | 'mongod';
  version: string;
  /** Process id of the hub while it holds the directory, else `null`. */
  hub: number | null;
  socketDir: string | null;
};

const fileIn = (dataDir: string) => join(dataDir, 'rollcall-engine.json');

/** Reads the note, `undefined` if there is none that can be read. */
export async function readNote(dataDir: string): Promise<Note | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), 'utf8')) as Note;
  } catch {
    return undefined;
  }
}

/** Replaces the note. Only the process that holds the directory may. */
export async function writeNote(dataDir: string, note: Note): Promise<void> {
  const file = fileIn(dataDir);
  await writeFile(`${file}.new`, `${JSON.stringify(note)}\n`);
  await rename(`${file}.new`, file);
}

/** False if no process with this id runs. One that has ended but was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8'); // "12 (name, which may hold brackets) Z …"
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return true; // no /proc here (macOS)
  }
}
