import type mongoose from 'mongoose';
import type { SessionId, StudentId } from '../../shared/ids.ts';
import type { Method, RestStatus } from '../../shared/protocol/index.ts';
import type { Said } from '../domain/presence.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { isDuplicateKey } from './mongo.ts';

/** What a student has shown in a session so far, where the register's row alone does not say it. */
export type Shown = {
  readonly studentId: StudentId;
  readonly said: ReadonlyMap<Method, Said>;
  /** The BLE windows that were collected. */
  readonly steps: readonly number[];
  /** When the first of them came in. */
  readonly bleAt?: string | undefined;
};

/** How many a "mark the rest" marked, and the register's version after the last of them. */
export type RestAnswer = { readonly marked: number; readonly version: number };

/** A "mark the rest" as it was first asked for. */
export type KeptRest = {
  /** Who was unmarked then. */
  readonly students: readonly StudentId[];
  readonly status: RestStatus;
  /** The register's version then. */
  readonly version: number;
  /** What it came to, once all of them were marked: the answer to each repetition (MK3). */
  readonly answer?: RestAnswer;
};

type Row = {
  _id: string;
  sessionId: string;
  studentId: string;
  said?: { [method in Method]?: Said };
  steps?: number[];
  bleAt?: string;
  expiresAt: Date;
};
type Offer = { _id: string; steps: number[]; expiresAt: Date };
type Client = { _id: string; students: string[]; expiresAt: Date };
type Rest = Omit<KeptRest, 'students'> & { _id: string; students: string[]; expiresAt: Date };
type Used = { _id: string; studentId: string; expiresAt: Date };

/** How long after its session's end evidence is kept, in ms; the records have what it came to. */
const KEEP_MS = 7 * 86_400_000;
/** The times of a session that decide how long its evidence stays. */
type Ending = { readonly id: SessionId; readonly closesAt: string };

const toShown = (row: Row): Shown => ({
  studentId: row.studentId as StudentId,
  said: new Map(Object.entries(row.said ?? {}) as [Method, Said][]),
  steps: row.steps ?? [],
  bleAt: row.bleAt,
});

/** What check-ins leave behind while their session runs. Every method may throw STORE_UNAVAILABLE. */
export const createCheckIns = (connection: mongoose.Connection) => {
  const db = nativeDb(connection);
  const shown = db.collection<Row>('checkins', DURABLE);
  const offers = db.collection<Offer>('ble_windows', DURABLE);
  const used = db.collection<Used>('scan_tickets', DURABLE);
  const rests = db.collection<Rest>('mark_rests', DURABLE);
  // A flag is a hint: nobody waits for a disk for it.
  const clients = db.collection<Client>('checkin_clients', { writeConcern: { w: 1 } });
  const all = [shown, offers, used, rests, clients].map(({ collectionName }) =>
    db.collection<{ expiresAt: Date }>(collectionName),
  );

  const until = ({ closesAt }: { closesAt: string }) => new Date(Date.parse(closesAt) + KEEP_MS);
  const key = (sessionId: SessionId, studentId: string) => `${sessionId}:${studentId}`;
  /** Two upserts of the same new document at once: one of them has to come again. */
  const upserted = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await asked(run());
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return await asked(run());
    }
  };

  return {
    async ensureIndexes(): Promise<void> {
      await shown.createIndex({ sessionId: 1 });
      await clients.createIndex({ students: 1 });
      for (const one of all) await one.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    },

    /** Keeps what one method says. The first word of a method stands (CI2); a device's earliest does (MK6). */
    async say(
      session: Ending,
      studentId: StudentId,
      method: Method,
      said: Said,
    ): Promise<{ shown: Shown; repeated: boolean }> {
      const _id = key(session.id, studentId);
      const field = `said.${method}`;
      try {
        const row = await asked(
          shown.findOneAndUpdate(
            {
              _id,
              $or: [
                { [field]: { $exists: false } },
                ...(method === 'device' ? [{ [`${field}.at`]: { $gt: said.at } }] : []),
              ],
            },
            {
              $set: { [field]: said },
              $setOnInsert: { sessionId: session.id, studentId, expiresAt: until(session) },
            },
            { upsert: true, returnDocument: 'after' },
          ),
        );
        if (row) return { shown: toShown(row), repeated: false };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const there = await asked(shown.findOne({ _id }));
      const stands = there?.said?.[method];
      // Inserted meanwhile, by another method's word or by a later scan of a device: once more.
      if (there === null || stands === undefined || (method === 'device' && stands.at > said.at))
        return this.say(session, studentId, method, said);
      return { shown: toShown(there), repeated: true };
    },

    /** Keeps that a student has a BLE window; a window counts once (CI3). */
    async collect(
      session: Ending,
      studentId: StudentId,
      step: number,
      at: string,
    ): Promise<{ shown: Shown; repeated: boolean }> {
      const before = await upserted(() =>
        shown.findOneAndUpdate(
          { _id: key(session.id, studentId) },
          {
            $addToSet: { steps: step },
            $min: { bleAt: at },
            $setOnInsert: { sessionId: session.id, studentId, expiresAt: until(session) },
          },
          { upsert: true, returnDocument: 'before' },
        ),
      );
      const was: Shown = before ? toShown(before) : { studentId, said: new Map(), steps: [] };
      const repeated = was.steps.includes(step);
      const steps = repeated ? was.steps : [...was.steps, step];
      return { shown: { ...was, steps, bleAt: was.bleAt ?? at }, repeated };
    },

    /** Takes back a word that was kept too late, as it was kept: it counts for nothing any more (DN4). */
    async takeBack(
      sessionId: SessionId,
      studentId: StudentId,
      method: Method,
      { at, window }: { readonly at: string; readonly window?: number | undefined },
    ): Promise<void> {
      const _id = key(sessionId, studentId);
      const field = `said.${method}`;
      await asked(
        window === undefined
          ? shown.updateOne({ _id, [`${field}.at`]: at }, { $unset: { [field]: 1 } })
          : shown.updateOne({ _id }, { $pull: { steps: window } }),
      );
    },

    /** Everything that was shown in a session. */
    async shownIn(sessionId: SessionId): Promise<Shown[]> {
      return (await asked(shown.find({ sessionId }).toArray())).map(toShown);
    },

    /** What one student has shown; null when nothing. */
    async shownBy(sessionId: SessionId, studentId: StudentId): Promise<Shown | null> {
      const row = await asked(shown.findOne({ _id: key(sessionId, studentId) }));
      return row && toShown(row);
    },

    /** Notes that a BLE window was given to the teacher's device; true when it is the first time. */
    async offer(session: Ending, step: number): Promise<boolean> {
      const before = await upserted(() =>
        offers.findOneAndUpdate(
          { _id: session.id },
          { $addToSet: { steps: step }, $setOnInsert: { expiresAt: until(session) } },
          { upsert: true, returnDocument: 'before' },
        ),
      );
      return !before?.steps.includes(step);
    },

    /** The BLE windows that were given out. */
    async offered(sessionId: SessionId): Promise<readonly number[]> {
      return (await asked(offers.findOne({ _id: sessionId })))?.steps ?? [];
    },

    /** Takes a scan ticket for a student; false when another student has used it. */
    async useTicket(id: string, studentId: StudentId, expiresAt: Date): Promise<boolean> {
      try {
        await asked(used.insertOne({ _id: id, studentId, expiresAt }));
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return (await asked(used.findOne({ _id: id })))?.studentId === studentId;
      }
    },

    /** Notes that a student checked in from a browser; answers with everyone who did so from it in this session. */
    async from(session: Ending, client: string, studentId: StudentId): Promise<StudentId[]> {
      const row = await upserted(() =>
        clients.findOneAndUpdate(
          { _id: key(session.id, client) },
          { $addToSet: { students: studentId }, $setOnInsert: { expiresAt: until(session) } },
          { upsert: true, returnDocument: 'after' },
        ),
      );
      return (row?.students ?? []) as StudentId[];
    },

    /** Everyone in a session who checked in from a browser from which a student did, that student among them. */
    async sharing(sessionId: SessionId, studentId: StudentId): Promise<StudentId[]> {
      const ours = { students: studentId, _id: { $gte: `${sessionId}:`, $lt: `${sessionId};` } };
      const rows = await asked(clients.find(ours).toArray());
      return [...new Set(rows.flatMap(({ students }) => students as StudentId[]))];
    },

    /** Keeps a "mark the rest" of this name, unless one is kept: then that one. */
    async restOf(
      session: Ending,
      name: string,
      asks: KeptRest,
    ): Promise<{ rest: KeptRest; repeated: boolean }> {
      const _id = key(session.id, name);
      try {
        await asked(
          rests.insertOne({ _id, ...asks, students: [...asks.students], expiresAt: until(session) }),
        );
        return { rest: asks, repeated: false };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const rest = await this.restFound(session.id, name);
        if (rest === null) throw error; // removed in between: its session is long over
        return { rest, repeated: true };
      }
    },

    /** The "mark the rest" of this name; null when there was none. */
    async restFound(sessionId: SessionId, name: string): Promise<KeptRest | null> {
      const row = await asked(rests.findOne({ _id: key(sessionId, name) }));
      return row && { ...row, students: row.students as StudentId[] };
    },

    /** Keeps what a "mark the rest" came to, unless another try was faster; answers with what is kept. */
    async restDone(sessionId: SessionId, name: string, answer: RestAnswer): Promise<RestAnswer> {
      const _id = key(sessionId, name);
      await asked(rests.updateOne({ _id, answer: { $exists: false } }, { $set: { answer } }));
      return (await asked(rests.findOne({ _id })))?.answer ?? answer;
    },

    /** Removes what is over: a real server does so by its index, the embedded engine does not. */
    async forgetOver(now: Date): Promise<void> {
      for (const one of all)
        await one.deleteMany({
          expiresAt: { $lte: now },
        });
    },
  };
};
export type CheckIns = ReturnType<typeof createCheckIns>;
