import { z } from 'zod';
import { ClassId, SessionId, StudentId, UserId } from '../ids.ts';
import { Flag, Reason } from '../protocol/index.ts';
import { LiveStatus, Source, Status } from '../status.ts';
import { Paging, paged } from './common.ts';

/** A calendar day in the school's time zone, `YYYY-MM-DD`. */
export const Day = z.iso.date();

const flags = () =>
  z
    .array(Flag)
    .optional()
    .describe('What the staff should look at: one browser checked in several students.');

const RecordId = z.string().regex(/^[0-9a-f]{24}$/, 'must be a 24-character hexadecimal id');

/** What became of one student in one session. `by`, `reason`, `skewed` and `flags` are for the staff of the class. */
export const RecordView = z
  .object({
    id: RecordId,
    classId: ClassId,
    sessionId: SessionId,
    studentId: StudentId,
    studentName: z.string().optional().describe('In lists for the staff.'),
    date: Day.describe('The calendar day of the session, in the school’s time zone.'),
    status: Status,
    source: Source,
    at: z.string(),
    minutesLate: z.int().optional(),
    by: UserId.optional(),
    reason: z.string().optional(),
    skewed: z.boolean().optional(),
    flags: flags(),
    withdrawn: z.boolean().describe('The student had left the roster: kept, and counted nowhere.'),
    corrected: z.boolean().describe('A teacher or an admin has changed it after the end of the session.'),
    revision: z.int().describe('Goes up with every change; a correction may name the one that it is of.'),
  })
  .meta({ id: 'AttendanceRecord' });
export type RecordView = z.infer<typeof RecordView>;

export const RecordPath = z.strictObject({ id: RecordId });
export const RecordPage = paged(RecordView);

const which = {
  classId: ClassId.optional(),
  sessionId: SessionId.optional(),
  studentId: StudentId.optional(),
  from: Day.optional().describe('The first calendar day.'),
  to: Day.optional().describe('The last calendar day.'),
};

/** Which records to list. */
export const RecordQuery = Paging.extend({ ...which, status: Status.optional() });
export type RecordQuery = z.infer<typeof RecordQuery>;

/** Which records to count. */
export const StatsQuery = z.strictObject(which);
export type StatsQuery = z.infer<typeof StatsQuery>;

/** Which records to export. */
export const ExportQuery = StatsQuery.extend({ status: Status.optional() });

/** A new status for a record, and why. */
export const NewStatus = z.strictObject({
  status: Status,
  reason: Reason,
  revision: z
    .int()
    .min(0)
    .optional()
    .describe('The revision that you saw: when the record has changed since, the answer is 409.'),
});
export type NewStatus = z.infer<typeof NewStatus>;

/** Why a record is deleted. */
export const Deletion = z.strictObject({ reason: Reason.optional() });
export const RecordDeleted = z.object({ id: RecordId });

/** One line of a record's history; `by`, `byName` and `flags` are for the staff, as are the reasons of marks. */
export const RecordHistory = z
  .object({
    id: RecordId,
    lines: z
      .array(
        z.object({
          kind: z.enum(['mark', 'correction']).describe('A correction came after the end of the session.'),
          from: LiveStatus.nullable().describe('The status before; null when there was none.'),
          to: LiveStatus.describe('`unmarked`: a teacher took back what had been said.'),
          applied: z.boolean().describe('False: evidence that was kept and changed nothing.'),
          source: Source,
          at: z.string(),
          minutesLate: z.int().optional(),
          by: UserId.optional(),
          byName: z.string().optional(),
          reason: z.string().optional(),
          flags: flags(),
        }),
      )
      .describe('The oldest first.'),
  })
  .meta({ id: 'RecordHistory' });
export type RecordHistory = z.infer<typeof RecordHistory>;

/** One line of what administrators did. */
export const AuditView = z
  .object({
    id: z.string(),
    at: z.string(),
    by: UserId,
    byName: z.string().optional(),
    action: z
      .string()
      .describe(
        '`RECORD_DELETED`, `PASSWORD_LINK_MADE`, `PASSWORD_SET_BY_LINK`, `PASSWORD_SET_BY_OPERATOR`, `LOGIN_TAKEN_AWAY`.',
      ),
    about: z.string().describe('The id of what it was done to.'),
    was: z.record(z.string(), z.unknown()).describe('What it was before.'),
    reason: z.string().optional(),
  })
  .meta({ id: 'AuditLine' });
export const AuditPage = paged(AuditView);
