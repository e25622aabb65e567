import { z } from 'zod';
import { type ClassId, type StudentId, studentIdOf, type UserId } from '../../../shared/ids.ts';
import { IMPORT_FIELDS } from '../../../shared/import-columns.ts';
import { Code } from '../../../shared/rest/people.ts';
import type { Classes } from '../../data/classes.ts';
import type { Importing, Outcome } from './imports.ts';

const Row = z.object({ classCode: Code, studentCode: Code });
type Row = z.infer<typeof Row>;

type Deps = {
  classes: Pick<Classes, 'findByCodes' | 'addStudents' | 'rosters'>;
  findStudents: (codes: readonly string[]) => Promise<Map<string, UserId>>;
  rosters: { follow(classId: ClassId, studentIds: readonly StudentId[]): Promise<void> };
};

/** Who is in which class: puts students on rosters one by one, as a teacher would; takes nobody off. */
export const rostersImport =
  ({ classes, findStudents, rosters }: Deps) =>
  (): Importing<Row> => ({
    fields: IMPORT_FIELDS.rosters,
    schema: Row,

    async apply(rows, dryRun) {
      const classIds = await classes.findByCodes([...new Set(rows.map(({ row }) => row.classCode))]);
      const students = await findStudents([...new Set(rows.map(({ row }) => row.studentCode))]);
      const added = new Map<ClassId, Set<StudentId>>();
      for (const classId of classIds.values()) {
        const info = await classes.rosters.read(classId);
        const off = new Set(info?.removedIds);
        added.set(classId, new Set(info?.addedIds.filter((studentId) => !off.has(studentId))));
      }
      const wanted = new Map<ClassId, Set<StudentId>>();

      const outcomes = rows.map(({ row }): Outcome => {
        const classId = classIds.get(row.classCode);
        const userId = students.get(row.studentCode);
        if (classId === undefined) return { problem: { code: 'CLASS_UNKNOWN', value: row.classCode } };
        if (userId === undefined) return { problem: { code: 'STUDENT_UNKNOWN', value: row.studentCode } };
        const studentId = studentIdOf(userId);
        const ours = wanted.get(classId) ?? new Set();
        const isNew = !added.get(classId)?.has(studentId) && !ours.has(studentId);
        wanted.set(classId, ours.add(studentId));
        return isNew ? 'created' : 'unchanged';
      });

      if (dryRun) return outcomes;
      for (const [classId, studentIds] of wanted) {
        const fresh = [...studentIds].filter((studentId) => !added.get(classId)?.has(studentId));
        if (fresh.length > 0) await classes.addStudents(classId, fresh);
        await rosters.follow(classId, [...studentIds]);
      }
      return outcomes;
    },
  });
