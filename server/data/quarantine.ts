import mongoose from 'mongoose';
import type { UserId } from '../../shared/ids.ts';
import type { QuarantineReason } from '../../shared/rest/devices.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { hex, oid, type Page, pageOf } from './mongo.ts';

/** An event of a device that waits for a person. `key` tells it from the device's others. */
export type Quarantined = {
  readonly id: string;
  readonly device: UserId;
  readonly reason: QuarantineReason;
  readonly raw: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolution: 'discarded' | 'applied' | null;
};

/** An event on its way into quarantine. */
export type SetAside = { readonly key: string; readonly reason: QuarantineReason; readonly raw: string };

type Id = mongoose.mongo.ObjectId;
type Stored = {
  _id: Id;
  device: Id;
  key: string;
  reason: QuarantineReason;
  raw: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
  open: boolean;
  resolvedAt?: Date;
  resolvedBy?: Id;
  resolution?: 'discarded' | 'applied';
};

const toQuarantined = (row: Stored): Quarantined => ({
  id: row._id.toHexString(),
  device: hex<UserId>(row.device),
  reason: row.reason,
  raw: row.raw,
  count: row.count,
  firstAt: row.firstAt,
  lastAt: row.lastAt,
  resolvedAt: row.resolvedAt ?? null,
  resolution: row.resolution ?? null,
});

/** How many events of one device wait for a person at most; two who come at once may exceed it by one sending. */
export const MOST_WAITING = 2_000;

/** The events that were set aside (DV5). Methods may throw STORE_UNAVAILABLE. */
export const createQuarantine = (connection: mongoose.Connection) => {
  const rows = nativeDb(connection).collection<Stored>('quarantine', DURABLE);

  /** The keys of the events that there is no room for: new ones, while as many as are kept wait already. */
  const crowdedOut = async (device: UserId, events: readonly SetAside[]): Promise<Set<string>> => {
    const keys = [...new Set(events.map(({ key }) => key))];
    const waiting = await asked(
      rows.countDocuments({ device: oid(device), open: true }, { limit: MOST_WAITING }),
    );
    const room = MOST_WAITING - waiting;
    if (keys.length <= room) return new Set();
    const there = rows.find({ device: oid(device), key: { $in: keys } }, { projection: { key: 1 } });
    const known = new Set((await asked(there.toArray())).map(({ key }) => key));
    return new Set(keys.filter((key) => !known.has(key)).slice(room));
  };

  const put = async (device: UserId, events: readonly SetAside[], at: Date): Promise<void> => {
    const operations = events.map(({ key, reason, raw }) => ({
      updateOne: {
        filter: { device: oid(device), key },
        update: {
          $setOnInsert: { reason, raw, firstAt: at, open: true },
          $set: { lastAt: at },
          $inc: { count: 1 },
        },
        upsert: true,
      },
    }));
    await asked(rows.bulkWrite(operations, { ordered: false, ...DURABLE }));
  };

  return {
    async ensureIndexes(): Promise<void> {
      await rows.createIndexes([
        { key: { device: 1, key: 1 }, unique: true },
        { key: { device: 1, open: 1 } },
        { key: { open: 1, _id: -1 } },
      ]);
    },

    /** Keeps events, journaled; one that came before is counted. Answers with the keys of those that found no room. */
    async put(device: UserId, all: readonly SetAside[], at: Date): Promise<ReadonlySet<string>> {
      if (all.length === 0) return new Set();
      const unkept = await crowdedOut(device, all);
      const events = all.filter(({ key }) => !unkept.has(key));
      if (events.length === 0) return unkept;
      try {
        await put(device, events, at);
      } catch (error) {
        // Two who set the same aside at once: one of the upserts loses. Counting the others twice does no harm.
        if (!(error instanceof mongoose.mongo.MongoBulkWriteError) || error.code !== 11000) throw error;
        await put(device, events, at);
      }
      return unkept;
    },

    async find(id: string): Promise<Quarantined | null> {
      const row = await asked(rows.findOne({ _id: oid(id) }));
      return row && toQuarantined(row);
    },

    /** A page, the newest first. */
    async list(page: {
      open: boolean;
      limit: number;
      cursor?: string | undefined;
    }): Promise<Page<Quarantined>> {
      const filter: mongoose.mongo.Filter<Stored> = { open: page.open };
      if (page.cursor !== undefined) filter._id = { $lt: oid(page.cursor) };
      const found = await asked(
        rows
          .find(filter)
          .sort({ _id: -1 })
          .limit(page.limit + 1)
          .toArray(),
      );
      return pageOf(found.map(toQuarantined), page.limit);
    },

    /** Null when it was resolved before. */
    async resolve(
      id: string,
      how: { resolution: 'discarded' | 'applied'; by: UserId; at: Date },
    ): Promise<Quarantined | null> {
      const { resolution, by, at } = how;
      const row = await asked(
        rows.findOneAndUpdate(
          { _id: oid(id), open: true },
          { $set: { open: false, resolution, resolvedBy: oid(by), resolvedAt: at } },
          { returnDocument: 'after' },
        ),
      );
      return row && toQuarantined(row);
    },
  };
};
export type Quarantine = ReturnType<typeof createQuarantine>;
