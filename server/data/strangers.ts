import type mongoose from 'mongoose';
import { asked, nativeDb } from './asked.ts';

/** A terminal that sent requests and has no device. */
export type Stranger = {
  readonly serial: string;
  readonly address: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
};

type Stored = { _id: string; address: string; firstSeenAt: Date; lastSeenAt: Date };

/** Serials are made up easily: more than this are not kept. */
const MOST = 1_000;

/** Unknown terminals, by serial (DV8). */
export const createStrangers = (connection: mongoose.Connection) => {
  const rows = nativeDb(connection).collection<Stored>('strangers');

  return {
    async saw(serial: string, address: string, at: Date): Promise<void> {
      const upsert = (await asked(rows.estimatedDocumentCount())) < MOST;
      await asked(
        rows.updateOne(
          { _id: serial },
          { $set: { address, lastSeenAt: at }, $setOnInsert: { firstSeenAt: at } },
          { upsert },
        ),
      );
    },

    /** The latest first. */
    async list(): Promise<Stranger[]> {
      const found = await asked(rows.find().sort({ lastSeenAt: -1 }).limit(MOST).toArray());
      return found.map(({ _id, ...row }) => ({ serial: _id, ...row }));
    },

    async forget(serial: string): Promise<void> {
      await asked(rows.deleteOne({ _id: serial }));
    },
  };
};
export type Strangers = ReturnType<typeof createStrangers>;
