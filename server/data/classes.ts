import mongoose from 'mongoose';
import type { ClassId, StudentId, UserId } from '../../shared/ids.ts';
import type { Visibility } from '../../shared/protocol/index.ts';
import type { Memberships } from '../domain/who.ts';
import { createGatheredRead } from '../kit/gathered-read.ts';
import { nativeDb } from './asked.ts';
import { hex, oid, type Page, pageOf } from './mongo.ts';

/** A class: its owner, its co-teachers and its roster. */
export type ClassInfo = {
  readonly id: ClassId;
  readonly className: string;
  /** The owner. */
  readonly teacherId: UserId;
  readonly coTeacherIds: UserId[];
  /** In the order in which they were added. */
  readonly studentIds: StudentId[];
  readonly visibility: Visibility;
};

type Row = {
  className: string;
  teacherId: mongoose.Types.ObjectId;
  coTeacherIds: mongoose.Types.ObjectId[];
  studentIds: mongoose.Types.ObjectId[];
  visibility: Visibility;
  createdAt: Date;
};
type Stored = Row & { _id: mongoose.Types.ObjectId };
type Found = { staff: ClassId[]; students: ClassId[] };

const { ObjectId } = mongoose.Schema.Types;
const schema = new mongoose.Schema<Row>(
  {
    className: { type: String, required: true },
    teacherId: { type: ObjectId, required: true },
    coTeacherIds: { type: [ObjectId], required: true },
    studentIds: { type: [ObjectId], required: true },
    visibility: { type: String, required: true, default: 'private' },
    createdAt: { type: Date, required: true },
  },
  { strict: 'throw', strictQuery: 'throw', versionKey: false, collection: 'classes' },
);
schema.index({ teacherId: 1 });
schema.index({ coTeacherIds: 1 });
schema.index({ studentIds: 1 });

const toClass = (row: Stored): ClassInfo => ({
  id: hex(row._id),
  className: row.className,
  teacherId: hex(row.teacherId),
  coTeacherIds: row.coTeacherIds.map((id) => hex<UserId>(id)),
  studentIds: row.studentIds.map((id) => hex<StudentId>(id)),
  visibility: row.visibility,
});

const staffed = (userId: UserId) => ({ $or: [{ teacherId: oid(userId) }, { coTeacherIds: oid(userId) }] });

/** The classes' collection. Every change answers with the class as it stands after it, or null where there is none. */
export const createClasses = (connection: mongoose.Connection) => {
  const model = connection.model<Row>('Class', schema);

  const change = async (
    classId: ClassId,
    update: mongoose.UpdateQuery<Row>,
    condition: mongoose.QueryFilter<Row> = {},
  ): Promise<ClassInfo | null> => {
    const row = await model
      .findOneAndUpdate({ ...condition, _id: oid(classId) }, update, { returnDocument: 'after' })
      .lean<Stored>();
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

    async create(info: {
      className: string;
      teacherId: UserId;
      visibility: Visibility;
      createdAt: Date;
    }): Promise<ClassInfo> {
      const row = await model.create({
        ...info,
        teacherId: oid(info.teacherId),
        coTeacherIds: [],
        studentIds: [],
      });
      return toClass(row.toObject<Stored>());
    },

    async find(classId: ClassId): Promise<ClassInfo | null> {
      const row = await model.findById(oid(classId)).lean<Stored>();
      return row && toClass(row);
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

    update: (
      classId: ClassId,
      set: { className?: string | undefined; visibility?: Visibility | undefined },
    ): Promise<ClassInfo | null> =>
      change(classId, {
        $set: {
          ...(set.className === undefined ? {} : { className: set.className }),
          ...(set.visibility === undefined ? {} : { visibility: set.visibility }),
        },
      }),

    /** Removes the class and answers with what it was. */
    async remove(classId: ClassId): Promise<ClassInfo | null> {
      const row = await model.findByIdAndDelete(oid(classId)).lean<Stored>();
      return row && toClass(row);
    },

    addCoTeacher: (classId: ClassId, userId: UserId): Promise<ClassInfo | null> =>
      change(classId, { $addToSet: { coTeacherIds: oid(userId) } }),
    removeCoTeacher: (classId: ClassId, userId: UserId): Promise<ClassInfo | null> =>
      change(classId, { $pull: { coTeacherIds: oid(userId) } }),
    addStudent: (classId: ClassId, studentId: StudentId): Promise<ClassInfo | null> =>
      change(classId, { $addToSet: { studentIds: oid(studentId) } }),
    removeStudent: (classId: ClassId, studentId: StudentId): Promise<ClassInfo | null> =>
      change(classId, { $pull: { studentIds: oid(studentId) } }),
  };
};
export type Classes = ReturnType<typeof createClasses>;
