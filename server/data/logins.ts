import mongoose from 'mongoose';
import type { LoginId, UserId } from '../../shared/ids.ts';
import { nativeDb } from './asked.ts';
import { hex, oid } from './mongo.ts';

/** One log-in of one user, and the family of refresh tokens that descends from it. */
export type Login = {
  readonly id: LoginId;
  readonly userId: UserId;
  /** Which refresh token of the family is the living one; null for a log-in that has none (root paths). */
  readonly generation: number | null;
  /** True for a browser's, which is known by its cookie and has no refresh tokens either. */
  readonly web: boolean;
  /** Goes into the family's refresh tokens, so that the signing key alone cannot make one. */
  readonly nonce: string;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
};

type Row = {
  userId: mongoose.Types.ObjectId;
  generation: number | null;
  web?: boolean;
  nonce: string;
  /** A keyed hash of the address that it came from; the address itself is not kept. */
  from: string;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
};
type Stored = Row & { _id: mongoose.Types.ObjectId };

const schema = new mongoose.Schema<Row>(
  {
    userId: { type: mongoose.Schema.Types.ObjectId, required: true },
    generation: { type: Number, default: null },
    web: { type: Boolean },
    nonce: { type: String, required: true },
    from: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'logins' },
);
schema.index({ userId: 1, from: 1 });
// An ended log-in stays until its tokens would have run out, so that their reuse is still recognised.
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

const toLogin = (row: Stored): Login => ({
  id: hex(row._id),
  userId: hex(row.userId),
  generation: row.generation,
  web: row.web ?? false,
  nonce: row.nonce,
  expiresAt: row.expiresAt,
  endedAt: row.endedAt,
});

/** The log-ins' collection. */
export const createLogins = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('Login', schema);
  const all = nativeDb(connection).collection<Stored>('logins');
  const alive = (now: Date) => ({ endedAt: null, expiresAt: { $gt: now } });

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
    },

    async create(login: {
      userId: UserId;
      kind: 'root' | 'api' | 'web';
      nonce: string;
      from: string;
      createdAt: Date;
      expiresAt: Date;
    }): Promise<Login> {
      const { userId, kind, ...rest } = login;
      const generation = kind === 'api' ? 0 : null;
      const web = kind === 'web' ? { web: true } : {};
      const row = await model.create({ ...rest, ...web, userId: oid(userId), generation, endedAt: null });
      return toLogin(row.toObject<Stored>());
    },

    async find(loginId: LoginId): Promise<Login | null> {
      const row = await model.findById(oid(loginId)).lean<Stored>();
      return row && toLogin(row);
    },

    /** Those of the ids that exist, in no particular order. */
    async findMany(loginIds: readonly LoginId[]): Promise<Login[]> {
      const rows = await all.find({ _id: { $in: loginIds.map(oid) } }).toArray();
      return rows.map(toLogin);
    },

    /** True when the user has logged in from there before, in a log-in that is still kept. */
    async knownFrom(userId: UserId, from: string): Promise<boolean> {
      return (await model.exists({ userId: oid(userId), from })) !== null;
    },

    /**
     * Moves a living log-in on from one refresh token to the next; atomic, so that one of two at once wins.
     * Null when it is not alive or not at that generation any more.
     */
    async rotate(loginId: LoginId, generation: number, now: Date, expiresAt: Date): Promise<Login | null> {
      const row = await model
        .findOneAndUpdate(
          { _id: oid(loginId), generation, ...alive(now) },
          { $inc: { generation: 1 }, $set: { expiresAt } },
          { returnDocument: 'after' },
        )
        .lean<Stored>();
      return row && toLogin(row);
    },

    /** Lets a living log-in live longer. Null when it is not alive any more. */
    async extend(loginId: LoginId, now: Date, expiresAt: Date): Promise<Login | null> {
      const row = await model
        .findOneAndUpdate(
          { _id: oid(loginId), ...alive(now) },
          { $set: { expiresAt } },
          { returnDocument: 'after' },
        )
        .lean<Stored>();
      return row && toLogin(row);
    },

    /** Ends one log-in. False when it was over already. */
    async end(loginId: LoginId, now: Date): Promise<boolean> {
      const done = await model.updateOne({ _id: oid(loginId), endedAt: null }, { $set: { endedAt: now } });
      return done.modifiedCount === 1;
    },

    /** Ends every log-in of a user, but for one where it is given; answers with those that it ended. */
    async endAllOf(userId: UserId, now: Date, except?: LoginId): Promise<LoginId[]> {
      const filter = {
        userId: oid(userId),
        ...alive(now),
        ...(except === undefined ? {} : { _id: { $ne: oid(except) } }),
      };
      const rows = await model.find(filter, { _id: 1 }).lean<Pick<Stored, '_id'>[]>();
      await model.updateMany(filter, { $set: { endedAt: now } });
      return rows.map((row) => hex(row._id));
    },

    /** Removes the log-ins whose time is over: a real server does so by its index, the embedded engine does not. */
    async forgetOver(now: Date): Promise<void> {
      await model.deleteMany({ expiresAt: { $lte: now } });
    },
  };
};
export type Logins = ReturnType<typeof createLogins>;
