import type mongoose from 'mongoose';
import type { ClassId, UserId } from '../../shared/ids.ts';
import { asked, nativeDb } from './asked.ts';
import { hex, oid } from './mongo.ts';

/** How lists call a person. `code`: the student's code, or the id of one who has none. */
export type Naming = { readonly name: string; readonly code: string };

type Named = {
  _id: mongoose.mongo.ObjectId;
  name?: string;
  firstName?: string;
  lastName?: string;
  studentCode?: string;
  /** Of those who were deleted. */
  code?: string;
};

const nameOf = ({ _id, name, firstName, lastName }: Named): string =>
  [firstName, lastName].filter(Boolean).join(' ') || name || hex(_id);

/** What people and classes are called, and nothing else of them. Methods may throw STORE_UNAVAILABLE. */
export const createNames = (connection: mongoose.Connection) => {
  const db = nativeDb(connection);

  const namings = async (
    collection: 'users' | 'former_people',
    fields: Record<string, 1>,
    ids: readonly string[],
  ): Promise<Map<string, Naming>> => {
    if (ids.length === 0) return new Map();
    const people = db.collection<Named>(collection).find({ _id: { $in: ids.map(oid) } });
    const rows = await asked(people.project<Named>(fields).toArray());
    return new Map(
      rows.map(({ code, studentCode = code, ...row }) => [
        hex<UserId>(row._id),
        { name: nameOf(row), code: studentCode ?? hex(row._id) },
      ]),
    );
  };

  return {
    /** Those of the people who exist or were deleted, by id: the records of a deleted person keep the name (SC6). */
    async ofPeople(ids: readonly string[]): Promise<Map<string, Naming>> {
      const found = await namings('users', { name: 1, firstName: 1, lastName: 1, studentCode: 1 }, ids);
      // After those who exist: whoever is deleted at this moment stands among the former before they are gone.
      const gone = await namings(
        'former_people',
        { name: 1, code: 1 },
        ids.filter((id) => !found.has(id)),
      );
      return new Map([...found, ...gone]);
    },

    /** The names of the classes that there are, by id. */
    async ofClasses(ids: readonly ClassId[]): Promise<Map<ClassId, string>> {
      const rows = await asked(
        db
          .collection<{ className: string }>('classes')
          .find({ _id: { $in: ids.map(oid) } })
          .project<{ _id: mongoose.mongo.ObjectId; className: string }>({ className: 1 })
          .toArray(),
      );
      return new Map(rows.map(({ _id, className }) => [hex<ClassId>(_id), className]));
    },
  };
};
export type Names = ReturnType<typeof createNames>;
