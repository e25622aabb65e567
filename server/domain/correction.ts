import type { UserId } from '../../shared/ids.ts';
import type { LiveStatus, Source, Status } from '../../shared/status.ts';
import type { PastLine } from './closing.ts';

/** A mark as a record has it; times ISO 8601 UTC. */
export type Marked = {
  readonly status: LiveStatus;
  readonly source: Source;
  readonly at: string;
  readonly by?: UserId | undefined;
  readonly reason?: string | undefined;
  readonly minutesLate?: number | undefined;
  readonly skewed?: boolean | undefined;
};

/** One change of a record after DONE: what it was, what it became, who, when and why (CR1). */
export type Correction = {
  readonly was: Marked;
  readonly to: Status;
  readonly by: UserId;
  readonly at: string;
  readonly reason: string;
};

/** A line of a record's history. `from` is null for the first mark; `applied` is false for evidence that changed nothing. */
export type HistoryLine = {
  readonly kind: 'mark' | 'correction';
  readonly from: LiveStatus | null;
  readonly to: LiveStatus;
  readonly applied: boolean;
  readonly source: Source;
  readonly at: string;
  readonly by?: UserId | undefined;
  readonly reason?: string | undefined;
  readonly minutesLate?: number | undefined;
};

type Remembered = Marked & {
  readonly history: readonly PastLine[];
  readonly corrections: readonly Correction[];
};

/** Everything that is known of how a record came to say what it says, oldest first. */
export const historyOf = (record: Remembered): HistoryLine[] => {
  const [first] = record.corrections;
  let standing: LiveStatus | null = null;
  const lineOf = (mark: Marked, applied: boolean): HistoryLine => {
    const { status: to, source, at, by, reason, minutesLate } = mark;
    const line: HistoryLine = {
      kind: 'mark',
      from: standing,
      to,
      applied,
      source,
      at,
      by,
      reason,
      minutesLate,
    };
    if (applied) standing = to;
    return line;
  };
  return [
    ...record.history.map((past) => lineOf(past, past.applied)),
    lineOf(first?.was ?? record, true),
    ...record.corrections.map(
      ({ was, to, by, at, reason }): HistoryLine => ({
        kind: 'correction',
        from: was.status,
        to,
        applied: true,
        source: 'teacher',
        at,
        by,
        reason,
      }),
    ),
  ];
};
