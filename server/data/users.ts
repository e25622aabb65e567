import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import type { UserId } from '../../shared/ids.ts';
import type { Role } from '../../shared/status.ts';
import { hex, isDuplicateKey, oid, type Page, pageOf } from './mongo.ts';

/** A person with a log-in, as every other part of the program sees one: without the password's hash. */
export type User = {
  readonly id: UserId;
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: Date;
};

/** What log-in compares; the only place where a hash leaves this layer. `generation` changes with every new password. */
export type Credentials = { readonly user: User; readonly passwordHash: string; readonly generation: number };

type Row = {
  name: string;
  email: string;
  role: Role;
  passwordHash: string;
  generation: number;
  disabled: boolean;
  createdAt: Date;
};
type Stored = Row & { _id: mongoose.Types.ObjectId };

const schema = new mongoose.Schema<Row>(
  {
    name: { type: String, required: true },
    email: { type: String, required: true },
    role: { type: String, required: true },
    passwordHash: { type: String, required: true },
    generation: { type: Number, required: true, default: 0 },
    disabled: { type: Boolean, required: true, default: false },
    createdAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'users' },
);
schema.index({ email: 1 }, { unique: true });
schema.index({ role: 1, _id: 1 });

const WITHOUT_HASH = { passwordHash: 0 } as const;

const toUser = (row: Omit<Stored, 'passwordHash'>): User => ({
  id: hex(row._id),
  name: row.name,
  email: row.email,
  role: row.role,
  disabled: row.disabled,
  createdAt: row.createdAt,
});

/** One spelling of an address, so that it is unique whatever its case. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

/** The people's collection. */
export const createUsers = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('User', schema);

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
    },

    /** EMAIL_EXISTS when another account has the address. */
    async create(
      user: Pick<User, 'name' | 'email' | 'role' | 'createdAt'> & { passwordHash: string },
    ): Promise<User> {
      try {
        const row = await model.create({
          ...user,
          email: normalEmail(user.email),
          generation: 0,
          disabled: false,
        });
        return toUser(row.toObject<Stored>());
      } catch (error) {
        throw isDuplicateKey(error) ? new Fault('EMAIL_EXISTS') : error;
      }
    },

    async find(userId: UserId): Promise<User | null> {
      const row = await model.findById(oid(userId), WITHOUT_HASH).lean<Stored>();
      return row && toUser(row);
    },

    async findByEmail(email: string): Promise<User | null> {
      const row = await model.findOne({ email: normalEmail(email) }, WITHOUT_HASH).lean<Stored>();
      return row && toUser(row);
    },

    /** Those of the ids that exist, in no particular order. */
    async findMany(userIds: readonly UserId[]): Promise<User[]> {
      const rows = await model.find({ _id: { $in: userIds.map(oid) } }, WITHOUT_HASH).lean<Stored[]>();
      return rows.map(toUser);
    },

    /** Who has which of these student codes. */
    async findByStudentCodes(codes: readonly string[]): Promise<Map<string, UserId>> {
      const rows = await model.collection
        .find<{ _id: mongoose.Types.ObjectId; studentCode: string }>(
          { studentCode: { $in: [...codes] } },
          { projection: { studentCode: 1 } },
        )
        .toArray();
      return new Map(rows.map(({ _id, studentCode }) => [studentCode, hex<UserId>(_id)]));
    },

    async list(page: {
      limit: number;
      cursor?: string | undefined;
      role?: Role | undefined;
    }): Promise<Page<User>> {
      const filter = {
        ...(page.role === undefined ? {} : { role: page.role }),
        ...(page.cursor === undefined ? {} : { _id: { $gt: oid(page.cursor) } }),
      };
      const rows = await model
        .find(filter, WITHOUT_HASH)
        .sort({ _id: 1 })
        .limit(page.limit + 1)
        .lean<Stored[]>();
      return pageOf(rows.map(toUser), page.limit);
    },

    /** Everyone of a role, by id; the first system's list of students. */
    async allOf(role: Role): Promise<User[]> {
      const rows = await model.find({ role }, WITHOUT_HASH).sort({ _id: 1 }).lean<Stored[]>();
      return rows.map(toUser);
    },

    /** True when somebody of the role can log in. */
    async hasEnabled(role: Role): Promise<boolean> {
      return (await model.exists({ role, disabled: false })) !== null;
    },

    /** For log-in only: the one query that answers with a password's hash. */
    async credentials(by: { email: string } | { userId: UserId }): Promise<Credentials | null> {
      const filter = 'email' in by ? { email: normalEmail(by.email) } : { _id: oid(by.userId) };
      const row = await model.findOne(filter).lean<Stored>();
      return row && { user: toUser(row), passwordHash: row.passwordHash, generation: row.generation };
    },

    /** Whether the account is enabled and its password is still the one of `generation`. */
    async stillHolds(userId: UserId, generation: number): Promise<boolean> {
      return (await model.exists({ _id: oid(userId), generation, disabled: false })) !== null;
    },

    /** Puts a new hash in place of the one of `generation`. False when another change came first. */
    async changePassword(userId: UserId, generation: number, passwordHash: string): Promise<boolean> {
      const filter = { _id: oid(userId), generation, disabled: false };
      const done = await model.updateOne(filter, { $set: { passwordHash }, $inc: { generation: 1 } });
      return done.matchedCount === 1;
    },

    async update(
      userId: UserId,
      change: { name?: string | undefined; disabled?: boolean | undefined },
    ): Promise<User | null> {
      const $set = {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.disabled === undefined ? {} : { disabled: change.disabled }),
      };
      const row = await model
        .findByIdAndUpdate(oid(userId), { $set }, { returnDocument: 'after', projection: WITHOUT_HASH })
        .lean<Stored>();
      return row && toUser(row);
    },
  };
};
export type Users = ReturnType<typeof createUsers>;
