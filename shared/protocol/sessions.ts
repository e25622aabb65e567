import { z } from 'zod';
import { ClassId, Instant, SessionId, StudentId, UserId } from '../ids.ts';
import { Counts, Status } from '../status.ts';
import { Change, Entry, OwnEntry } from './attendance.ts';
import { command, event } from './define.ts';
import { CheckInOptions, Method, Require } from './methods.ts';

/** Who sees classmates' rows: nobody (`private`), or everyone in the class as in the first system (`open`). */
export const Visibility = z.enum(['private', 'open']);
export type Visibility = z.infer<typeof Visibility>;

/** Where a session stands; it moves `live` → `closing` → `final`, or `live` → `cancelled`, and no other way (SE3). */
export const SessionState = z.enum(['live', 'closing', 'final', 'cancelled']);
export type SessionState = z.infer<typeof SessionState>;

/** When a check-in counts as late, in minutes after the start; after `lateUntilMinutes` it is refused. */
export const LateRule = z.strictObject({
  graceMinutes: z.int().min(0).max(1440),
  lateUntilMinutes: z.int().min(0).max(1440).optional(),
});
export type LateRule = z.infer<typeof LateRule>;

/** A latitude and a longitude, however they are joined; rooms have numbers such as 3.101, too. */
const COORDINATES = /\d\.\d{4,}\D{1,5}\d{1,3}\.\d{4,}/;

/** What the room is called, for the projector and the students. Places on a map are refused: none is ever kept. */
export const Room = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((text) => !COORDINATES.test(text), 'must be the name of a room, not coordinates');

/** What the opener of a session may ask for. */
export const SessionOptions = z.strictObject({
  classId: ClassId,
  /** Minutes until it closes by itself; at most the server's maximum (180 unless configured). */
  minutes: z
    .number()
    .positive()
    .max(24 * 60)
    .optional(),
  closesAt: Instant.optional(),
  lateRule: LateRule.refine(
    ({ graceMinutes, lateUntilMinutes = graceMinutes }) => lateUntilMinutes >= graceMinutes,
    { path: ['lateUntilMinutes'], message: 'must not be before the end of graceMinutes' },
  ).optional(),
  /** The device that is bound to it: the session then takes `device`, whether `methods` says so or not. */
  deviceId: z.string().min(1).max(64).optional(),
  room: Room.optional(),
  ...CheckInOptions,
});
export type SessionOptions = z.infer<typeof SessionOptions>;

/** A session as the members of its class see it. */
export const Session = z.object({
  id: SessionId,
  classId: ClassId,
  state: SessionState,
  methods: z.array(Method),
  /** Where one method is not enough: all that are needed (CI7). */
  require: Require.optional(),
  /** Calendar day, `YYYY-MM-DD`, in the school's time zone. */
  date: z.string(),
  openedBy: UserId,
  openedAt: z.string(),
  closesAt: z.string(),
  closedAt: z.string().optional(),
  /** Who finished it; for its staff, and absent where its time was up. */
  closedBy: UserId.optional(),
  lateRule: LateRule.optional(),
  deviceId: z.string().optional(),
  room: z.string().optional(),
  counts: Counts.optional(),
  /** The numeric code while the session is live; for its staff, and never in an event. */
  code: z.string().optional(),
  codeExpiresAt: z.string().optional(),
});
export type Session = z.infer<typeof Session>;

export const sessionStart = command('SESSION_START', {
  summary: 'Open a session in a class (the same as POST /api/v1/sessions).',
  from: ['teacher', 'admin'],
  data: SessionOptions,
  reply: Session,
  limit: { perSecond: 2, burst: 10 },
  answers: true,
});

export const sessionStarted = event('SESSION_STARTED', {
  summary: 'A session is live in the class.',
  data: Session,
  audience: ['synced'],
});

export const sessionClosed = event('SESSION_CLOSED', {
  summary: 'The session is final or was cancelled.',
  data: Session,
  audience: ['synced'],
});

/** A record was corrected after DONE: the staff and the student hear it, nobody else. */
export const corrected = event('ATTENDANCE_CORRECTED', {
  summary: 'A record was corrected after DONE.',
  data: z.object({ classId: ClassId, sessionId: SessionId, studentId: StudentId, status: Status }),
  audience: ['synced-staff', 'synced-subject'],
});

const syncBase = {
  classId: ClassId,
  sessionId: SessionId,
  epoch: z.string(),
  version: z.int(),
  counts: Counts,
};

/**
 * What a viewer missed. `none`: no session is live in the class. `delta`: the changes after the version that
 * the viewer named, in order, as far as they may see them. `snapshot`: everything they may see, as of `version`.
 */
export const SyncReply = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('none'), classId: ClassId }),
  z.object({ mode: z.literal('delta'), ...syncBase, changes: z.array(z.union([Change, OwnEntry])) }),
  z.object({
    mode: z.literal('snapshot'),
    ...syncBase,
    openedAt: z.string(),
    closesAt: z.string(),
    visibility: Visibility,
    entries: z.array(z.union([Entry, OwnEntry])),
    /** The ids of everyone on the roster; for the staff, and in an open class for all. */
    roster: z.array(StudentId).optional(),
  }),
]);
export type SyncReply = z.infer<typeof SyncReply>;

/** Brings a viewer up to date and opts them in to COUNTS and the session events of that class (AU4, SY1). */
export const sync = command('SYNC', {
  summary: 'Catch up on a class, and hear COUNTS and session events from now on.',
  from: ['teacher', 'student', 'admin'],
  data: z.strictObject({
    classId: ClassId,
    epoch: z.string().max(64).optional(),
    version: z.int().min(0).optional(),
  }),
  reply: SyncReply,
  limit: { perSecond: 20, burst: 100 },
  answers: true,
});

/** The server could not follow the register without a gap: whoever shows this class must SYNC (MK4). */
export const resync = event('RESYNC', {
  summary: 'Something was missed; send SYNC for this class.',
  data: z.object({ classId: ClassId }),
  audience: ['synced'],
});
