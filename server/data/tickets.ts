import mongoose from 'mongoose';
import type { LoginId, UserId } from '../../shared/ids.ts';
import type { Role } from '../../shared/status.ts';
import { hex, oid } from './mongo.ts';

/** On whose behalf a single-use ticket opens a socket. */
export type TicketHolder = {
  readonly userId: UserId;
  readonly role: Role;
  readonly loginId: LoginId;
  /** When the access token that asked for it ends, milliseconds since 1970. */
  readonly tokenExpiresAt: number;
};

type Row = {
  _id: string;
  userId: mongoose.Types.ObjectId;
  role: Role;
  loginId: mongoose.Types.ObjectId;
  tokenExpiresAt: number;
  expiresAt: Date;
};

const schema = new mongoose.Schema<Row>(
  {
    _id: { type: String, required: true },
    userId: { type: mongoose.Schema.Types.ObjectId, required: true },
    role: { type: String, required: true },
    loginId: { type: mongoose.Schema.Types.ObjectId, required: true },
    tokenExpiresAt: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'tickets' },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** The socket tickets' collection: kept by hash, in the database so that any instance can redeem them. */
export const createTickets = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('Ticket', schema);

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
    },

    async put(hash: string, holder: TicketHolder, expiresAt: Date): Promise<void> {
      const { userId, loginId, ...rest } = holder;
      await model.create({ ...rest, _id: hash, userId: oid(userId), loginId: oid(loginId), expiresAt });
    },

    /** Takes a ticket out, so that it is found once; null when it is unknown, used or over. */
    async take(hash: string, now: Date): Promise<TicketHolder | null> {
      const row = await model.findOneAndDelete({ _id: hash, expiresAt: { $gt: now } }).lean<Row>();
      return (
        row && {
          userId: hex(row.userId),
          role: row.role,
          loginId: hex(row.loginId),
          tokenExpiresAt: row.tokenExpiresAt,
        }
      );
    },

    /** Removes the tickets whose time is over: a real server does so by its index, the embedded engine does not. */
    async forgetOver(now: Date): Promise<void> {
      await model.deleteMany({ expiresAt: { $lte: now } });
    },
  };
};
export type Tickets = ReturnType<typeof createTickets>;
