import mongoose from 'mongoose';
import type { SessionId, StudentId } from '../../shared/ids.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { isDuplicateKey, oid } from './mongo.ts';

/** A recognition that was taken in. `key` is the device and its name for the event, or the student and the second. */
export type Scan = {
  readonly key: string;
  readonly studentId: StudentId;
  readonly sessionId: SessionId;
  readonly at: string;
  readonly receivedAt: string;
};

type Id = mongoose.mongo.ObjectId;
type Stored = { _id: string; studentId: Id; sessionId: Id; at: Date; receivedAt: Date };

/** How long it is remembered that an event came, in days; one that is sent again after that changes nothing either. */
const KEPT_DAYS = 180;

/** The events that devices had acknowledged, each once (DV4). Methods may throw STORE_UNAVAILABLE. */
export const createScans = (connection: mongoose.Connection) => {
  const rows = nativeDb(connection).collection<Stored>('scans', DURABLE);

  return {
    async ensureIndexes(): Promise<void> {
      await rows.createIndexes([{ key: { receivedAt: 1 }, expireAfterSeconds: KEPT_DAYS * 86_400 }]);
    },

    /** Removes what need not be remembered: a real server does so by its index, the embedded engine does not. */
    async forgetOver(now: Date): Promise<void> {
      const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
      await asked(rows.deleteMany({ receivedAt: { $lte: before } }));
    },

    /** Those of the keys that came before. */
    async known(keys: readonly string[]): Promise<Set<string>> {
      const found = await asked(rows.find({ _id: { $in: [...keys] } }, { projection: { _id: 1 } }).toArray());
      return new Set(found.map(({ _id }) => _id));
    },

    /** Keeps scans, journaled, in one command; what somebody else has kept meanwhile is as good. */
    async keep(scans: readonly Scan[]): Promise<void> {
      if (scans.length === 0) return;
      const stored = scans.map(({ key, studentId, sessionId, at, receivedAt }) => ({
        _id: key,
        studentId: oid(studentId),
        sessionId: oid(sessionId),
        at: new Date(at),
        receivedAt: new Date(receivedAt),
      }));
      try {
        await asked(rows.insertMany(stored, { ordered: false }));
      } catch (error) {
        const bulk = error instanceof mongoose.mongo.MongoBulkWriteError ? error : undefined;
        const refused = [bulk?.writeErrors ?? []].flat();
        const onlyDoubled = refused.length > 0 && refused.every(({ code }) => code === 11000);
        if (!bulk || !isDuplicateKey(error) || !onlyDoubled || bulk.result.getWriteConcernError())
          throw error;
      }
    },
  };
};
export type Scans = ReturnType<typeof createScans>;
