import { z } from 'zod';
import { SessionId, StudentId } from '../ids.ts';
import { Status } from '../status.ts';
import { command } from './define.ts';
import { Method } from './methods.ts';

/** How many recognitions one message or request may bring. */
export const MOST_RECOGNITIONS = 1_000;

/**
 * That a device recognised somebody: whom (our id, or the school's code) and when. `at` is ISO 8601 with Z or an
 * offset; `date` and `time` are local in the server's TIME_ZONE, `time` alone means today; without any it is now.
 * `eventId` is the device's own name for it, under which it is counted once however often it is sent.
 */
export const Recognition = z
  .strictObject({
    studentId: z.string().min(1).max(64).optional(),
    studentCode: z.string().min(1).max(64).optional(),
    at: z.iso.datetime({ offset: true }).optional(),
    date: z.iso.date().optional(),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'must be HH:MM or HH:MM:SS')
      .optional(),
    eventId: z.string().min(1).max(128).optional(),
  })
  .refine((said) => (said.studentId === undefined) !== (said.studentCode === undefined), {
    message: 'must name studentId or studentCode, one of them',
  })
  .refine((said) => said.at === undefined || (said.date === undefined && said.time === undefined), {
    message: 'must have at, or date and time, not both',
  })
  .refine((said) => said.date === undefined || said.time !== undefined, { message: 'a date needs a time' });
export type Recognition = z.infer<typeof Recognition>;

const Events = z.array(z.unknown()).min(1).max(MOST_RECOGNITIONS);

/** Recognitions of one sending. What is wrong with one of them does not keep out the others. */
export const RecognitionBatch = z.strictObject({
  events: Events,
  /** The device's clock when it sent this, ISO 8601 with Z or an offset: shows how far it is off. */
  sentAt: z.iso.datetime({ offset: true }).optional(),
  /** How many more wait in the device's outbox. */
  waiting: z.int().min(0).optional(),
});

/** One recognition, or many as an array or with what the device says of itself. A malformed one is kept, not refused. */
export const Recognitions = z.union([
  RecognitionBatch,
  Events,
  Recognition,
  z
    .record(z.string(), z.unknown())
    .refine((said) => !('events' in said), 'events must be 1 to 1,000 of them'),
]);
export type Recognitions = z.infer<typeof Recognitions>;

/**
 * `accepted`: evidence in the register or the records. `repeated`: came before. `quarantined`: kept for a person to
 * look at (malformed, unknown student, clock off). `rejected`: counts for nothing, and never will.
 */
export const ScanOutcome = z.enum(['accepted', 'repeated', 'quarantined', 'rejected']);
export type ScanOutcome = z.infer<typeof ScanOutcome>;

/** What became of one recognition. */
export const ScanResult = z
  .object({
    outcome: ScanOutcome,
    repeated: z.boolean(),
    message: z.string(),
    code: z.string().optional(),
    studentId: StudentId.optional(),
    sessionId: SessionId.optional(),
    status: Status.optional(),
    minutesLate: z.int().optional(),
    /** What else the session needs before the student has a status (CI7). */
    missing: z.array(Method).optional(),
  })
  .meta({ id: 'ScanResult' });
export type ScanResult = z.infer<typeof ScanResult>;

/** What became of many: how many of each, and a line for each that was not accepted. Sent again, it is harmless. */
export const ScanSummary = z
  .object({
    accepted: z.int(),
    repeated: z.int(),
    quarantined: z.int(),
    rejected: z.int(),
    lines: z.array(
      z.object({
        index: z.int(),
        eventId: z.string().optional(),
        outcome: ScanOutcome,
        code: z.string().optional(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'ScanSummary' });
export type ScanSummary = z.infer<typeof ScanSummary>;

/** The answer to many is a summary, to one its result. */
export const ScanReply = z.union([ScanSummary, ScanResult]);
export type ScanReply = z.infer<typeof ScanReply>;

export const recognized = command('STUDENT_RECOGNIZED', {
  summary: 'A device recognised a student, or several (one, an array, or { events }).',
  from: ['device'],
  data: Recognitions,
  reply: ScanReply,
  limit: { perSecond: 100, burst: 500 },
  together: true,
});
