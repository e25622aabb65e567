import { z } from 'zod';

const objectId = () => z.string().regex(/^[0-9a-f]{24}$/, 'must be a 24-character hexadecimal id');

/** A person, with or without a log-in: 24 lower-case hexadecimal characters. */
export const UserId = objectId().brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

/** A pupil on a roster: the id of the person (see `studentIdOf`). */
export const StudentId = objectId().brand<'StudentId'>();
export type StudentId = z.infer<typeof StudentId>;

/** A class; it owns one room and at most one live session. */
export const ClassId = objectId().brand<'ClassId'>();
export type ClassId = z.infer<typeof ClassId>;

/** A department's intake, such as Science 2026. */
export const DepBatchId = objectId().brand<'DepBatchId'>();
export type DepBatchId = z.infer<typeof DepBatchId>;

/** A section of a dep-batch: the students who are taught together. */
export const SectionId = objectId().brand<'SectionId'>();
export type SectionId = z.infer<typeof SectionId>;

/** One taking of the register, from its start to DONE or cancellation. */
export const SessionId = objectId().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

/** One log-in of one user: everything that was issued for it dies with it. */
export const LoginId = objectId().brand<'LoginId'>();
export type LoginId = z.infer<typeof LoginId>;

/** The sender's own name for one operation: a retry under the same name is answered, not repeated (MK3). */
export const OpId = z.string().min(1).max(64).brand<'OpId'>();
export type OpId = z.infer<typeof OpId>;

/** ISO 8601 in UTC with milliseconds, e.g. `2026-01-31T08:00:00.000Z`; sorts as text. */
export const Instant = z.iso.datetime({ offset: false }).transform((text) => new Date(text).toISOString());
export type Instant = string;

/** A student is on rosters under the person's id. */
export const studentIdOf = (userId: UserId): StudentId => userId as string as StudentId;
