import type { FaultCode } from '../../../../../shared/faults.ts';
import type { RecordView } from '../../../../../shared/rest/records.ts';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import type { Status } from '../../../../../shared/status.ts';
import type { Missed } from '../../../lib/missed.ts';

/** What a teacher marked of one student in one register that did not take it; `last` is what was meant in the end. */
export type Line = {
  readonly studentId: string;
  readonly last: Missed;
  readonly all: readonly Missed[];
  /** What the finished register says now. */
  readonly record?: RecordView;
};
/** A line whose record can be made to say what was marked. */
export type Correctable = Line & { readonly record: RecordView; readonly status: Status };

/** Those that came when their register was over; the others were refused for what they say. */
const OVER: ReadonlySet<FaultCode> = new Set(['NO_ACTIVE_SESSION', 'SESSION_CHANGED', 'SESSION_ENDED']);
export const isTooLate = ({ code }: Missed): boolean => OVER.has(code);

/** Marks (the oldest first) as one line for each student. */
export const linesOf = (marks: readonly Missed[], records: readonly RecordView[] = []): readonly Line[] => {
  const lines = new Map<string, Missed[]>();
  for (const one of marks) {
    const { studentId } = one.mark;
    lines.set(studentId, [...(lines.get(studentId) ?? []), one]);
  }
  const known = new Map(records.map((record) => [record.studentId as string, record]));
  return [...lines].flatMap(([studentId, all]) => {
    const last = all.at(-1);
    const record = known.get(studentId);
    return last ? [{ studentId, last, all, ...(record && { record }) }] : [];
  });
};

/** Whether the record says what was marked, and the reason that was given: then nothing is missing. */
export const agrees = ({ last: { mark }, record }: Line): boolean =>
  record !== undefined &&
  record.status === mark.status &&
  (mark.reason === undefined || mark.reason === record.reason);

/** The lines whose records can be corrected as they were marked. What was taken back has no status to give. */
export const correctable = (lines: readonly Line[]): readonly Correctable[] =>
  lines.flatMap((line) => {
    const { record, last } = line;
    const { status } = last.mark;
    return record && status !== 'unmarked' ? [{ ...line, record, status }] : [];
  });

/** Clocks of devices are off by less than this, in ms, when they are about right. */
const CLOCK_MS = 5 * 60_000;
/** So long after a register's end, in ms, nobody means it any more. */
const LONG_AFTER_MS = 12 * 3_600_000;

/** The session (of the newest first) that a mark was made for that does not say so: it began before, and was the latest. */
export const sessionFor = ({ mark }: Missed, sessions: readonly SessionView[]): SessionView | undefined => {
  const at = Date.parse(mark.at);
  const found = sessions.find(({ openedAt }) => Date.parse(openedAt) <= at + CLOCK_MS);
  const end = Date.parse(found?.closedAt ?? found?.closesAt ?? '');
  return found && at <= end + LONG_AFTER_MS ? found : undefined;
};
