import type { Redis } from 'ioredis';
import type { ClassId } from '../../shared/ids.ts';
import { heardFrom } from './redis-rows.ts';
import type { Keys } from './redis-scripts.ts';
import type { Heard, Listener, Since } from './register.ts';

type Followed = {
  readonly classId: ClassId;
  readonly listeners: Set<Listener>;
  /** What was told last; undefined until the first change or catch-up. */
  epoch: string | undefined;
  version: number;
  /** Announcements wait here while it is read where the register stands. */
  waiting: Heard[] | undefined;
  /** Batches of our own that nobody announces, and that come before what precedes them; in order. */
  early: Heard[];
  /** More was missed while a catch-up was reading: it has to read once more. */
  again: boolean;
  /** That nothing was live when the following began: whatever comes first, everything of that register is news. */
  fromStart: boolean;
  /** Resolves when it is known where the register stood at the beginning. */
  begun: Promise<void> | undefined;
};

/** How long a batch may wait for what precedes it before that is read from the log, in ms. */
const EARLY_MS = 1_000;

type Deps = {
  readonly sub: Redis;
  /** The keys of a class, `own` for this instance. */
  readonly keys: (classId: ClassId) => Keys;
  /** The epoch and version of the register as it stands; null when nothing is live. */
  readonly position: (classId: ClassId) => Promise<{ epoch: string; version: number } | null>;
  /** Reads the register's log; null when nothing is live. */
  readonly since: (classId: ClassId, known?: { epoch: string; version: number }) => Promise<Since | null>;
  readonly onError: (error: unknown) => void;
};

/**
 * Follows the announcements of the register's scripts. Pub/sub delivers at most once, so versions are checked:
 * a gap, or a new subscription after a lost connection, is mended from the register's log, or said to be lost (MK4).
 */
export const createFeed = ({ sub, keys, position, since, onError }: Deps) => {
  const followed = new Map<string, Followed>();

  const tell = (to: Followed, batch: Heard) => {
    to.epoch = batch.epoch;
    to.version = batch.version;
    for (const listener of to.listeners) listener.heard(batch);
  };

  const lose = (to: Followed) => {
    for (const listener of to.listeners) listener.lost(to.classId);
  };

  /** Tells the part of a batch that is new; false when something before it is missing. */
  const take = (to: Followed, batch: Heard): boolean => {
    const first = batch.version - batch.changes.length + 1;
    if (to.epoch !== batch.epoch) {
      // A register begins at version 1; later than that, its beginning was missed, or is still on its way.
      if (first !== 1) return false;
      tell(to, batch);
      return true;
    }
    if (batch.version <= to.version) return true;
    if (first > to.version + 1) return false;
    tell(to, { ...batch, changes: batch.changes.slice(to.version + 1 - first) });
    return true;
  };

  /** True for an announcement of nothing new; looks at its head only. */
  const isKnown = (to: Followed, message: string): boolean => {
    const [, epoch, , version] = message.split('\n', 4);
    return epoch === to.epoch && Number(version) <= to.version;
  };

  /** Tells the early batches whose turn has come. */
  const takeEarly = (to: Followed) => {
    while (to.early[0] && take(to, to.early[0])) to.early.shift();
  };

  const release = (to: Followed) => {
    const held = to.waiting ?? [];
    to.waiting = undefined;
    for (const batch of held) if (!take(to, batch)) void catchUp(to);
    takeEarly(to);
  };

  const readMissed = async (to: Followed) => {
    try {
      const begun = to.fromStart ? to.early[0]?.epoch : undefined;
      const epoch = to.epoch ?? begun;
      const known = epoch === undefined ? undefined : { epoch, version: to.version };
      const now = await since(to.classId, known);
      if (now?.mode === 'delta') {
        if (now.changes.length > 0) tell(to, { ...now, changes: now.changes });
      } else if (now) {
        to.epoch = now.epoch;
        to.version = now.version;
        lose(to);
      }
    } catch (error) {
      onError(error);
      lose(to);
    }
  };

  /** What was read is newer than early batches of another epoch: nothing can come any more that would go before them. */
  const dropForeign = (to: Followed) => {
    const own = to.early.filter(({ epoch }) => epoch === to.epoch);
    if (own.length === to.early.length) return;
    to.early = own;
    lose(to);
  };

  const catchUp = async (to: Followed): Promise<void> => {
    if (to.waiting) {
      // What is being read may be from before that of which we are told now, such as a new epoch.
      to.again = true;
      return;
    }
    to.waiting = [];
    do {
      to.again = false;
      await readMissed(to);
    } while (to.again);
    dropForeign(to);
    release(to);
  };

  /** Learns from where on changes are new: without that the first to be told could be one that others precede. */
  const begin = async (to: Followed): Promise<void> => {
    try {
      const at = await position(to.classId);
      to.epoch = at?.epoch;
      to.version = at?.version ?? 0;
      to.fromStart = at === null;
    } catch (error) {
      onError(error);
    }
    release(to);
    if (to.again) await catchUp(to);
  };

  sub.on('smessage', (channel: string, message: string) => {
    const to = followed.get(channel);
    // What this process did itself has been told already.
    if (!to || isKnown(to, message)) return;
    const batch = heardFrom(to.classId, message);
    // A catch-up that starts now reads this batch from the log as well.
    if (to.waiting) to.waiting.push(batch);
    else if (take(to, batch)) takeEarly(to);
    else void catchUp(to);
  });

  return {
    /** The classes that somebody follows. */
    classes: (): ClassId[] => [...followed.values()].map(({ classId }) => classId),

    /**
     * Tells what a call of this process has changed, without waiting for an announcement. Where something before it
     * is still on its way, the announcement will tell both; where there is none, it waits for what is on its way:
     * that was announced before, on a connection that stands, or else is read when the connection is back.
     */
    own(batch: Heard, announced: boolean): void {
      const to = followed.get(keys(batch.classId).feed);
      if (!to) return;
      const told = !to.waiting && to.early.length === 0 && take(to, batch);
      if (told || announced) return;
      to.early.push(batch);
      if (to.early.length > 1) return;
      setTimeout(() => {
        if (to.early.length > 0) void catchUp(to);
      }, EARLY_MS).unref();
    },

    /** Reads what was announced while nobody was subscribed; to be called when the connection is back. */
    async mend(): Promise<void> {
      await Promise.all(
        [...followed.values()].map(async (to) => {
          const { feed, own } = keys(to.classId);
          // The connection subscribes again by itself, but perhaps only after we have looked.
          await sub.ssubscribe(feed, own);
          await catchUp(to);
        }),
      );
    },

    async follow(classId: ClassId, listener: Listener): Promise<() => Promise<void>> {
      const { feed: channel, own } = keys(classId);
      let to = followed.get(channel);
      if (!to) {
        const nothing = { epoch: undefined, version: 0, early: [], again: false, fromStart: false };
        to = { classId, listeners: new Set(), waiting: [], begun: undefined, ...nothing };
        followed.set(channel, to);
      }
      to.listeners.add(listener);
      const standing = to;
      try {
        // Also for a second listener: the first one's subscription may still be on its way.
        await sub.ssubscribe(channel, own);
      } catch (error) {
        standing.listeners.delete(listener);
        if (standing.listeners.size === 0 && followed.get(channel) === standing) followed.delete(channel);
        throw error;
      }
      standing.begun ??= begin(standing);
      await standing.begun;
      return async () => {
        standing.listeners.delete(listener);
        if (standing.listeners.size > 0 || followed.get(channel) !== standing) return;
        followed.delete(channel);
        await sub.sunsubscribe(channel, own).catch(onError);
      };
    },
  };
};
