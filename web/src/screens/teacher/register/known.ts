import type { ClassView, Row } from '../../../../../shared/client/index.ts';
import { session } from '../../../lib/session.ts';
import { keepKnown, lastKnown } from '../../../lib/store.ts';

/** A register as it was last shown in this browser. */
export type KnownRegister = {
  /** When that was, ms since 1970. */
  readonly since: number;
  readonly sessionId: string;
  readonly entries: ReadonlyMap<string, Row>;
  readonly roster: ReadonlySet<string>;
};
type Kept = { live: false } | { live: true; sessionId: string; rows: Row[]; roster: string[] };

/** How long changes are gathered before they are written, in ms. */
const GATHER_MS = 500;

const userId = (): string | undefined => {
  const now = session.state.get();
  return now.status === 'in' ? now.user.id : undefined;
};
const keyOf = (classId: string) => `register ${classId}`;
const pending = new Set<string>();
/** When there is nothing else to do, but within this time, in ms. Not every browser tells when that is. */
const IDLE_MS = 1_000;
const whenIdle = (then: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout: IDLE_MS });
  else then();
};

/** Keeps what a view shows, for a reload without a network. */
export const keepRegister = (view: ClassView): void => {
  const { classId } = view;
  if (pending.has(classId)) return;
  const write = () => {
    pending.delete(classId);
    const id = userId();
    const { state, sessionId, entries, roster } = view;
    if (id === undefined || state === 'unknown') return;
    const kept: Kept =
      state === 'live' && sessionId !== undefined && roster
        ? { live: true, sessionId, rows: [...entries.values()], roster: [...roster] }
        : { live: false };
    void keepKnown(id, keyOf(classId), kept);
  };
  pending.add(classId);
  setTimeout(() => whenIdle(write), GATHER_MS);
};

/** What was kept of a class's register that was live then. */
export const lastRegister = async (classId: string): Promise<KnownRegister | undefined> => {
  const id = userId();
  const found = id === undefined ? undefined : await lastKnown<Kept>(id, keyOf(classId));
  if (!found?.data.live) return undefined;
  const { sessionId, rows, roster } = found.data;
  const entries = new Map(rows.map((row) => [row.studentId as string, row]));
  return { since: found.at, sessionId, entries, roster: new Set(roster) };
};
