import mongoose from 'mongoose';
import type { UserId } from '../../shared/ids.ts';
import { hex, oid } from './mongo.ts';

type Row = { hash: string; invitedBy: mongoose.Types.ObjectId; createdAt: Date; expiresAt: Date };
type Stored = Row & { _id: mongoose.Types.ObjectId };

const schema = new mongoose.Schema<Row>(
  {
    hash: { type: String, required: true },
    invitedBy: { type: mongoose.Schema.Types.ObjectId, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'invitations' },
);
schema.index({ hash: 1 }, { unique: true });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** The invitations' collection: one for each person at most (the id is the person's), kept by hash. */
export const createInvitations = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('Invitation', schema);

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
    },

    /** Keeps an invitation in the place of an earlier one of the person. */
    async put(
      userId: UserId,
      { invitedBy, ...rest }: { hash: string; invitedBy: UserId; createdAt: Date; expiresAt: Date },
    ): Promise<void> {
      const $set = { ...rest, invitedBy: oid(invitedBy) };
      await model.updateOne({ _id: oid(userId) }, { $set }, { upsert: true });
    },

    /** Whom it invites; null when it is unknown or over. */
    async find(hash: string, now: Date): Promise<UserId | null> {
      const row = await model.findOne({ hash, expiresAt: { $gt: now } }).lean<Stored>();
      return row && hex(row._id);
    },

    async remove(userId: UserId): Promise<void> {
      await model.deleteOne({ _id: oid(userId) });
    },

    /** Removes the invitations whose time is over: a real server does so by its index, the embedded engine does not. */
    async forgetOver(now: Date): Promise<void> {
      await model.deleteMany({ expiresAt: { $lte: now } });
    },
  };
};
export type Invitations = ReturnType<typeof createInvitations>;
