import type mongoose from 'mongoose';
import type { ClassId, SessionId, UserId } from '../../shared/ids.ts';
import type { SessionState } from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';
import type { EndRow } from '../domain/closing.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { isDuplicateKey, oid, type Page, pageOf } from './mongo.ts';
import {
  type DoneAsked,
  fromAsked,
  type NewSession,
  type SessionRecord,
  type Stored,
  toRecord,
  toStored,
} from './session-record.ts';

export type { DoneAsked, EarlierDone, KeptCheckIn, NewSession, SessionRecord } from './session-record.ts';

/** The stored session, or what has an open session already. */
export type InsertOutcome =
  | { readonly stored: SessionRecord }
  | { readonly busy: 'class' | 'device' | 'code' };

const DEVICE_INDEX = 'one-open-per-device';
const CODE_INDEX = 'one-open-per-code';
const WITHOUT_ROWS = { 'cancelled.rows': 0 } as const;

/**
 * The sessions' collection. A state moves only by a query that names the state before it (SE3); a move that
 * came too late answers null. Every method may throw STORE_UNAVAILABLE.
 */
export const createSessions = (connection: mongoose.Connection) => {
  const rows = nativeDb(connection).collection<Stored>('sessions', DURABLE);

  const find = async (filter: mongoose.mongo.Filter<Stored>): Promise<SessionRecord | null> => {
    const row = await asked(rows.findOne(filter, { projection: WITHOUT_ROWS }));
    return row && toRecord(row);
  };
  const findAll = async (filter: mongoose.mongo.Filter<Stored>): Promise<SessionRecord[]> => {
    const found = await asked(rows.find(filter, { projection: WITHOUT_ROWS }).sort({ _id: 1 }).toArray());
    return found.map(toRecord);
  };
  const move = async (
    filter: mongoose.mongo.Filter<Stored>,
    update: mongoose.mongo.UpdateFilter<Stored>,
  ): Promise<SessionRecord | null> => {
    const options = { returnDocument: 'after', projection: WITHOUT_ROWS } as const;
    const row = await asked(rows.findOneAndUpdate(filter, update, options));
    return row && toRecord(row);
  };

  return {
    async ensureIndexes(): Promise<void> {
      await rows.createIndexes([
        {
          key: { classId: 1 },
          name: 'one-open-per-class',
          unique: true,
          partialFilterExpression: { open: true },
        },
        {
          key: { deviceId: 1 },
          name: DEVICE_INDEX,
          unique: true,
          partialFilterExpression: { open: true, deviceId: { $exists: true } },
        },
        {
          key: { 'checkIn.code': 1 },
          name: CODE_INDEX,
          unique: true,
          partialFilterExpression: { open: true, 'checkIn.code': { $exists: true } },
        },
        { key: { 'checkIn.code': 1, _id: -1 }, name: 'codes', sparse: true },
        { key: { deviceId: 1, openedAt: -1 }, partialFilterExpression: { deviceId: { $exists: true } } },
        { key: { classId: 1, _id: -1 } },
        { key: { classId: 1, openedAt: -1 } },
        { key: { settled: 1 }, partialFilterExpression: { settled: false } },
        { key: { closedAt: 1 } },
      ]);
    },

    /** Stores a new live session, unless its class (SE1) or its device (SE5) has an open one. */
    async insert(session: NewSession): Promise<InsertOutcome> {
      const row = toStored(session);
      try {
        await asked(rows.insertOne(row));
        return { stored: toRecord(row) };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const which = String(error);
        return {
          busy: which.includes(CODE_INDEX) ? 'code' : which.includes(DEVICE_INDEX) ? 'device' : 'class',
        };
      }
    },

    read: (id: SessionId) => find({ _id: oid(id) }),
    /** The sessions of some classes, or of all, that are live or closing. */
    open: (classIds?: readonly ClassId[]) =>
      findAll({ open: true, ...(classIds && { classId: { $in: classIds.map(oid) } }) }),
    /** The session of a class that is live or closing. */
    openOf: (classId: ClassId) => find({ classId: oid(classId), open: true }),

    /** The session with a numeric code: the open one, or else the newest that had it (CI1). */
    async ofCode(code: string): Promise<SessionRecord | null> {
      const open = await find({ 'checkIn.code': code, open: true });
      if (open) return open;
      const row = await asked(
        rows.findOne({ 'checkIn.code': code }, { projection: WITHOUT_ROWS, sort: { _id: -1 } }),
      );
      return row && toRecord(row);
    },

    /** The session that is live or closing and that a device is bound to (SE5). */
    openOfDevice: (deviceId: string) => find({ deviceId, open: true }),
    /** Which of these devices a live or closing session is bound to. */
    async boundDevices(deviceIds: readonly string[]): Promise<ReadonlySet<string>> {
      const filter = { deviceId: { $in: [...deviceIds] }, open: true };
      const found = await asked(rows.find(filter, { projection: { deviceId: 1 } }).toArray());
      return new Set(found.flatMap(({ deviceId }) => deviceId ?? []));
    },
    /** The sessions of a device that were not cancelled and were open at some time between two moments (CI4). */
    async ofDevice(deviceId: string, from: string, to: string): Promise<SessionRecord[]> {
      const found = await asked(
        rows
          .find(
            {
              deviceId,
              state: { $ne: 'cancelled' },
              openedAt: { $lte: new Date(to) },
              $or: [{ open: true }, { closedAt: { $gte: new Date(from) } }],
            },
            { projection: WITHOUT_ROWS },
          )
          .sort({ openedAt: -1 })
          .toArray(),
      );
      return found.map(toRecord);
    },

    /** The class's newest session, whatever became of it. */
    async lastOf(classId: ClassId): Promise<SessionRecord | null> {
      const row = await asked(
        rows.findOne(
          { classId: oid(classId) },
          { projection: WITHOUT_ROWS, sort: { openedAt: -1, _id: -1 } },
        ),
      );
      return row && toRecord(row);
    },

    /** A page of the sessions of some classes, or of all, the newest first. */
    async list(page: {
      classIds?: readonly ClassId[] | undefined;
      state?: SessionState | undefined;
      limit: number;
      cursor?: string | undefined;
    }): Promise<Page<SessionRecord>> {
      const filter: mongoose.mongo.Filter<Stored> = {};
      if (page.classIds !== undefined) filter.classId = { $in: page.classIds.map(oid) };
      if (page.state !== undefined) filter.state = page.state;
      if (page.cursor !== undefined) filter._id = { $lt: oid(page.cursor) };
      const found = await asked(
        rows
          .find(filter, { projection: WITHOUT_ROWS })
          .sort({ _id: -1 })
          .limit(page.limit + 1)
          .toArray(),
      );
      return pageOf(found.map(toRecord), page.limit);
    },

    /**
     * Moves the class's open session to `closing` and writes down who asked; one that is closing stays so.
     * Null when the class has no open session, when it is another than `sessionId`, or when this very DONE
     * was one of an earlier session.
     */
    close: (
      classId: ClassId,
      asking: DoneAsked & { sessionId?: SessionId | undefined; at: string },
    ): Promise<SessionRecord | null> => {
      const { sessionId, at, by, opId } = asking;
      const who = fromAsked({ by, opId });
      const filter: mongoose.mongo.Filter<Stored> = { classId: oid(classId), open: true };
      if (sessionId !== undefined) filter._id = oid(sessionId);
      else if (opId !== undefined) filter.earlierDone = { $not: { $elemMatch: who } };
      return move(filter, {
        $set: { state: 'closing' },
        $min: { closingAt: new Date(at) },
        ...(by === undefined && opId === undefined ? {} : { $addToSet: { doneAsked: who } }),
      });
    },

    /** Adds someone who asked for a DONE that had happened already. */
    async noteDone(id: SessionId, who: DoneAsked): Promise<void> {
      await asked(rows.updateOne({ _id: oid(id) }, { $addToSet: { doneAsked: fromAsked(who) } }));
    },

    /** Moves `closing` to `final`; null when another process has done so. */
    finish: (id: SessionId, counts: Counts, at: string): Promise<SessionRecord | null> =>
      move(
        { _id: oid(id), state: 'closing' },
        { $set: { state: 'final', open: false, counts, closedAt: new Date(at) } },
      ),

    /** Moves `live` to `cancelled`; null when it is not live any more. */
    cancel: (
      id: SessionId,
      how: { at: string; by?: UserId | undefined; reason?: string | undefined },
    ): Promise<SessionRecord | null> => {
      const at = new Date(how.at);
      const cancelled = {
        at,
        ...(how.by !== undefined && { by: oid(how.by) }),
        ...(how.reason !== undefined && { reason: how.reason }),
      };
      return move(
        { _id: oid(id), state: 'live' },
        { $set: { state: 'cancelled', open: false, closedAt: at, cancelled } },
      );
    },

    /** Keeps the marks of a cancelled session; those that are kept already are not doubled. */
    async keepRows(id: SessionId, kept: readonly EndRow[]): Promise<void> {
      if (kept.length === 0) return;
      await asked(
        rows.updateOne(
          { _id: oid(id), state: 'cancelled' },
          { $addToSet: { 'cancelled.rows': { $each: [...kept] } } },
        ),
      );
    },

    /** The marks of a cancelled session. */
    async keptRows(id: SessionId): Promise<EndRow[]> {
      const row = await asked(rows.findOne({ _id: oid(id) }, { projection: { 'cancelled.rows': 1 } }));
      return row?.cancelled?.rows ?? [];
    },

    /** Puts right the counts of a final session whose records were added to. */
    async recount(id: SessionId, counts: Counts): Promise<void> {
      await asked(rows.updateOne({ _id: oid(id), state: 'final' }, { $set: { counts } }));
    },

    /** Writes down that the register of an ended session is gone. */
    async settle(id: SessionId, at: string): Promise<void> {
      await asked(
        rows.updateOne(
          { _id: oid(id), state: { $in: ['final', 'cancelled'] }, settled: false },
          { $set: { settled: true, settledAt: new Date(at) } },
        ),
      );
    },

    /** Every session whose register still stands or should: what the sweeper looks at. */
    unsettled: () => findAll({ settled: false }),
    /** The settled sessions that ended at or after a moment. */
    endedSince: (at: string) => findAll({ settled: true, closedAt: { $gte: new Date(at) } }),
  };
};
export type Sessions = ReturnType<typeof createSessions>;
