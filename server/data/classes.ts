import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import type { ClassId, SectionId, StudentId, UserId } from '../../shared/ids.ts';
import type { Visibility } from '../../shared/protocol/index.ts';
import type { Enrolment } from '../../shared/rest/classes.ts';
import type { Memberships } from '../domain/who.ts';
import { createGatheredRead } from '../kit/gathered-read.ts';
import { nativeDb } from './asked.ts';
import { createRosterUpdates } from './class-rosters.ts';
import { hex, isDuplicateKey, oid, type Page, pageOf } from './mongo.ts';

/** A class: its owner, its co-teachers and its roster. */
export type ClassInfo = {
  readonly id: ClassId;
  readonly className: string;
  /** The course code; null where there is none. */
  readonly code: string | null;
  /** The sections whose students are on the roster. */
  readonly sectionIds: SectionId[];
  /** The owner. */
  readonly teacherId: UserId;
  readonly coTeacherIds: UserId[];
  /** In the order in which they were added. */
  readonly studentIds: StudentId[];
  readonly visibility: Visibility;
  readonly enrolment: Enrolment;
};

/** A document of `classes`. `studentIds` is the roster as it stands; `addedIds` and `removedIds` are what makes it. */
export type ClassRow = {
  className: string;
  code?: string;
  sectionIds?: mongoose.Types.ObjectId[];
  addedIds?: mongoose.Types.ObjectId[];
  removedIds?: mongoose.Types.ObjectId[];
  arrivals?: { id: mongoose.Types.ObjectId; session: mongoose.Types.ObjectId }[];
  revision?: number;
  teacherId: mongoose.Types.ObjectId;
  coTeacherIds: mongoose.Types.ObjectId[];
  studentIds: mongoose.Types.ObjectId[];
  visibility: Visibility;
  enrolment?: Enrolment;
  /** The name under which a start of a session made it; stays when the class is renamed. */
  startedAs?: string;
  createdAt: Date;
};
type Row = ClassRow;
type Stored = Row & { _id: mongoose.Types.ObjectId };
type Found = { staff: ClassId[]; students: ClassId[] };

const { ObjectId } = mongoose.Schema.Types;
const schema = new mongoose.Schema<Row>(
  {
    className: { type: String, required: true },
    code: { type: String },
    sectionIds: { type: [ObjectId], default: undefined },
    addedIds: { type: [ObjectId], default: undefined },
    removedIds: { type: [ObjectId], default: undefined },
    arrivals: { type: [{ id: ObjectId, session: ObjectId, _id: false }], default: undefined },
    revision: { type: Number },
    teacherId: { type: ObjectId, required: true },
    coTeacherIds: { type: [ObjectId], required: true },
    studentIds: { type: [ObjectId], required: true },
    visibility: { type: String, required: true, default: 'private' },
    enrolment: { type: String },
    startedAs: { type: String },
    createdAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'classes' },
);
schema.index({ teacherId: 1 });
schema.index({ coTeacherIds: 1 });
schema.index({ studentIds: 1 });
schema.index({ sectionIds: 1 });
schema.index(
  { teacherId: 1, startedAs: 1 },
  { unique: true, partialFilterExpression: { startedAs: { $type: 'string' } } },
);
schema.index({ code: 1 }, { unique: true, partialFilterExpression: { code: { $type: 'string' } } });

const toClass = (row: Stored): ClassInfo => ({
  id: hex(row._id),
  className: row.className,
  code: row.code ?? null,
  sectionIds: (row.sectionIds ?? []).map((id) => hex<SectionId>(id)),
  teacherId: hex(row.teacherId),
  coTeacherIds: row.coTeacherIds.map((id) => hex<UserId>(id)),
  studentIds: row.studentIds.map((id) => hex<StudentId>(id)),
  visibility: row.visibility,
  enrolment: row.enrolment ?? 'roster',
});

const staffed = (userId: UserId) => ({ $or: [{ teacherId: oid(userId) }, { coTeacherIds: oid(userId) }] });

const codeIsUnique = (error: unknown): never => {
  throw isDuplicateKey(error) ? new Fault('CODE_EXISTS') : error;
};

/** The classes' collection. Every change answers with the class as it stands after it, or null where there is none. */
export const createClasses = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('Class', schema);
  const rosters = createRosterUpdates(connection);

  const change = async (
    classId: ClassId,
    update: mongoose.UpdateQuery<Row>,
    condition: mongoose.QueryFilter<Row> = {},
  ): Promise<ClassInfo | null> => {
    const row = await model
      .findOneAndUpdate({ ...condition, _id: oid(classId) }, update, { returnDocument: 'after' })
      .lean<Stored>()
      .catch(codeIsUnique);
    return row && toClass(row);
  };

  /** Which classes each of some users belongs to; of a class no more is read than who of them is in it. */
  const readMemberships = async (userIds: readonly UserId[]) => {
    const ids = userIds.map(oid);
    const theirs = { $in: ids };
    const rows = await nativeDb(connection)
      .collection<Stored>('classes')
      .find({ $or: [{ teacherId: theirs }, { coTeacherIds: theirs }, { studentIds: theirs }] })
      .project<Pick<Stored, '_id' | 'teacherId' | 'coTeacherIds' | 'studentIds'>>({
        teacherId: 1,
        coTeacherIds: { $setIntersection: ['$coTeacherIds', ids] },
        studentIds: { $setIntersection: ['$studentIds', ids] },
      })
      .toArray();
    const found = new Map(userIds.map((userId) => [userId, { staff: [], students: [] } as Found]));
    for (const { _id, teacherId, coTeacherIds, studentIds } of rows) {
      const classId = hex<ClassId>(_id);
      const staff = new Set([teacherId, ...coTeacherIds].map((id) => hex<UserId>(id)));
      for (const userId of staff) found.get(userId)?.staff.push(classId);
      for (const id of studentIds) found.get(hex<UserId>(id))?.students.push(classId);
    }
    return (userId: UserId): Memberships => found.get(userId) ?? { staff: [], students: [] };
  };

  return {
    async ensureIndexes(): Promise<void> {
      await model.createIndexes();
    },

    /** With its sections, but nobody on the roster. CODE_EXISTS; also where the owner has started a class as that. */
    async create({
      code,
      sectionIds = [],
      enrolment = 'roster',
      ...info
    }: {
      className: string;
      code?: string | undefined;
      sectionIds?: readonly SectionId[] | undefined;
      teacherId: UserId;
      visibility: Visibility;
      enrolment?: Enrolment | undefined;
      startedAs?: string;
      createdAt: Date;
    }): Promise<ClassInfo> {
      const row = await model
        .create({
          ...info,
          enrolment,
          ...(code === undefined ? {} : { code }),
          teacherId: oid(info.teacherId),
          sectionIds: sectionIds.map(oid),
          coTeacherIds: [],
          studentIds: [],
          addedIds: [],
          removedIds: [],
          revision: 0,
        })
        .catch(codeIsUnique);
      return toClass(row.toObject<Stored>());
    },

    async find(classId: ClassId): Promise<ClassInfo | null> {
      const row = await model.findById(oid(classId)).lean<Stored>();
      return row && toClass(row);
    },

    /** The class that a teacher owns under a name: the oldest that is called so, else the one that was started as that. */
    async ownOfName(teacherId: UserId, name: string): Promise<ClassInfo | null> {
      const rows = await model
        .find({ teacherId: oid(teacherId), $or: [{ className: name }, { startedAs: name }] })
        .sort({ _id: 1 })
        .lean<Stored[]>();
      const row = rows.find(({ className }) => className === name) ?? rows[0];
      return row ? toClass(row) : null;
    },

    /** The classes of a user in either part, or everyone's where none is given; by id. */
    async list(page: {
      of?: UserId | undefined;
      limit: number;
      cursor?: string | undefined;
    }): Promise<Page<ClassInfo>> {
      const mine =
        page.of === undefined ? {} : { $or: [...staffed(page.of).$or, { studentIds: oid(page.of) }] };
      const after = page.cursor === undefined ? {} : { _id: { $gt: oid(page.cursor) } };
      const rows = await model
        .find({ ...mine, ...after })
        .sort({ _id: 1 })
        .limit(page.limit + 1)
        .lean<Stored[]>();
      return pageOf(rows.map(toClass), page.limit);
    },

    /** Which classes a user belongs to, and how. */
    membershipsOf: createGatheredRead(readMemberships),

    /** CODE_EXISTS. A code of null is taken away. */
    update: (
      classId: ClassId,
      set: {
        className?: string | undefined;
        visibility?: Visibility | undefined;
        enrolment?: Enrolment | undefined;
        code?: string | null | undefined;
      },
    ): Promise<ClassInfo | null> =>
      change(classId, {
        $set: {
          ...(set.className === undefined ? {} : { className: set.className }),
          ...(set.visibility === undefined ? {} : { visibility: set.visibility }),
          ...(set.enrolment === undefined ? {} : { enrolment: set.enrolment }),
          ...(typeof set.code === 'string' ? { code: set.code } : {}),
        },
        ...(set.code === null ? { $unset: { code: 1 } } : {}),
      }),

    /** Whether a valid check-in puts students on the roster. */
    enrolsByCheckIn: async (classId: ClassId): Promise<boolean> =>
      (await model.exists({ _id: oid(classId), enrolment: 'check-in' })) !== null,

    /** Gives a class another owner, who is no co-teacher then; answers with the class as it was before. */
    async handOver(classId: ClassId, teacherId: UserId): Promise<ClassInfo | null> {
      const row = await model
        .findOneAndUpdate(
          { _id: oid(classId) },
          {
            $set: { teacherId: oid(teacherId) },
            $pull: { coTeacherIds: oid(teacherId) },
            $unset: { startedAs: 1 }, // a name of the former owner's
          },
          { returnDocument: 'before' },
        )
        .lean<Stored>();
      return row && toClass(row);
    },

    /** Whether somebody owns a class. */
    ownsOne: async (userId: UserId): Promise<boolean> =>
      (await model.exists({ teacherId: oid(userId) })) !== null,

    /** The ids of the classes of these codes; codes of none are left out. */
    async findByCodes(codes: readonly string[]): Promise<Map<string, ClassId>> {
      const rows = await model.find({ code: { $in: [...codes] } }, { code: 1 }).lean<Stored[]>();
      return new Map(rows.map(({ _id, code = '' }) => [code, hex<ClassId>(_id)]));
    },

    /** Removes the class and answers with what it was. */
    async remove(classId: ClassId): Promise<ClassInfo | null> {
      const row = await model.findByIdAndDelete(oid(classId)).lean<Stored>();
      return row && toClass(row);
    },

    addCoTeacher: (classId: ClassId, userId: UserId): Promise<ClassInfo | null> =>
      change(classId, { $addToSet: { coTeacherIds: oid(userId) } }),
    removeCoTeacher: (classId: ClassId, userId: UserId): Promise<ClassInfo | null> =>
      change(classId, { $pull: { coTeacherIds: oid(userId) } }),
    async addStudents(classId: ClassId, studentIds: readonly StudentId[]): Promise<ClassInfo | null> {
      const row = await rosters.add(classId, studentIds);
      return row && toClass(row);
    },
    async addStudent(classId: ClassId, studentId: StudentId): Promise<ClassInfo | null> {
      const row = await rosters.add(classId, [studentId]);
      return row && toClass(row);
    },
    async removeStudent(classId: ClassId, studentId: StudentId): Promise<ClassInfo | null> {
      const row = await rosters.remove(classId, studentId);
      return row && toClass(row);
    },
    rosters,
  };
};
export type Classes = ReturnType<typeof createClasses>;
