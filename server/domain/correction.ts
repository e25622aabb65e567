import type { UserId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/protocol/index.ts';
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
  readonly flags?: Entry['flags'];
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
  readonly flags?: Entry['flags'];
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
    const { status: to, source, at, by, reason, minutesLate, flags } = mark;
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
      flags,
    };
    if (applied) standing = to;
    return line;
  };
  return [
    ...record.history.map((past) => lineOf(past, past.applied)),
    // A correction leaves the flags where they are: on the record.
    lineOf({ ...(first?.was ?? record), flags: record.flags }, true),
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

/** The lines without flags; one that was added for a flag and says nothing else than an earlier one is left out (CI9). */
export const withoutFlags = (lines: readonly HistoryLine[]): HistoryLine[] => {
  const says = ({ to, source, at, minutesLate }: HistoryLine) => [to, source, at, minutesLate].join(' ');
  return lines.flatMap(({ flags, ...line }, i) => {
    const changes = line.applied && line.from !== line.to;
    const again = !changes && lines.slice(0, i).some((earlier) => says(earlier) === says(line));
    return flags && again ? [] : [line];
  });
};
