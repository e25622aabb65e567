import { z } from 'zod';
import { Status } from '../status.ts';

// The first system's shapes at the root paths. Ids are plain text here: one that cannot exist is "not found".

const Named = { _id: z.string(), name: z.string(), email: z.string() };

export const LiveUser = z.object({ ...Named, role: z.string() }).meta({ id: 'LiveUser' });
export const LiveToken = z.object({ token: z.string() });
export const LiveClass = z
  .object({
    _id: z.string(),
    className: z.string(),
    teacherId: z.string(),
    studentIds: z.array(z.string()),
  })
  .meta({ id: 'LiveClass' });
export const LiveStudent = z.object(Named).meta({ id: 'LiveStudent' });
export const LiveClassDetail = LiveClass.omit({ studentIds: true })
  .extend({ students: z.array(LiveStudent) })
  .meta({ id: 'LiveClassDetail' });
export const LiveNewClass = z.strictObject({ className: z.string().trim().min(1).max(200) });
export const LiveAddStudent = z.strictObject({ studentId: z.string().min(1).max(64) });
export const LiveStart = z.strictObject({ classId: z.string().min(1).max(64) });
export const LiveStarted = z.object({ classId: z.string(), startedAt: z.string() });
export const LiveMyAttendance = z.object({ classId: z.string(), status: Status.nullable() });
export const LivePath = z.strictObject({ id: z.string() });
