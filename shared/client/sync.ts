import { Fault } from '../faults.ts';
import type { DataOf, Done, InputOf, ReplyOf, Session, sync as syncCommand } from '../protocol/index.ts';
import { createBackoff } from './backoff.ts';
import { type Deferred, deferred } from './deferred.ts';
import {
  type CountsData,
  type MarkedData,
  type Picture,
  seesAll,
  type Taken,
  takeCounts,
  takeMark,
  takeOver,
  takeSync,
} from './picture.ts';
import type { Timers } from './timers.ts';

/** Keeps one picture up to date: SYNC on every connection, live changes in order, SYNC where something is missing. */
export type Syncing = {
  up(): void;
  down(): void;
  heard(name: string, data: unknown): void;
  /** SYNCs now; resolves when the answer is in the picture, rejects with the Fault. */
  refresh(): Promise<void>;
};

/** How long the counts may be ahead of the rows, in ms, before we ask. */
const LAG_MS = 1_000;
/** Students who all have cause to SYNC at one moment spread themselves over this time, in ms. */
const SPREAD_MS = 250;
/** Messages held while SYNC is under way; where there are more, we SYNC once more. */
const HELD = 1_000;

/** Keeps one picture up to date. `changed` is called after every change, and when a SYNC failed for good. */
export const createSyncing = ({
  picture,
  ask,
  timers,
  random,
  changed,
}: {
  picture: Picture;
  ask: (data: InputOf<typeof syncCommand>) => Promise<ReplyOf<typeof syncCommand>>;
  timers: Timers;
  random: () => number;
  changed: () => void;
}): Syncing => {
  const { classId } = picture;
  const backoff = createBackoff({ baseMs: 200, maxMs: 5_000, random });
  let connected = false;
  let asking = false;
  let again = false;
  let repairs = 0;
  let snapshotNeeded = false;
  let held: [name: string, data: unknown][] = [];
  let askers: Deferred<void>[] = [];
  let wanted: Deferred<void>[] = [];
  let stopTimer: (() => void) | undefined;
  let stopLag: (() => void) | undefined;

  const syncIn = (ms: number) => {
    if (!connected) return;
    if (asking) {
      again = true;
    } else if (ms === 0) {
      stopTimer?.();
      stopTimer = undefined;
      void syncNow();
    } else {
      stopTimer ??= timers.after(ms, () => {
        stopTimer = undefined;
        void syncNow();
      });
    }
  };
  /** Something is missing. When SYNC does not bring it, the pauses grow. */
  const missing = () => {
    repairs += 1;
    if (repairs > 1) syncIn(backoff.next());
    else syncIn(picture.state === 'unknown' || seesAll(picture) ? 0 : random() * SPREAD_MS);
  };

  const syncNow = async (): Promise<void> => {
    asking = true;
    again = false;
    askers = wanted;
    wanted = [];
    const { epoch, version, state } = picture;
    const known = state === 'live' && epoch !== undefined && !snapshotNeeded ? { epoch, version } : {};
    try {
      const reply = await ask({ classId, ...known });
      asking = false;
      picture.fault = undefined;
      snapshotNeeded = takeSync(picture, reply) === 'gap';
      const late = held;
      held = [];
      const gaps = late.filter(([name, data]) => !snapshotNeeded && take(name, data) === 'gap').length;
      changed();
      for (const asker of askers) asker.resolve();
      if (snapshotNeeded || gaps > 0) return missing();
      repairs = 0;
      backoff.reset();
      if (again || wanted.length > 0) syncIn(0);
    } catch (cause) {
      asking = false;
      held = [];
      const fault = cause instanceof Fault ? cause : new Fault('INTERNAL', { cause });
      for (const asker of askers) asker.reject(fault);
      if (fault.kind.retry) return syncIn(backoff.next());
      picture.fault = fault;
      changed();
    }
  };

  const watchLag = ({ epoch, version }: Pick<CountsData, 'epoch' | 'version'>) => {
    if (!seesAll(picture) || picture.state !== 'live' || version <= picture.version) return;
    stopLag ??= timers.after(LAG_MS, () => {
      stopLag = undefined;
      if (epoch !== picture.epoch) return;
      if (version > picture.version) missing();
      // The counts that came meanwhile have not been waited for yet, and none may follow.
      else watchLag({ epoch, version: picture.countsVersion });
    });
  };

  const take = (name: string, data: unknown): Taken => {
    switch (name) {
      case 'ATTENDANCE_MARKED':
        return takeMark(picture, data as MarkedData);
      case 'COUNTS':
        watchLag(data as CountsData);
        return takeCounts(picture, data as CountsData);
      case 'RESYNC':
        return 'gap';
      case 'SESSION_STARTED':
        return picture.state === 'live' && (data as Session).id === picture.sessionId ? 'unchanged' : 'gap';
      case 'SESSION_CLOSED':
        return takeOver(picture, (data as Session).id, (data as Session).counts);
      case 'DONE':
        return takeOver(picture, (data as Done).sessionId, data as DataOf<{ data: typeof Done }>);
      default:
        return 'unchanged';
    }
  };

  return {
    up() {
      connected = true;
      repairs = 0;
      syncIn(0);
    },
    down() {
      connected = false;
      stopTimer?.();
      stopLag?.();
      stopTimer = stopLag = undefined;
      held = [];
      for (const asker of wanted) asker.reject(new Fault('DISCONNECTED'));
      wanted = [];
    },
    heard(name, data) {
      if (asking) {
        // The answer may have been made before or after this: it is looked at once the answer is here.
        if (held.length < HELD) held.push([name, data]);
        else again = true;
        return;
      }
      const taken = take(name, data);
      if (taken === 'changed') changed();
      else if (taken === 'gap') missing();
    },
    refresh() {
      if (!connected) return Promise.reject(new Fault('DISCONNECTED'));
      const asker = deferred<void>();
      // The first answer is new enough for whoever came before it was there.
      if (asking && picture.state === 'unknown') askers.push(asker);
      else {
        wanted.push(asker);
        syncIn(0);
      }
      return asker.promise;
    },
  };
};
