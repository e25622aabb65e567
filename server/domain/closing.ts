import type { StudentId } from '../../shared/ids.ts';
import { type Entry, isMarked, type MarkedEntry } from '../../shared/protocol/index.ts';
import { type Counts, STATUSES, type Status } from '../../shared/status.ts';
import { type Evidence, takesOver } from './precedence.ts';

/** A line of a row's past: what it was, or evidence that precedence kept out. */
export type PastLine = Omit<Entry, 'version'> & { readonly applied: boolean };

/** A row of the register at its end. */
export type EndRow = {
  readonly entry: Entry;
  readonly history: readonly PastLine[];
  /** True when the student was marked and then taken off the roster: kept, but not counted. */
  readonly withdrawn: boolean;
};

/** A row that says something, and so becomes a record. */
export type SaidRow = EndRow & { readonly entry: MarkedEntry };
export const isSaid = (row: EndRow): row is SaidRow => isMarked(row.entry);

/** What a finished register says: one row for each student on the roster, and the rows of those who left. */
export type Closing = { readonly rows: readonly SaidRow[]; readonly counts: Counts };

/**
 * Ends a register (DN1): marked rows stay as they are, the unmarked on the roster become absent as of `at`
 * (ISO 8601 UTC), whoever was taken back too, with what was said of them before (MK10), marks of students who left the
 * roster are kept apart. The same input gives the same rows.
 */
export const endRegister = (frozen: {
  readonly roster: readonly StudentId[];
  readonly rows: readonly EndRow[];
  readonly version: number;
  readonly at: string;
}): Closing => {
  const roster = new Set(frozen.roster);
  const absence = (studentId: StudentId, version: number): MarkedEntry => ({
    studentId,
    status: 'absent',
    // A record's version is at least 1, also where nobody was marked.
    version: Math.max(1, version),
    source: 'system',
    at: frozen.at,
  });
  const ended = (row: EndRow): SaidRow => {
    const { entry, history } = row;
    const withdrawn = !roster.has(entry.studentId);
    if (isSaid(row)) return row.withdrawn === withdrawn ? row : { ...row, withdrawn };
    const { version, ...takenBack } = entry;
    return {
      entry: absence(entry.studentId, version),
      history: [...history, { ...takenBack, applied: true }],
      withdrawn,
    };
  };
  const marked = frozen.rows.map(ended);
  const seen = new Set(marked.map((row) => row.entry.studentId));
  const absent = [...roster]
    .filter((studentId) => !seen.has(studentId))
    .map((studentId): SaidRow => {
      return { entry: absence(studentId, frozen.version), history: [], withdrawn: false };
    });
  const rows = [...marked, ...absent];
  return { rows, counts: countEnd(rows.filter((row) => !row.withdrawn).map((row) => row.entry.status)) };
};

/** The counts of a finished register: nobody is unmarked any more. */
export const countEnd = (statuses: readonly Status[]): Counts => {
  const counts = { present: 0, absent: 0, late: 0, partial: 0, excused: 0, unmarked: 0, enrolled: 0 };
  for (const status of statuses) counts[status] += 1;
  for (const status of STATUSES) counts.enrolled += counts[status];
  return counts;
};

/** Whether two rows say the same of a student: same status, from the same source and person, at the same moment. */
export const sameMark = (a: Pick<Entry, 'status' | 'source' | 'at' | 'by'>, b: typeof a): boolean =>
  a.status === b.status && a.source === b.source && a.by === b.by && Date.parse(a.at) === Date.parse(b.at);

/**
 * Whether a mark that was found after its session's record was written takes the record's place: by the rule of
 * marks (MK6), except that nothing takes the place of what a teacher decided later, nor of a correction (CR3).
 */
export const outweighs = (
  late: Evidence,
  record: Evidence & { readonly corrections?: readonly unknown[] },
): boolean =>
  (record.corrections ?? []).length === 0 &&
  takesOver(late, record) &&
  !(record.source === 'teacher' && late.at < record.at);

/** What is said of a student now; nothing where nothing is. */
export const standingOf = (row: {
  readonly status: Status | null;
  readonly minutesLate?: number | undefined;
}) => ({
  ...(row.status !== null && { status: row.status }),
  ...(row.minutesLate !== undefined && { minutesLate: row.minutesLate }),
});
