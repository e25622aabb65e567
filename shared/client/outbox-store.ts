import type { LiveStatus } from '../status.ts';

/** A mark as it waits for its acknowledgement; every sending carries the same `opId` (MK3). */
export type KeptMark = {
  readonly opId: string;
  readonly classId: string;
  /** The session that it was made for: it never counts in another. Missing until that session is known. */
  readonly sessionId?: string;
  readonly studentId: string;
  readonly status: LiveStatus;
  /** When it was made, ISO 8601 UTC, by this device's clock (MK7). */
  readonly at: string;
  readonly reason?: string;
};

/** Where unacknowledged marks are kept: memory, a file, later IndexedDB. One client at a time per store. */
export type OutboxStore = {
  /**
   * What was kept and not dropped, in the order in which it was first kept. Called once, before all else but `note`.
   * `later` is called with what comes to light afterwards, such as the marks of another tab that has gone.
   */
  load(later?: (marks: KeptMark[]) => void): Promise<KeptMark[]>;
  /** Notes a mark in the very moment in which it is made, where the store can; `keep` follows. */
  note?(mark: KeptMark): void;
  /** Resolves when the mark would survive a crash. Under a known `opId` it replaces, in place. */
  keep(mark: KeptMark): Promise<void>;
  /** Forgets a mark. A drop that a crash undoes does no harm: the mark is sent again, and is known there. */
  drop(opId: string): Promise<void>;
  close(): Promise<void>;
};
