import { randomInt } from 'node:crypto';
import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import type { SectionId, UserId } from '../../shared/ids.ts';
import type { Role } from '../../shared/status.ts';
import { nativeDb } from './asked.ts';
import { hex, isDuplicateKey, literal, oid, type Page, pageOf } from './mongo.ts';

/** A person, with or without a log-in, as every other part of the program sees one: without the password's hash. */
export type User = {
  readonly id: UserId;
  readonly name: string;
  /** In lower case; null where none is known. Whoever has a log-in has one. */
  readonly email: string | null;
  readonly role: Role;
  /** False for people whom the school knows and who have not claimed an account (SC5). */
  readonly hasLogin: boolean;
  readonly disabled: boolean;
  readonly createdAt: Date;
  /** Of students, where the school has entered them. */
  readonly studentCode?: string;
  readonly sectionId?: SectionId;
};

/** What log-in compares; the only place where a hash leaves this layer. `generation` changes with every new password. */
export type Credentials = { readonly user: User; readonly passwordHash: string; readonly generation: number };

/** A document of `users`: `passwordHash` and `generation` are there for those with a log-in. */
export type UserRow = {
  name: string;
  email?: string;
  role: Role;
  passwordHash?: string;
  generation?: number;
  disabled: boolean;
  createdAt: Date;
  studentCode?: string;
  teacherCode?: string;
  firstName?: string;
  lastName?: string;
  sectionId?: mongoose.Types.ObjectId;
};
type Row = UserRow;
type Stored = Row & { _id: mongoose.Types.ObjectId };

const schema = new mongoose.Schema<Row>(
  {
    name: { type: String, required: true },
    email: { type: String },
    role: { type: String, required: true },
    passwordHash: { type: String },
    generation: { type: Number },
    disabled: { type: Boolean, required: true, default: false },
    createdAt: { type: Date, required: true },
    studentCode: { type: String },
    teacherCode: { type: String },
    firstName: { type: String },
    lastName: { type: String },
    sectionId: { type: mongoose.Schema.Types.ObjectId },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'users' },
);
/** Unique among those who have one. */
for (const field of ['email', 'studentCode', 'teacherCode'] as const)
  schema.index(
    { [field]: 1 },
    {
      unique: true,
      name: `${field}_unique_where_known`,
      partialFilterExpression: { [field]: { $type: 'string' } },
    },
  );
schema.index({ role: 1, _id: 1 });
schema.index({ sectionId: 1 });

/** From as many the first generation of a claimed log-in is drawn; there is room to count up. */
const GENERATIONS = 2 ** 47;

/** The index on addresses from when everybody had one. */
const FORMER_INDEX = 'email_1';
const NO_SUCH_INDEX = new Set([26, 27]);

const WITHOUT_HASH = { passwordHash: 0 } as const;

const toUser = (row: Omit<Stored, 'passwordHash'>): User => ({
  id: hex(row._id),
  name: row.name,
  email: row.email ?? null,
  role: row.role,
  hasLogin: row.generation !== undefined && row.generation !== null,
  disabled: row.disabled,
  createdAt: row.createdAt,
  ...(row.studentCode !== undefined && { studentCode: row.studentCode }),
  ...(row.sectionId && { sectionId: hex<SectionId>(row.sectionId) }),
});

/** One spelling of an address, so that it is unique whatever its case. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

/** The model of `users` on a connection. */
export const userModel = (connection: mongoose.Connection): mongoose.Model<UserRow> =>
  connection.model<Row>('User', schema);

/** The accounts among the people's collection, and everybody by id; what the school knows of people is in `people.ts`. */
export const createUsers = (connection: mongoose.Connection) => {
  const model = userModel(connection);
  const people = nativeDb(connection).collection<Stored>('users');

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
      await model.collection.dropIndex(FORMER_INDEX).catch((error: unknown) => {
        const gone =
          error instanceof mongoose.mongo.MongoServerError && NO_SUCH_INDEX.has(Number(error.code));
        if (!gone) throw error;
      });
    },

    /** EMAIL_EXISTS when another account has the address. */
    async create(
      user: Pick<User, 'name' | 'role' | 'createdAt'> & { email: string; passwordHash: string },
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

    /** The address of the one who logs in and has this code, as a student or a teacher; null where there is none, or two. */
    async addressOfCode(code: string): Promise<string | null> {
      const filter = { $or: [{ studentCode: code }, { teacherCode: code }], generation: { $exists: true } };
      const [one, two] = await model.find(filter, { email: 1 }).limit(2).lean<Pick<Stored, 'email'>[]>();
      return two === undefined ? (one?.email ?? null) : null;
    },

    /** Those of the ids that exist, in no particular order. */
    async findMany(userIds: readonly UserId[]): Promise<User[]> {
      const filter = { _id: { $in: userIds.map(oid) } };
      // Every request asks this of its sender: without mongoose it takes half the time.
      const rows = await people.find(filter, { projection: WITHOUT_HASH }).toArray();
      return rows.map(toUser);
    },

    /** Those with a log-in, by id; those whose name or address holds `q`, or whose code begins with it. */
    async list(page: {
      limit: number;
      cursor?: string | undefined;
      role?: Role | undefined;
      q?: string | undefined;
    }): Promise<Page<User>> {
      const like = (pattern: string) => ({ $regex: pattern, $options: 'i' });
      const q = page.q === undefined ? undefined : literal(page.q);
      const filter = {
        generation: { $exists: true },
        ...(page.role === undefined ? {} : { role: page.role }),
        ...(page.cursor === undefined ? {} : { _id: { $gt: oid(page.cursor) } }),
        ...(q === undefined
          ? {}
          : {
              $or: [
                { name: like(q) },
                { email: like(q) },
                { studentCode: like(`^${q}`) },
                { teacherCode: like(`^${q}`) },
              ],
            }),
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

    /** The students of these codes; codes of nobody are left out. */
    async findByStudentCodes(codes: readonly string[]): Promise<Map<string, UserId>> {
      const rows = await model
        .find({ studentCode: { $in: [...codes] }, role: 'student' }, { studentCode: 1 })
        .lean<Pick<Stored, '_id' | 'studentCode'>[]>();
      return new Map(rows.map(({ _id, studentCode = '' }) => [studentCode, hex<UserId>(_id)]));
    },

    /** Those of the ids who are known and cannot log in: they have no sockets. */
    async withoutLogin(userIds: readonly UserId[]): Promise<Set<UserId>> {
      const filter = { _id: { $in: userIds.map(oid) }, generation: { $exists: false } };
      const rows = await model.find(filter, { _id: 1 }).lean<Pick<Stored, '_id'>[]>();
      return new Set(rows.map(({ _id }) => hex<UserId>(_id)));
    },

    /**
     * Gives somebody without a log-in one. Null when they have one already, are disabled or gone: of two at once one
     * wins. EMAIL_EXISTS when another person has the address. Its generation is none that a log-in of before had, so that
     * whatever is still under way for that one finds nothing.
     */
    async claim(userId: UserId, email: string, passwordHash: string): Promise<User | null> {
      try {
        const row = await model
          .findOneAndUpdate(
            { _id: oid(userId), generation: { $exists: false }, disabled: false },
            { $set: { email: normalEmail(email), passwordHash, generation: randomInt(GENERATIONS) } },
            { returnDocument: 'after', projection: WITHOUT_HASH },
          )
          .lean<Stored>();
        return row && toUser(row);
      } catch (error) {
        throw isDuplicateKey(error) ? new Fault('EMAIL_EXISTS') : error;
      }
    },

    /**
     * Takes a log-in away, so that another can be claimed: a disabling goes with it, since it was of the account. False
     * when there is none.
     */
    async takeLogin(userId: UserId): Promise<boolean> {
      const done = await model.updateOne(
        { _id: oid(userId), generation: { $exists: true } },
        { $unset: { email: 1, passwordHash: 1, generation: 1 }, $set: { disabled: false } },
      );
      return done.matchedCount === 1;
    },

    /** For log-in only: the one query that answers with a password's hash. */
    async credentials(by: { email: string } | { userId: UserId }): Promise<Credentials | null> {
      const filter = 'email' in by ? { email: normalEmail(by.email) } : { _id: oid(by.userId) };
      const row = await model.findOne(filter).lean<Stored>();
      if (!row || row.passwordHash === undefined || row.generation === undefined) return null;
      return { user: toUser(row), passwordHash: row.passwordHash, generation: row.generation };
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

    /**
     * Renames, disables or enables an account; null where there is none. Disabling counts the generation up: the password
     * stays, and what was given out for it before, such as a link for a new one, is void for good.
     */
    async update(
      userId: UserId,
      change: { name?: string | undefined; disabled?: boolean | undefined },
    ): Promise<User | null> {
      const filter = { _id: oid(userId), generation: { $exists: true } };
      const $set = {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.disabled === undefined ? {} : { disabled: change.disabled }),
      };
      const row = await model
        .findOneAndUpdate(
          filter,
          { $set, ...(change.disabled === true && { $inc: { generation: 1 } }) },
          { returnDocument: 'after', projection: WITHOUT_HASH },
        )
        .lean<Stored>();
      return row && toUser(row);
    },
  };
};
export type Users = ReturnType<typeof createUsers>;
