import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import { type SectionId, type StudentId, studentIdOf, type UserId } from '../../shared/ids.ts';
import { hex, isDuplicateKey, literal, oid, type Page, pageOf } from './mongo.ts';
import { normalEmail, type UserRow, userModel } from './users.ts';

/** Which people: each kind has codes of its own. */
export type Kind = 'student' | 'teacher';

/** A student or a teacher as the school knows them, with or without a log-in. */
export type Person = {
  readonly id: UserId;
  /** The student code or the teacher code. */
  readonly code: string | null;
  readonly name: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  /** Of students only. */
  readonly sectionId: SectionId | null;
  readonly hasLogin: boolean;
};

/** What is set of a person; null takes a value away, undefined leaves it. */
export type PersonFields = {
  readonly [field in 'code' | 'firstName' | 'lastName' | 'email' | 'sectionId']?: string | null | undefined;
} & { readonly name?: string | undefined };

type Stored = UserRow & { _id: mongoose.Types.ObjectId };
/** Somebody who was deleted; the reports that still have them read it (names.ts). */
type Former = { name: string; code?: string; role: Kind; removedAt: Date };
type Write = { readonly id: UserId | null; readonly set: PersonFields };

const former = new mongoose.Schema<Former>(
  {
    name: { type: String, required: true },
    code: { type: String },
    role: { type: String, required: true },
    removedAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'former_people' },
);

const WITHOUT_HASH = { passwordHash: 0 } as const;
const codeField = (kind: Kind) => (kind === 'student' ? 'studentCode' : 'teacherCode');

const toPerson = (kind: Kind, row: Omit<Stored, 'passwordHash'>): Person => ({
  id: hex(row._id),
  code: row[codeField(kind)] ?? null,
  name: row.name,
  firstName: row.firstName ?? null,
  lastName: row.lastName ?? null,
  email: row.email ?? null,
  sectionId: row.sectionId ? hex(row.sectionId) : null,
  hasLogin: row.generation !== undefined && row.generation !== null,
});

/**
 * Whom a change is for. An address is changed of those alone who have no log-in, also where they get one just then: what
 * they sign in with is theirs.
 */
const filterOf = (kind: Kind, id: UserId, { email }: PersonFields) => ({
  _id: oid(id),
  role: kind,
  ...(email !== undefined && { generation: { $exists: false } }),
});

/** A change in the words of the database; what is null is taken away. */
const changeOf = (kind: Kind, { code, name, firstName, lastName, email, sectionId }: PersonFields) => {
  const wanted = {
    name,
    firstName,
    lastName,
    [codeField(kind)]: code,
    email: typeof email === 'string' ? normalEmail(email) : email,
    sectionId: typeof sectionId === 'string' ? oid(sectionId) : sectionId,
  };
  const of = (fits: (value: unknown) => boolean) => Object.entries(wanted).filter(([, value]) => fits(value));
  return {
    $set: Object.fromEntries(of((value) => value !== undefined && value !== null)) as Partial<UserRow>,
    $unset: Object.fromEntries(of((value) => value === null).map(([field]) => [field, 1])),
  };
};

/** CODE_EXISTS or EMAIL_EXISTS for the message of a unique index, else nothing. */
const takenOf = (message: string): 'CODE_EXISTS' | 'EMAIL_EXISTS' | undefined => {
  if (message.includes('email_')) return 'EMAIL_EXISTS';
  return message.includes('Code_') ? 'CODE_EXISTS' : undefined;
};
const refused = (error: unknown): unknown => {
  const taken = isDuplicateKey(error) ? takenOf((error as Error).message) : undefined;
  return taken === undefined ? error : new Fault(taken);
};

/** The students and teachers among the documents of `users`. */
export const createPeople = (connection: mongoose.Connection) => {
  const model = userModel(connection);
  const formerModel = connection.model<Former>('FormerPerson', former);
  const rowOf = (kind: Kind, set: PersonFields, createdAt: Date) => ({
    ...changeOf(kind, set).$set,
    role: kind,
    disabled: false,
    createdAt,
  });

  return {
    /** CODE_EXISTS, EMAIL_EXISTS. */
    async create(
      kind: Kind,
      set: PersonFields & { readonly name: string },
      createdAt: Date,
    ): Promise<Person> {
      try {
        return toPerson(kind, (await model.create(rowOf(kind, set, createdAt))).toObject<Stored>());
      } catch (error) {
        throw refused(error);
      }
    },

    async find(kind: Kind, id: UserId): Promise<Person | null> {
      const row = await model.findOne({ _id: oid(id), role: kind }, WITHOUT_HASH).lean<Stored>();
      return row && toPerson(kind, row);
    },

    /** By id; those whose code begins with `q` or whose name holds it. */
    async list(
      kind: Kind,
      page: {
        limit: number;
        cursor?: string | undefined;
        q?: string | undefined;
        sectionId?: SectionId | undefined;
      },
    ): Promise<Page<Person>> {
      const { limit, cursor, q, sectionId } = page;
      const filter: Record<string, unknown> = { role: kind };
      if (cursor !== undefined) filter._id = { $gt: oid(cursor) };
      if (sectionId !== undefined) filter.sectionId = oid(sectionId);
      if (q !== undefined)
        filter.$or = [
          { [codeField(kind)]: { $regex: `^${literal(q)}`, $options: 'i' } },
          { name: { $regex: literal(q), $options: 'i' } },
        ];
      const rows = await model
        .find(filter, WITHOUT_HASH)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<Stored[]>();
      return pageOf(
        rows.map((row) => toPerson(kind, row)),
        limit,
      );
    },

    /**
     * Answers with the person as they were just before and as they are. Null where there is none, or where it is an address
     * and they have a log-in; CODE_EXISTS, EMAIL_EXISTS.
     */
    async update(
      kind: Kind,
      id: UserId,
      set: PersonFields,
    ): Promise<{ before: Person; after: Person } | null> {
      try {
        const before = await model
          .findOneAndUpdate(filterOf(kind, id, set), changeOf(kind, set), {
            returnDocument: 'before',
            projection: WITHOUT_HASH,
          })
          .lean<Stored>();
        if (!before) return null;
        const { $set, $unset } = changeOf(kind, set);
        const kept = Object.fromEntries(Object.entries(before).filter(([field]) => !(field in $unset)));
        return {
          before: toPerson(kind, before),
          after: toPerson(kind, { ...(kept as Stored), ...$set }),
        };
      } catch (error) {
        throw refused(error);
      }
    },

    /** Deletes a person and keeps the name for the records; null where there is none. */
    async remove(kind: Kind, id: UserId, removedAt: Date): Promise<Person | null> {
      const row = await model.findOne({ _id: oid(id), role: kind }, WITHOUT_HASH).lean<Stored>();
      if (!row) return null;
      const { code, name } = toPerson(kind, row);
      const $set = { name, role: kind, removedAt, ...(code === null ? {} : { code }) };
      await formerModel.updateOne({ _id: row._id }, { $set }, { upsert: true });
      await model.deleteOne({ _id: row._id });
      return toPerson(kind, row);
    },

    /** The students of some sections, by id. */
    async inSections(sectionIds: readonly SectionId[]): Promise<StudentId[]> {
      const rows = await model
        .find({ sectionId: { $in: sectionIds.map(oid) }, role: 'student' }, { _id: 1 })
        .sort({ _id: 1 })
        .lean<Pick<Stored, '_id'>[]>();
      return rows.map(({ _id }) => studentIdOf(hex<UserId>(_id)));
    },

    /** Those of the codes who are known. */
    async findByCodes(kind: Kind, codes: readonly string[]): Promise<Person[]> {
      const filter = { [codeField(kind)]: { $in: [...codes] }, role: kind };
      return (await model.find(filter, WITHOUT_HASH).lean<Stored[]>()).map((row) => toPerson(kind, row));
    },

    /** Whose these addresses are; those of nobody are left out. */
    async ownersOf(emails: readonly string[]): Promise<Map<string, UserId>> {
      const rows = await model
        .find({ email: { $in: emails.map(normalEmail) } }, { email: 1 })
        .lean<Stored[]>();
      return new Map(rows.map(({ _id, email = '' }) => [email, hex<UserId>(_id)]));
    },

    /**
     * Creates (`id` null) and changes many at once. Answers with what was refused, by place in the list: HAS_LOGIN for the
     * address of somebody who has one by now.
     */
    async writeAll(
      kind: Kind,
      writes: readonly Write[],
      createdAt: Date,
    ): Promise<Map<number, 'CODE_EXISTS' | 'EMAIL_EXISTS' | 'HAS_LOGIN'>> {
      if (writes.length === 0) return new Map();
      /** Whose address was to be changed and who have got a log-in meanwhile. */
      const passedOver = async (matched: number) => {
        if (matched === writes.filter(({ id }) => id !== null).length) return [];
        const guarded = writes.flatMap(({ id, set }, index) =>
          id !== null && set.email !== undefined ? [{ id, index }] : [],
        );
        const filter = { _id: { $in: guarded.map(({ id }) => oid(id)) }, generation: { $exists: true } };
        const rows = await model.find(filter, { _id: 1 }).lean<Pick<Stored, '_id'>[]>();
        const having = new Set(rows.map(({ _id }) => hex<UserId>(_id)));
        return guarded.flatMap(({ id, index }) => (having.has(id) ? [[index, 'HAS_LOGIN'] as const] : []));
      };
      const operations = writes.map(({ id, set }): mongoose.AnyBulkWriteOperation<UserRow> => {
        if (id === null) return { insertOne: { document: rowOf(kind, set, createdAt) as UserRow } };
        return { updateOne: { filter: filterOf(kind, id, set), update: changeOf(kind, set) } };
      });
      try {
        const { matchedCount } = await model.bulkWrite(operations, { ordered: false });
        return new Map(await passedOver(matchedCount));
      } catch (error) {
        if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
        const faults = [error.writeErrors].flat().map((one) => {
          const taken = one.code === 11000 ? takenOf(one.errmsg ?? '') : undefined;
          if (taken === undefined) throw error;
          return [one.index, taken] as const;
        });
        if (faults.length === 0) throw error;
        return new Map([...(await passedOver(error.result.matchedCount)), ...faults]);
      }
    },
  };
};
export type People = ReturnType<typeof createPeople>;
