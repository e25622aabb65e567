import { Fault } from '../faults.ts';
import { deferred } from './deferred.ts';
import { emptyPicture, type Picture, type Row } from './picture.ts';
import { createSyncing, type Syncing } from './sync.ts';
import type { Timers } from './timers.ts';

/** A class as this viewer may see it, kept up to date over disconnects (SY1). */
export type ClassView = Readonly<Omit<Picture, 'entries'>> & {
  readonly entries: ReadonlyMap<string, Row>;
  /** Calls after every change; the result stops that. */
  onChange(listener: (view: ClassView) => void): () => void;
  /** Asks the server now; resolves when the answer is in the view, rejects with the Fault. */
  refresh(): Promise<void>;
  /** Resolves as soon as the predicate holds; rejects with TIMEOUT after `timeoutMs` (10 s). */
  until(predicate: (view: ClassView) => boolean, timeoutMs?: number): Promise<ClassView>;
  /** Stops following the class. */
  close(): void;
};

/** Makes the view of a class, and what keeps it up to date. */
export const createView = ({
  classId,
  ask,
  timers,
  random,
  onClose,
}: {
  classId: string;
  ask: Parameters<typeof createSyncing>[0]['ask'];
  timers: Timers;
  random: () => number;
  onClose: () => void;
}): { view: ClassView; syncing: Syncing } => {
  const listeners = new Set<(view: ClassView) => void>();
  const picture = emptyPicture(classId);
  const syncing = createSyncing({
    picture,
    ask,
    timers,
    random,
    changed() {
      for (const listener of [...listeners]) listener(view);
    },
  });
  // The picture itself, so that whoever holds the view reads what is known now.
  const view: ClassView = Object.assign(picture, {
    onChange(listener: (view: ClassView) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refresh: () => syncing.refresh(),
    until(predicate: (view: ClassView) => boolean, timeoutMs = 10_000) {
      if (predicate(view)) return Promise.resolve(view);
      const { promise, resolve, reject } = deferred<ClassView>();
      const stop = view.onChange(() => predicate(view) && resolve(view));
      const stopTimer = timers.after(timeoutMs, () => reject(new Fault('TIMEOUT')));
      return promise.finally(() => {
        stop();
        stopTimer();
      });
    },
    close() {
      syncing.down();
      listeners.clear();
      onClose();
    },
  });
  return { view, syncing };
};
