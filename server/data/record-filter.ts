import type mongoose from 'mongoose';
import type { ClassId, SessionId, StudentId } from '../../shared/ids.ts';
import type { Status } from '../../shared/status.ts';
import { oid } from './mongo.ts';
import type { Stored } from './records.ts';

/** Which records: all that fit every field that is given. Days are `YYYY-MM-DD`, both ends inside. */
export type RecordFilter = {
  /** Of these classes; none given means of any. */
  readonly classIds?: readonly ClassId[] | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly studentId?: StudentId | undefined;
  readonly status?: Status | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** The query of a filter. */
export const queryOf = (filter: RecordFilter): mongoose.mongo.Filter<Stored> => {
  const { classIds, sessionId, studentId, status, from, to } = filter;
  const [only] = classIds ?? [];
  return {
    ...(classIds && { classId: classIds.length === 1 && only ? oid(only) : { $in: classIds.map(oid) } }),
    ...(sessionId && { sessionId: oid(sessionId) }),
    ...(studentId && { studentId: oid(studentId) }),
    ...(status && { status }),
    ...((from || to) && { date: { ...(from && { $gte: from }), ...(to && { $lte: to }) } }),
  };
};
