import mongoose from 'mongoose';
import type { UserId } from '../../shared/ids.ts';
import { hex, oid } from './mongo.ts';

/** Whom a link is for. `generation`: of the password that it replaces; null where it makes a log-in. */
export type Invited = { readonly userId: UserId; readonly generation: number | null };

type Row = {
  hash: string;
  generation?: number;
  invitedBy: mongoose.Types.ObjectId;
  createdAt: Date;
  expiresAt: Date;
};
type Stored = Row & { _id: mongoose.Types.ObjectId };

const schema = new mongoose.Schema<Row>(
  {
    hash: { type: String, required: true },
    generation: { type: Number },
    invitedBy: { type: mongoose.Schema.Types.ObjectId, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'invitations' },
);
schema.index({ hash: 1 }, { unique: true });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** The collection of one-time links: one for each person at most (the id is the person's), kept by hash. */
export const createInvitations = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('Invitation', schema);

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
    },

    /** Keeps a link in the place of an earlier one of the person, whichever it was for. */
    async put(
      { userId, generation }: Invited,
      { invitedBy, ...rest }: { hash: string; invitedBy: UserId; createdAt: Date; expiresAt: Date },
    ): Promise<void> {
      const $set = { ...rest, invitedBy: oid(invitedBy), ...(generation !== null && { generation }) };
      const $unset = generation === null ? { generation: 1 as const } : {};
      await model.updateOne({ _id: oid(userId) }, { $set, $unset }, { upsert: true });
    },

    /** Null when it is unknown or over. */
    async find(hash: string, now: Date): Promise<Invited | null> {
      const row = await model.findOne({ hash, expiresAt: { $gt: now } }).lean<Stored>();
      return row && { userId: hex(row._id), generation: row.generation ?? null };
    },

    /** Who of some people is invited, and until when. */
    async untilOf(userIds: readonly UserId[], now: Date): Promise<Map<UserId, Date>> {
      const rows = await model
        .find({ _id: { $in: userIds.map(oid) }, expiresAt: { $gt: now } }, { expiresAt: 1 })
        .lean<Pick<Stored, '_id' | 'expiresAt'>[]>();
      return new Map(rows.map(({ _id, expiresAt }) => [hex<UserId>(_id), expiresAt]));
    },

    /** Removes the link of a person: the one of this hash only, where it is given, since a newer one may stand by now. */
    async remove(userId: UserId, hash?: string): Promise<void> {
      await model.deleteOne({ _id: oid(userId), ...(hash !== undefined && { hash }) });
    },

    /** Removes the links whose time is over: a real server does so by its index, the embedded engine does not. */
    async forgetOver(now: Date): Promise<void> {
      await model.deleteMany({ expiresAt: { $lte: now } });
    },
  };
};
export type Invitations = ReturnType<typeof createInvitations>;
