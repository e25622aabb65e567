import type mongoose from 'mongoose';
import type { Correction } from '../domain/correction.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { oid } from './mongo.ts';
import { type AttendanceRecord, asRead, type Stored, toRecord } from './records.ts';

/** What changes records after DONE. Each change names the revision that it was made of; STORE_UNAVAILABLE. */
export const createCorrections = (connection: mongoose.Connection) => {
  const records = nativeDb(connection).collection<Stored>('records', DURABLE);

  return {
    /** The record as it stands after the correction (CR1); null when it has changed since it was read. */
    async correct(read: AttendanceRecord, correction: Correction): Promise<AttendanceRecord | null> {
      const { to: status, by, at, reason } = correction;
      const keepsMinutes = status === 'late' && read.minutesLate !== undefined;
      const update: mongoose.mongo.UpdateFilter<Stored> = {
        $set: { status, source: 'teacher', by: oid(by), at: new Date(at), reason },
        $unset: { skewed: true, ...(keepsMinutes ? {} : { minutesLate: true }) },
        $push: { corrections: correction },
        $inc: { revision: 1 },
      };
      const row = await asked(records.findOneAndUpdate(asRead(read), update, { returnDocument: 'after' }));
      return row && toRecord(row);
    },

    /** False when it has changed since it was read, or is gone. */
    async remove(read: AttendanceRecord): Promise<boolean> {
      return (await asked(records.deleteOne(asRead(read)))).deletedCount === 1;
    },
  };
};
export type Corrections = ReturnType<typeof createCorrections>;
