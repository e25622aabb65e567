import mongoose from 'mongoose';
import type { ClassId, SessionId, StudentId, UserId } from '../../shared/ids.ts';
import type { Entry, MarkedEntry } from '../../shared/protocol/index.ts';
import { type Counts, type Source, STATUSES, type Status } from '../../shared/status.ts';
import type { PastLine, SaidRow } from '../domain/closing.ts';
import type { Correction } from '../domain/correction.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { hex, oid } from './mongo.ts';

/** What became of one student in one session; times ISO 8601 UTC. */
export type AttendanceRecord = {
  readonly id: string;
  readonly sessionId: SessionId;
  readonly studentId: StudentId;
  readonly classId: ClassId;
  /** The session's calendar day, `YYYY-MM-DD`. */
  readonly date: string;
  readonly status: Status;
  readonly source: Source;
  readonly by?: UserId | undefined;
  readonly at: string;
  readonly reason?: string | undefined;
  readonly minutesLate?: number | undefined;
  readonly skewed?: boolean | undefined;
  readonly flags?: Entry['flags'];
  /** The register's version at which the row became so. */
  readonly version: number;
  /** True when the student had left the roster: kept, but not counted. */
  readonly withdrawn: boolean;
  /** Oldest first. */
  readonly history: readonly PastLine[];
  /** What was changed after DONE, oldest first; every one of them, for ever (CR1). */
  readonly corrections: readonly Correction[];
  /** Goes up with every change of the record. */
  readonly revision: number;
  readonly writtenAt: string;
};

/** The rows of one session on their way into the database. */
export type Writing = {
  readonly sessionId: SessionId;
  readonly classId: ClassId;
  readonly date: string;
  readonly writtenAt: string;
  readonly rows: readonly SaidRow[];
};

type Id = mongoose.mongo.ObjectId;
/** The document. */
export type Stored = {
  _id: Id;
  sessionId: Id;
  studentId: Id;
  classId: Id;
  date: string;
  status: Status;
  source: Source;
  by?: Id;
  at: Date;
  reason?: string;
  minutesLate?: number;
  skewed?: boolean;
  flags?: NonNullable<Entry['flags']>;
  version: number;
  withdrawn?: true;
  history?: PastLine[];
  corrections?: Correction[];
  revision?: number;
  writtenAt: Date;
};

/** One revision of one record: what a change names, so that of two at once one is refused. */
export const asRead = ({ id, revision }: Pick<AttendanceRecord, 'id' | 'revision'>) => ({
  _id: oid(id),
  revision: revision === 0 ? { $exists: false } : revision,
});

/** The indexes that analytics and exports are read from, without the documents (AN1). */
export const COVERING = [
  {
    name: 'of-class-by-day',
    key: { classId: 1, date: 1, sessionId: 1, studentId: 1, status: 1, withdrawn: 1 },
  },
  { name: 'by-day', key: { date: 1, classId: 1, sessionId: 1, studentId: 1, status: 1, withdrawn: 1 } },
] as const;

const ONE_EACH = 'one-per-session-and-student';
/** How many records go into one command. */
const CHUNK = 1_000;

/** What a document says. */
export const toRecord = (row: Stored): AttendanceRecord => ({
  id: row._id.toHexString(),
  sessionId: hex(row.sessionId),
  studentId: hex(row.studentId),
  classId: hex(row.classId),
  date: row.date,
  status: row.status,
  source: row.source,
  by: row.by && hex<UserId>(row.by),
  at: row.at.toISOString(),
  reason: row.reason,
  minutesLate: row.minutesLate,
  skewed: row.skewed,
  flags: row.flags,
  version: row.version,
  withdrawn: row.withdrawn ?? false,
  history: row.history ?? [],
  corrections: row.corrections ?? [],
  revision: row.revision ?? 0,
  writtenAt: row.writtenAt.toISOString(),
});

const markOf = ({ status, source, by, at, reason, minutesLate, skewed, flags, version }: MarkedEntry) => ({
  status,
  source,
  ...(by !== undefined && { by: oid(by) }),
  at: new Date(at),
  ...(reason !== undefined && { reason }),
  ...(minutesLate !== undefined && { minutesLate }),
  ...(skewed !== undefined && { skewed }),
  ...(flags !== undefined && { flags }),
  version,
});

/**
 * The records' collection: one for each session and student (DN1), written by a majority and journaled (DN5).
 * It bypasses mongoose, whose casting costs more than the writing. Methods may throw STORE_UNAVAILABLE.
 */
export const createRecords = (connection: mongoose.Connection) => {
  const records = nativeDb(connection).collection<Stored>('records', DURABLE);

  const insertNew = async (chunk: Stored[]): Promise<number> => {
    try {
      return (await asked(records.insertMany(chunk, { ordered: false }))).insertedCount;
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
      const refused = [error.writeErrors].flat();
      const known = refused.every(({ code, errmsg = '' }) => code === 11000 && errmsg.includes(ONE_EACH));
      if (refused.length === 0 || !known || error.result.getWriteConcernError()) throw error;
      return error.insertedCount; // the others were written before, by us or by someone who did the same
    }
  };

  return {
    async ensureIndexes(): Promise<void> {
      await records.createIndexes([
        { key: { sessionId: 1, studentId: 1 }, name: ONE_EACH, unique: true },
        { key: { studentId: 1, classId: 1, date: 1 } },
        { key: { classId: 1, _id: -1 } },
        ...COVERING,
      ]);
    },

    /**
     * Writes the rows of a session that are not there yet; what is there stays as it is, so that doing it
     * again changes nothing (DN2). Resolves with how many were new, when all are durable. Plain inserts:
     * a fifth of the time of as many upserts.
     */
    async writeAll({ sessionId, classId, date, writtenAt, rows }: Writing): Promise<number> {
      const same = { sessionId: oid(sessionId), classId: oid(classId), date, writtenAt: new Date(writtenAt) };
      let written = 0;
      for (let first = 0; first < rows.length; first += CHUNK) {
        const chunk = rows.slice(first, first + CHUNK).map(({ entry, history, withdrawn }) => ({
          _id: new mongoose.mongo.ObjectId(),
          ...same,
          studentId: oid(entry.studentId),
          ...markOf(entry),
          ...(withdrawn && { withdrawn }),
          ...(history.length > 0 && { history: [...history] }),
        }));
        written += await insertNew(chunk);
      }
      return written;
    },

    /** Every record of a session. */
    async ofSession(sessionId: SessionId): Promise<AttendanceRecord[]> {
      const rows = await asked(records.find({ sessionId: oid(sessionId) }).toArray());
      return rows.map(toRecord);
    },

    /** The record of one student; null where there is none. */
    async find(sessionId: SessionId, studentId: StudentId): Promise<AttendanceRecord | null> {
      const row = await asked(records.findOne({ sessionId: oid(sessionId), studentId: oid(studentId) }));
      return row && toRecord(row);
    },

    /** The counts of a session as its records have them; nobody is unmarked there. */
    async counts(sessionId: SessionId): Promise<Counts> {
      const groups = await asked(
        records
          .aggregate<{ _id: Status; n: number }>([
            { $match: { sessionId: oid(sessionId), withdrawn: { $ne: true } } },
            { $group: { _id: '$status', n: { $sum: 1 } } },
          ])
          .toArray(),
      );
      const n = new Map(groups.map((group) => [group._id, group.n]));
      const of = (status: Status) => n.get(status) ?? 0;
      return {
        present: of('present'),
        absent: of('absent'),
        late: of('late'),
        partial: of('partial'),
        excused: of('excused'),
        unmarked: 0,
        enrolled: STATUSES.reduce((sum, status) => sum + of(status), 0),
      };
    },

    /**
     * Puts a mark in the place of a record that is still as it was read, or only into its history.
     * False when the record has changed meanwhile.
     */
    async amend(
      read: AttendanceRecord,
      to: { entry: MarkedEntry; replaces: boolean; history: readonly PastLine[] },
    ): Promise<boolean> {
      const was = read.history.length;
      const { entry, replaces, history } = to;
      const $set = { ...(replaces ? markOf(entry) : {}), history: [...history] };
      const gone = (['by', 'reason', 'minutesLate', 'skewed', 'flags'] as const).filter(
        (key) => !(key in $set),
      );
      const { matchedCount } = await asked(
        records.updateOne(
          {
            ...asRead(read),
            status: read.status,
            source: read.source,
            at: new Date(read.at),
            history: was === 0 ? { $exists: false } : { $size: was },
          },
          {
            $set,
            $inc: { revision: 1 },
            ...(replaces && { $unset: Object.fromEntries(gone.map((key) => [key, true])) }),
          },
        ),
      );
      return matchedCount === 1;
    },

    /** Flags the records of some students which stand by something that they, or a device, have shown (CI9). */
    async flag(
      sessionId: SessionId,
      students: readonly StudentId[],
      flag: NonNullable<Entry['flags']>[number],
    ): Promise<void> {
      await asked(
        records.updateMany(
          {
            sessionId: oid(sessionId),
            studentId: { $in: students.map(oid) },
            source: { $nin: ['teacher', 'system'] },
            flags: { $ne: flag },
          },
          { $addToSet: { flags: flag }, $inc: { revision: 1 } },
        ),
      );
    },
  };
};
export type Records = ReturnType<typeof createRecords>;
