import type mongoose from 'mongoose';
import type { ClassId, SessionId, StudentId } from '../../shared/ids.ts';
import { STATUSES, type Status } from '../../shared/status.ts';
import type { Tally } from '../domain/percentage.ts';
import { asked, nativeDb } from './asked.ts';
import { hex } from './mongo.ts';
import { queryOf, type RecordFilter } from './record-filter.ts';
import type { COVERING } from './records.ts';

type Id = mongoose.mongo.ObjectId;
type Stage = mongoose.mongo.Document;

/** A pipeline over `records` and the index that it is read from. */
export type Plan = { readonly pipeline: Stage[]; readonly hint?: (typeof COVERING)[number]['name'] };

const sums = Object.fromEntries(
  STATUSES.map((status) => [status, { $sum: { $cond: [{ $eq: ['$status', status] }, 1, 0] } }]),
);

/** Everything that a plan looks at stands in its index, so that no document is read (AN1). */
const plan = (filter: RecordFilter, _id: unknown): Plan => {
  const pipeline = [
    { $match: { ...queryOf(filter), withdrawn: { $ne: true } } },
    { $group: { _id, ...sums } },
    { $sort: { _id: 1 } },
  ];
  // Few rows each, found by the index that is theirs.
  if (filter.sessionId !== undefined || filter.studentId !== undefined) return { pipeline };
  return { pipeline, hint: filter.classIds === undefined ? 'by-day' : 'of-class-by-day' };
};

/** The pipelines of analytics; a filter without days is of all time. */
export const PLANS = {
  total: (filter: RecordFilter): Plan => plan(filter, null),
  byStudent: (filter: RecordFilter): Plan => plan(filter, '$studentId'),
  bySession: (filter: RecordFilter): Plan => plan(filter, { classId: '$classId', sessionId: '$sessionId' }),
  byDay: (filter: RecordFilter): Plan => plan(filter, '$date'),
};

/** The first batch of a cursor is a hundred rows unless it is told otherwise, and each batch a round trip. */
const ALL_AT_ONCE = 10_000;

const NOTHING: Tally = { present: 0, absent: 0, late: 0, partial: 0, excused: 0 };
const tallyOf = (row: Tally): Tally =>
  Object.fromEntries(STATUSES.map((status: Status) => [status, row[status]])) as Tally;

/** What the records add up to, counted in the database. Withdrawn students count nowhere. STORE_UNAVAILABLE. */
export const createAnalytics = (connection: mongoose.Connection) => {
  const records = nativeDb(connection).collection('records');
  const run = <Key>({ pipeline, hint }: Plan): Promise<({ _id: Key } & Tally)[]> =>
    asked(
      records
        .aggregate<{ _id: Key } & Tally>(pipeline, {
          ...(hint !== undefined && { hint }),
          batchSize: ALL_AT_ONCE,
        })
        .toArray(),
    );

  return {
    async total(filter: RecordFilter): Promise<Tally> {
      const [row] = await run<null>(PLANS.total(filter));
      return row ? tallyOf(row) : NOTHING;
    },

    async byStudent(filter: RecordFilter): Promise<({ studentId: StudentId } & Tally)[]> {
      const rows = await run<Id>(PLANS.byStudent(filter));
      return rows.map((row) => ({ studentId: hex<StudentId>(row._id), ...tallyOf(row) }));
    },

    async bySession(filter: RecordFilter): Promise<({ classId: ClassId; sessionId: SessionId } & Tally)[]> {
      const rows = await run<{ classId: Id; sessionId: Id }>(PLANS.bySession(filter));
      return rows.map((row) => ({
        classId: hex<ClassId>(row._id.classId),
        sessionId: hex<SessionId>(row._id.sessionId),
        ...tallyOf(row),
      }));
    },

    /** One for each day that has records, the oldest first. */
    async byDay(filter: RecordFilter): Promise<({ date: string } & Tally)[]> {
      const rows = await run<string>(PLANS.byDay(filter));
      return rows.map((row) => ({ date: row._id, ...tallyOf(row) }));
    },
  };
};
export type Analytics = ReturnType<typeof createAnalytics>;
