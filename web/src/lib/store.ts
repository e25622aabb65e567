import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { KeptMark } from '../../../shared/client/index.ts';

interface Kept extends DBSchema {
  /** Marks that no server has acknowledged, by opId; `owner` is the tab that sends them. */
  marks: {
    key: string;
    value: { mark: KeptMark; userId: string; owner: string; order: number };
    indexes: { user: string };
  };
  /** What was last known, to be shown while there is no network: answers by user and path, pictures of registers. */
  known: { key: string; value: { userId: string; data: unknown; at: number } };
}

/** Answers older than this are forgotten, in ms. */
const KNOWN_MS = 14 * 86_400_000;

let opened: Promise<IDBPDatabase<Kept>> | undefined;
/** This browser's own database. */
export const database = (): Promise<IDBPDatabase<Kept>> => {
  opened ??= openDB<Kept>('rollcall', 1, {
    upgrade(db) {
      db.createObjectStore('marks').createIndex('user', 'userId');
      db.createObjectStore('known');
    },
    terminated: () => {
      opened = undefined;
    },
  });
  return opened;
};

export type Known<T> = { readonly data: T; readonly at: number };

/** Keeps what a user was shown. A browser that keeps nothing only loses the offline view. */
export const keepKnown = async (userId: string, key: string, data: unknown): Promise<void> => {
  try {
    await (await database()).put('known', { userId, data, at: Date.now() }, `${userId} ${key}`);
  } catch {
    // private browsing, a full disk
  }
};

/** What a user was last shown, and when (ms since 1970). */
export const lastKnown = async <T>(userId: string, key: string): Promise<Known<T> | undefined> => {
  try {
    const found = await (await database()).get('known', `${userId} ${key}`);
    return found && Date.now() - found.at < KNOWN_MS ? { data: found.data as T, at: found.at } : undefined;
  } catch {
    return undefined;
  }
};

/** Forgets what everybody was shown, or everybody but one user; marks that still wait stay: those are promises. */
export const forgetKnown = async (but?: string): Promise<void> => {
  try {
    const db = await database();
    if (but === undefined) return await db.clear('known');
    const tx = db.transaction('known', 'readwrite');
    void tx.store.delete(IDBKeyRange.upperBound(`${but} `, true));
    void tx.store.delete(IDBKeyRange.lowerBound(`${but} \uffff`, true));
    await tx.done;
  } catch {
    // nothing is kept then
  }
};
