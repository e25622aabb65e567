import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchEmbedded } from './engine-embedded.ts';
import { DataDirInUse, EngineUnavailable } from './engine-errors.ts';
import { launchMongod, mongodOnPath } from './engine-mongod.ts';
import { isAlive, type Note, readNote } from './engine-note.ts';
import type { EngineRun, Launch, LaunchFault } from './engine-process.ts';

/** How long the engine of a hub that was killed may take to notice it, in ms. */
const ORPHAN_MS = 3_000;

/** Starts one run of an engine of this kind; rejects with a `LaunchFault`. */
export async function launch(kind: EngineRun['kind'], at: Launch): Promise<EngineRun> {
  if (kind === 'embedded') return launchEmbedded(at);
  const file = mongodOnPath(at.env);
  if (!file) throw Object.assign(new Error('there is no `mongod` on PATH'), { unavailable: true });
  return launchMongod(file, at);
}

/**
 * Starts the engine that this machine has: the kind that wrote the directory if there is a choice, else `mongod`
 * from PATH, else the embedded one. Throws `DataDirInUse` or `EngineUnavailable`, or what the engine said.
 */
export async function firstRun(at: Launch): Promise<EngineRun> {
  const wroteIt = (await readNote(at.dataDir))?.engine;
  const kinds: EngineRun['kind'][] = wroteIt === 'embedded' ? ['embedded', 'mongod'] : ['mongod', 'embedded'];
  const reasons: string[] = [];
  for (const kind of kinds) {
    try {
      return await launchUnlessHeld(kind, at);
    } catch (error) {
      if (!(error as LaunchFault).unavailable) throw error;
      reasons.push((error as Error).message);
    }
  }
  throw new EngineUnavailable(reasons);
}

/** An engine whose hub was killed needs a moment to notice: it is waited for. A hub that lives is not. */
async function launchUnlessHeld(kind: EngineRun['kind'], at: Launch): Promise<EngineRun> {
  const giveUp = performance.now() + ORPHAN_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      return await launch(kind, at);
    } catch (error) {
      if (!(error as LaunchFault).inUse) throw error;
      const note = await readNote(at.dataDir);
      const holder = await holderOf(at.dataDir, note);
      if (holder.alive || performance.now() > giveUp) throw new DataDirInUse(at.dataDir, holder.pid);
      if (tries === 0)
        at.log(`${at.dataDir} is still held by the engine of a hub that is gone: waiting for it`);
      await delay(20);
    }
  }
}

async function holderOf(dataDir: string, note: Note | undefined): Promise<{ pid?: number; alive: boolean }> {
  if (note?.hub) {
    // Our own id: we do not hold it, so an earlier process had the same one (the usual case in a container).
    return { pid: note.hub, alive: note.hub !== process.pid && isAlive(note.hub) };
  }
  // Not (yet) one of ours: MongoDB's own lock file names the process.
  const pid = Number((await readFile(join(dataDir, 'mongod.lock'), 'utf8').catch(() => '')).trim());
  return pid > 0 ? { pid, alive: isAlive(pid) } : { alive: false };
}
