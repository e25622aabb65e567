import type mongoose from 'mongoose';
import type { ClassId, SectionId, SessionId, StudentId, UserId } from '../../shared/ids.ts';
import { asked, nativeDb } from './asked.ts';
import type { ClassRow } from './classes.ts';
import { hex, oid } from './mongo.ts';

/** A class's roster as it is kept, and what it is made of. */
export type RosterInfo = {
  readonly studentIds: StudentId[];
  readonly sectionIds: SectionId[];
  readonly addedIds: StudentId[];
  readonly removedIds: StudentId[];
  /** Which state this is; null before the first change. */
  readonly revision: number | null;
};

type Id = mongoose.Types.ObjectId;
export type StoredClass = ClassRow & { _id: Id };

/** Of classes from before there were sections: everybody was added one by one. */
const ADDED = { $ifNull: ['$addedIds', '$studentIds'] };
const REMOVED = { $ifNull: ['$removedIds', []] };
/** Whom a check-in put on the roster that has not been accepted, and in which session (CI12). */
const ARRIVALS = { $ifNull: ['$arrivals', []] };
const NEXT = { $add: [{ $ifNull: ['$revision', 0] }, 1] };
const without = (input: unknown, ids: Id[]) => ({
  $filter: { input, as: 'one', cond: { $not: [{ $in: ['$$one', ids] }] } },
});
/** The list with those of the ids behind it that are not in it. */
const including = (input: unknown, ids: Id[]) => ({
  $concatArrays: [input, { $filter: { input: ids, as: 'one', cond: { $not: [{ $in: ['$$one', input] }] } } }],
});
/** Those of the ids that are in the list. */
const among = (input: unknown, ids: Id[]) => ({
  $filter: { input: ids, as: 'one', cond: { $in: ['$$one', input] } },
});

const staying = (ids: Id[]) => ({
  $filter: { input: ARRIVALS, as: 'one', cond: { $not: [{ $in: ['$$one.id', ids] }] } },
});

/** The updates of the rosters; each is one atomic step on the class's document, and moves its revision on. */
export const createRosterUpdates = (connection: mongoose.Connection) => {
  const collection = nativeDb(connection).collection<StoredClass>('classes');
  const change = async (
    classId: ClassId,
    update: object[],
    condition: mongoose.mongo.Filter<StoredClass> = {},
  ): Promise<StoredClass | null> =>
    await asked(
      collection.findOneAndUpdate({ ...condition, _id: oid(classId) }, update, { returnDocument: 'after' }),
    );
  const onto = (ids: Id[]) => [
    {
      $set: {
        addedIds: including(ADDED, ids),
        removedIds: without(REMOVED, ids),
        studentIds: including('$studentIds', ids),
        revision: NEXT,
      },
    },
  ];
  /** What arrivals become where a student comes who was not on the roster; those of other sessions are over. */
  const arriving = (id: Id, session: Id) => ({
    $cond: [
      { $in: [id, '$studentIds'] },
      ARRIVALS,
      {
        $concatArrays: [
          {
            $filter: {
              input: ARRIVALS,
              as: 'one',
              cond: { $and: [{ $eq: ['$$one.session', session] }, { $ne: ['$$one.id', id] }] },
            },
          },
          [{ id, session }],
        ],
      },
    ],
  });

  return {
    add(classId: ClassId, studentIds: readonly StudentId[]) {
      const ids = studentIds.map(oid);
      const [update] = onto(ids);
      return change(classId, [{ $set: { ...update?.$set, arrivals: staying(ids) } }]);
    },

    /**
     * As `add`, for one who checks in; null where the class does not enrol so, or its staff took the student off. Until
     * `arrived` it can be taken back.
     */
    admit(classId: ClassId, studentId: StudentId, sessionId: SessionId) {
      const id = oid(studentId);
      const [update] = onto([id]);
      return change(classId, [{ $set: { ...update?.$set, arrivals: arriving(id, oid(sessionId)) } }], {
        enrolment: 'check-in',
        removedIds: { $ne: id },
      });
    },

    /** The check-in was accepted that put a student on the roster. */
    async arrived(classId: ClassId, studentId: StudentId): Promise<void> {
      const id = oid(studentId);
      await asked(
        collection.updateOne({ _id: oid(classId), 'arrivals.id': id }, [
          { $set: { arrivals: staying([id]) } },
        ]),
      );
    },

    /**
     * Takes off the roster whom a check-in of a session put there that was refused; null where another one of theirs
     * was accepted, or the staff has added them or taken them off. They stay among the arrivals of that session.
     */
    takeBack(classId: ClassId, studentId: StudentId, sessionId: SessionId) {
      const ids = [oid(studentId)];
      const condition = { arrivals: { $elemMatch: { id: oid(studentId), session: oid(sessionId) } } };
      const studentIds = without('$studentIds', ids);
      return change(
        classId,
        [{ $set: { addedIds: without(ADDED, ids), studentIds, revision: NEXT } }],
        condition,
      );
    },

    /** Whom check-ins of a session have put on the roster that were not accepted. */
    async arrivals(classId: ClassId, sessionId: SessionId): Promise<ReadonlySet<StudentId>> {
      const row = await asked(collection.findOne({ _id: oid(classId) }, { projection: { arrivals: 1 } }));
      const ours = (row?.arrivals ?? []).filter(({ session }) => session.equals(oid(sessionId)));
      return new Set(ours.map(({ id }) => hex<StudentId>(id)));
    },

    /**
     * Where something else could bring a student back, their section or a check-in, it is remembered who was taken off.
     */
    remove(classId: ClassId, studentId: StudentId) {
      const ids = [oid(studentId)];
      const kept = including(REMOVED, ids);
      const comesBack = {
        $or: [{ $gt: [{ $size: { $ifNull: ['$sectionIds', []] } }, 0] }, { $eq: ['$enrolment', 'check-in'] }],
      };
      const isOn = { $gt: [{ $size: among('$studentIds', ids) }, 0] };
      return change(classId, [
        {
          $set: {
            addedIds: without(ADDED, ids),
            removedIds: { $cond: [{ $and: [comesBack, isOn] }, kept, REMOVED] },
            studentIds: without('$studentIds', ids),
            arrivals: staying(ids),
            revision: NEXT,
          },
        },
      ]);
    },

    /** Sets the sections; who is on the roster follows with `put`. */
    setSections: (classId: ClassId, sectionIds: readonly SectionId[]) =>
      change(classId, [
        { $set: { sectionIds: sectionIds.map(oid), addedIds: ADDED, removedIds: REMOVED, revision: NEXT } },
      ]),

    async read(classId: ClassId): Promise<RosterInfo | null> {
      const row = await asked(collection.findOne({ _id: oid(classId) }));
      return row && rosterOf(row);
    },

    /** Keeps the roster that was made of the state of `revision`. False when there is another state by now. */
    async put(classId: ClassId, revision: number | null, studentIds: readonly StudentId[]): Promise<boolean> {
      const { matchedCount } = await asked(
        collection.updateOne({ _id: oid(classId), revision: revision as number }, [
          { $set: { studentIds: studentIds.map(oid), addedIds: ADDED, removedIds: REMOVED, revision: NEXT } },
        ]),
      );
      return matchedCount === 1;
    },

    /** The classes of some sections. */
    async ofSections(sectionIds: readonly SectionId[]): Promise<ClassId[]> {
      const filter = { sectionIds: { $in: sectionIds.map(oid) } };
      const rows = await asked(collection.find(filter).project<{ _id: Id }>({ _id: 1 }).toArray());
      return rows.map(({ _id }) => hex(_id));
    },

    /** Takes somebody out of every roster and whatever makes it; answers with the classes. */
    async forget(studentId: StudentId): Promise<ClassId[]> {
      const id = oid(studentId);
      const filter = { $or: [{ studentIds: id }, { addedIds: id }, { removedIds: id }] };
      const rows = await asked(collection.find(filter).project<{ _id: Id }>({ _id: 1 }).toArray());
      await asked(
        collection.updateMany(filter, [
          {
            $set: {
              addedIds: without(ADDED, [id]),
              removedIds: without(REMOVED, [id]),
              studentIds: without('$studentIds', [id]),
              arrivals: staying([id]),
              revision: NEXT,
            },
          },
        ]),
      );
      return rows.map(({ _id }) => hex(_id));
    },

    /** Takes somebody off the co-teachers of every class. */
    async forgetCoTeacher(userId: UserId): Promise<void> {
      await asked(
        collection.updateMany({ coTeacherIds: oid(userId) }, { $pull: { coTeacherIds: oid(userId) } }),
      );
    },
  };
};

const rosterOf = (row: StoredClass): RosterInfo => ({
  studentIds: row.studentIds.map((id) => hex<StudentId>(id)),
  sectionIds: (row.sectionIds ?? []).map((id) => hex<SectionId>(id)),
  addedIds: (row.addedIds ?? row.studentIds).map((id) => hex<StudentId>(id)),
  removedIds: (row.removedIds ?? []).map((id) => hex<StudentId>(id)),
  revision: row.revision ?? null,
});
