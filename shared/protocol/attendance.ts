import { z } from 'zod';
import { ClassId, Instant, OpId, SessionId, StudentId, UserId } from '../ids.ts';
import { Counts, LiveStatus, Source, Status } from '../status.ts';
import { command, event } from './define.ts';

/** What a person may give as the reason for a status, in characters. */
export const Reason = z.string().trim().min(1).max(500);

/** What the staff should look at: one browser checked in several students (CI9). Nobody is refused for it. */
export const Flag = z.enum(['shared-device']);
export type Flag = z.infer<typeof Flag>;

/**
 * One row of the register as the staff sees it. `unmarked` is a step of the log only: the row was taken back (MK10), and
 * snapshots leave it out.
 */
export const Entry = z.object({
  studentId: StudentId,
  status: LiveStatus,
  version: z.int().min(1),
  source: Source,
  at: z.string(),
  by: UserId.optional(),
  reason: z.string().optional(),
  minutesLate: z.int().min(0).optional(),
  /** True when the sender's clock was outside the session's window and the server's time was taken (MK7). */
  skewed: z.boolean().optional(),
  flags: z.array(Flag).optional(),
});
export type Entry = z.infer<typeof Entry>;
/** A row that says something. */
export type MarkedEntry = Entry & { readonly status: Status };

/** One row as its student sees it (and, in an open class, the classmates): not who marked, nor why. */
export const OwnEntry = Entry.omit({ by: true, reason: true, skewed: true, flags: true });
export type OwnEntry = z.infer<typeof OwnEntry>;

/** A late enrolment or a removal while the class runs. */
export const RosterChange = z.object({
  version: z.int().min(1),
  roster: z.enum(['enrolled', 'withdrawn']),
  studentId: StudentId,
  /** The row that comes back with a student who was marked, taken off, and enrolled again. */
  entry: Entry.optional(),
});
export type RosterChange = z.infer<typeof RosterChange>;

/** One step of a register's log; `version` goes up by one from step to step (MK4). */
export const Change = z.union([Entry, RosterChange]);
export type Change = z.infer<typeof Change>;

const at = { classId: ClassId, sessionId: SessionId, epoch: z.string() };

/**
 * A teacher sets one student's status, or takes back what teachers said of them: then what students and devices showed
 * stands again, or the student is unmarked (MK10). A repeated `opId` returns the first answer (MK3).
 */
export const mark = command('ATTENDANCE_MARKED', {
  summary: "Set one student's status in the live register, or take it back (`unmarked`).",
  from: ['teacher', 'admin'],
  data: z.strictObject({
    studentId: StudentId,
    status: LiveStatus,
    classId: ClassId.optional(),
    sessionId: SessionId.optional(),
    opId: OpId.optional(),
    at: Instant.optional(),
    reason: Reason.optional(),
  }),
  reply: z.object({ ...at, version: z.int(), entry: Entry, repeated: z.boolean() }),
  limit: { perSecond: 200, burst: 1000 },
  together: true,
});

/** A mark as the staff hears it. */
export const marked = event('ATTENDANCE_MARKED', {
  summary: 'A student was marked: the whole row, for the staff of the class.',
  data: Entry.extend(at),
  audience: ['staff'],
});

/** A mark as the student concerned hears it, and in an open class everyone. */
export const markedOwn = event('ATTENDANCE_MARKED', {
  summary: 'Your own status changed (in an open class: anyone’s).',
  data: OwnEntry.extend(at),
  audience: ['subject', 'students-if-open'],
});

/** The broadcast answer to a teacher's TODAY_SUMMARY; `total` counts the marked only. */
export const Summary = Counts.extend({ classId: ClassId, version: z.int(), total: z.int() });

export const todaySummary = command('TODAY_SUMMARY', {
  summary: 'Ask for the counts; the whole class hears the answer.',
  from: ['teacher', 'admin'],
  data: z.strictObject({ classId: ClassId.optional() }),
  reply: Summary,
  limit: { perSecond: 5, burst: 20 },
});

export const summaryTold = event('TODAY_SUMMARY', {
  summary: 'The counts that a teacher asked for.',
  data: Summary,
  audience: ['staff', 'students'],
});

/** The text that a student without a row gets, as the first system sent it. */
export const NOT_YET_UPDATED = 'not yet updated';

export const myAttendance = command('MY_ATTENDANCE', {
  summary: 'A student asks for their own status.',
  from: ['student'],
  data: z.strictObject({ classId: ClassId.optional() }),
  reply: z.object({ status: z.union([Status, z.literal(NOT_YET_UPDATED)]) }),
  limit: { perSecond: 5, burst: 20 },
  answers: true,
});

/** What DONE tells; `total` is the whole class. */
export const Done = Counts.extend({
  message: z.string(),
  classId: ClassId,
  sessionId: SessionId,
  total: z.int(),
});
export type Done = z.infer<typeof Done>;

export const done = command('DONE', {
  summary: 'Finish: the unmarked become absent and everything is written to the database.',
  from: ['teacher', 'admin'],
  data: z.strictObject({
    classId: ClassId.optional(),
    sessionId: SessionId.optional(),
    opId: OpId.optional(),
  }),
  reply: Done,
  limit: { perSecond: 2, burst: 10 },
});

export const doneTold = event('DONE', {
  summary: 'The register is in the database.',
  data: Done,
  audience: ['staff', 'students'],
});

/** The conflated counts: at most one per class each 50–100 ms, last wins. */
export const counts = event('COUNTS', {
  summary: 'The counts after the latest changes.',
  data: Counts.extend({ classId: ClassId, sessionId: SessionId, epoch: z.string(), version: z.int() }),
  audience: ['synced'],
});
