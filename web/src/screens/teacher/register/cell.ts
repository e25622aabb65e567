import type { KeptMark, Row } from '../../../../../shared/client/index.ts';
import type { Flag } from '../../../../../shared/protocol/index.ts';
import type { Counts, LiveStatus, Source, Status } from '../../../../../shared/status.ts';
import type { Shown } from '../../../ui/status.tsx';

/** What a card shows of one student. */
export type Cell = {
  readonly status: Shown;
  /** Marked here, and not acknowledged for a while, or not sent at all. */
  readonly waiting: boolean;
  readonly source?: Source;
  readonly at?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly minutesLate?: number;
  readonly skewed?: boolean;
  readonly flags: readonly Flag[];
};

/** A mark of this page that the picture does not show yet. `open`: how many of the student's marks have no answer. */
export type Ahead = {
  readonly status: LiveStatus;
  readonly reason?: string;
  /** What is to stand there again when the mark is taken back. */
  readonly was?: Cell;
  readonly at: string;
  readonly open: number;
  /** It took longer than an answer takes, or could not be sent: it is shown as waiting. */
  readonly late: boolean;
  /** The register's version of the last acknowledged one, and in which epoch. */
  readonly version: number;
  readonly epoch?: string;
};

const NOTHING: Cell = { status: 'unmarked', waiting: false, flags: [] };

/** What to show: a mark of this page first, then one of an earlier visit, then what the server says. */
export const cellOf = (
  row: Row | undefined,
  ahead: Ahead | undefined,
  behind: KeptMark | undefined,
): Cell => {
  const mine = ahead ?? behind;
  const flags = row && 'flags' in row ? (row.flags ?? []) : [];
  const waiting = ahead === undefined || (ahead.open > 0 && ahead.late);
  if (mine?.status === 'unmarked') return { ...(ahead?.was ?? NOTHING), waiting };
  if (mine)
    return {
      status: mine.status,
      waiting,
      source: 'teacher',
      at: mine.at,
      ...(mine.reason !== undefined && { reason: mine.reason }),
      flags,
    };
  if (!row) return NOTHING;
  const { status, source, at, minutesLate } = row;
  return {
    status,
    waiting: false,
    source,
    at,
    flags,
    ...(minutesLate !== undefined && { minutesLate }),
    ...('by' in row && row.by !== undefined && { by: row.by }),
    ...('reason' in row && row.reason !== undefined && { reason: row.reason }),
    ...('skewed' in row && row.skewed && { skewed: true }),
  };
};

/** Whether a card shows the same for both. */
export const looksLike = (a: Cell, b: Cell): boolean =>
  a === b ||
  (a.status === b.status &&
    a.waiting === b.waiting &&
    a.source === b.source &&
    a.minutesLate === b.minutesLate &&
    a.flags.join() === b.flags.join());

/** The counts of these cells. */
export const countsOf = (cells: Iterable<Cell>): Counts => {
  const counts = { present: 0, absent: 0, late: 0, partial: 0, excused: 0, unmarked: 0, enrolled: 0 };
  for (const { status } of cells) {
    counts[status] += 1;
    counts.enrolled += 1;
  }
  return counts;
};

/** Whether the status is the word of a teacher, which can be taken back (MK10). */
export const isDecided = ({ status, source }: Cell): boolean => status !== 'unmarked' && source === 'teacher';

const NEXT: Partial<Record<Shown, Status>> = { present: 'late', late: 'absent' };
/** What one tap makes of a status. */
export const nextStatus = (status: Shown): Status => NEXT[status] ?? 'present';
