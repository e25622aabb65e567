import type mongoose from 'mongoose';
import type { ClassId, StudentId } from '../../shared/ids.ts';
import { asked, nativeDb } from './asked.ts';
import { oid, type Page, pageOf } from './mongo.ts';
import { queryOf, type RecordFilter } from './record-filter.ts';
import { type AttendanceRecord, type Stored, toRecord } from './records.ts';

/** How many records a batch of a walk holds. */
const BATCH = 500;

/** The records as they are read by people; methods may throw STORE_UNAVAILABLE. */
export const createRecordReads = (connection: mongoose.Connection) => {
  const records = nativeDb(connection).collection<Stored>('records');

  return {
    async find(id: string): Promise<AttendanceRecord | null> {
      const row = await asked(records.findOne({ _id: oid(id) }));
      return row && toRecord(row);
    },

    /** The records that count of a student in a class, of the newest day that has any. */
    async ofLastDay(classId: ClassId, studentId: StudentId): Promise<AttendanceRecord[]> {
      const own = { studentId: oid(studentId), classId: oid(classId), withdrawn: { $ne: true } } as const;
      const projection = { history: 0, corrections: 0 };
      const [newest] = await asked(records.find(own, { projection }).sort({ date: -1 }).limit(1).toArray());
      if (!newest) return [];
      const { date } = newest;
      return (await asked(records.find({ ...own, date }, { projection }).toArray())).map(toRecord);
    },

    /** A page, the newest first. */
    async page(
      filter: RecordFilter,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<AttendanceRecord>> {
      const query = { ...queryOf(filter), ...(cursor !== undefined && { _id: { $lt: oid(cursor) } }) };
      const found = records
        .find(query, { projection: { history: 0 } })
        .sort({ _id: -1 })
        .limit(limit + 1);
      return pageOf((await asked(found.toArray())).map(toRecord), limit);
    },

    /**
     * Walks over the records that count, by day, session and student, in batches of at most 500; no more than that
     * is in memory. The cursor is closed when the walk is left.
     */
    async *walk(filter: RecordFilter): AsyncGenerator<AttendanceRecord[]> {
      const one = filter.classIds?.length === 1 || filter.sessionId !== undefined;
      const cursor = records.find(
        { ...queryOf(filter), withdrawn: { $ne: true } },
        { projection: { history: 0, corrections: 0 }, batchSize: BATCH },
      );
      cursor.sort({ date: 1, ...(one ? {} : { classId: 1 }), sessionId: 1, studentId: 1 });
      if (filter.sessionId === undefined) cursor.hint(one ? 'of-class-by-day' : 'by-day');
      try {
        while (await asked(cursor.hasNext())) yield cursor.readBufferedDocuments(BATCH).map(toRecord);
      } finally {
        await cursor.close();
      }
    },
  };
};
export type RecordReads = ReturnType<typeof createRecordReads>;
