import type mongoose from 'mongoose';
import { isDuplicateKey } from './mongo.ts';

type Batch = {
  readonly position: number;
  readonly base: number;
  readonly token: string;
  readonly steps: string;
};
type Row = { _id: number; base: number; token: string; steps: string };

/** How long one operation may take, in ms; after that its outcome is unknown. */
const PATIENCE_MS = 1500;
/** How many batches one read returns. */
const PAGE = 100;

/** The journal's collection; batches are named by their position, so `_id` is the only index that it needs. */
export const JOURNAL = 'register_journal';

/**
 * The write-ahead journal of the embedded register: one document per batch, durable (majority, journaled) before
 * `append` resolves. Whatever it rejects with means that the outcome is unknown.
 */
export const createJournal = (connection: mongoose.Connection) => {
  const batches = connection
    .getClient()
    .db(connection.name)
    .collection<Row>(JOURNAL, { writeConcern: { w: 'majority', j: true }, readPreference: 'primary' });
  const bounded = { timeoutMS: PATIENCE_MS };
  const batchOf = ({ _id, ...rest }: Row): Batch => ({ position: _id, ...rest });

  return {
    /** True once the batch is durable; false when its position is taken. */
    async append({ position, ...rest }: Batch): Promise<boolean> {
      try {
        await batches.insertOne({ _id: position, ...rest }, bounded);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    /**
     * The token of the batch at a position, once that batch is durable, or null. A read alone would not do: it also
     * shows what the server has not yet written to disk. The write to the same document waits for both.
     */
    async confirm(position: number): Promise<string | null> {
      const row = await batches.findOneAndUpdate(
        { _id: position },
        { $inc: { confirmed: 1 } },
        { ...bounded, projection: { token: 1 } },
      );
      return row?.token ?? null;
    },

    /** The newest batch, or null. */
    async last(): Promise<Batch | null> {
      const row = await batches.findOne({}, { ...bounded, sort: { _id: -1 } });
      return row && batchOf(row);
    },

    /** A page of batches from a position on, in order. */
    async read(from: number): Promise<Batch[]> {
      const rows = batches.find({ _id: { $gte: from } }, bounded);
      return (await rows.sort({ _id: 1 }).limit(PAGE).toArray()).map(batchOf);
    },

    /** Deletes the batches before a position. */
    async forget(before: number): Promise<void> {
      await batches.deleteMany({ _id: { $lt: before } }, bounded);
    },
  };
};
export type Journal = ReturnType<typeof createJournal>;
