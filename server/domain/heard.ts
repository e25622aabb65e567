import type { ClassId, SessionId } from '../../shared/ids.ts';
import type { Change, Visibility } from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';

/** Consecutive changes of one class, in order, with the counts after the last of them. */
export type Heard = {
  readonly classId: ClassId;
  readonly sessionId: SessionId;
  readonly epoch: string;
  readonly visibility: Visibility;
  /** The version of the last change. */
  readonly version: number;
  readonly changes: readonly Change[];
  readonly counts: Counts;
};

/** Listens to one class. Changes come without gaps and in order, or `lost` says that some were missed (MK4). */
export type Listener = {
  heard(batch: Heard): void;
  lost(classId: ClassId): void;
};

/** Starts listening to a class; resolves when nothing later can be missed. The result stops listening. */
export type Follow = (classId: ClassId, listener: Listener) => Promise<() => Promise<void>>;
