import type { ImportKind } from './rest/imports.ts';

/** A field of an import: what headers call it beside its own name, and whether there must be a column for it. */
export type ImportField = { readonly called: readonly string[]; readonly required?: true };
export type ImportFields = { readonly [name: string]: ImportField };

const NAMES: ImportFields = {
  firstName: { called: ['givenName', 'forename', 'first'], required: true },
  lastName: { called: ['surname', 'familyName', 'last'] },
  email: { called: ['emailAddress', 'mail'] },
};
const DEP = { called: ['department', 'dept'] };
const BATCH = { called: ['intake', 'year'] };

/** What each kind of file can hold, in the order in which one would write it. */
export const IMPORT_FIELDS: Readonly<Record<ImportKind, ImportFields>> = {
  students: {
    studentCode: {
      called: ['code', 'studentId', 'studentNumber', 'studentNo', 'number', 'id'],
      required: true,
    },
    ...NAMES,
    section: { called: ['sectionName'] },
    dep: DEP,
    batch: BATCH,
  },
  teachers: {
    teacherCode: {
      called: ['code', 'teacherId', 'staffId', 'teacherNumber', 'number', 'id'],
      required: true,
    },
    ...NAMES,
  },
  sections: {
    name: { called: ['section', 'sectionName'], required: true },
    dep: { ...DEP, required: true },
    batch: { ...BATCH, required: true },
  },
  rosters: {
    classCode: { called: ['class', 'course', 'courseCode'], required: true },
    studentCode: { called: ['student', 'code', 'studentId', 'studentNumber', 'studentNo'], required: true },
  },
};

/** Headers are compared by their letters and digits alone: `Student Code`, `student_code` and `studentCode` are one. */
export const plainHeader = (header: string): string =>
  header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Which column (from 0) holds which field: those of `asked` as they are, the others by their names, one column for one
 * field; a field that no column is called after is left out.
 */
export const guessColumns = (
  header: readonly string[],
  fields: ImportFields,
  asked: ReadonlyMap<string, number>,
): Map<string, number> => {
  const names = header.map(plainHeader);
  const at = new Map(asked);
  for (const [field, { called }] of Object.entries(fields)) {
    if (at.has(field)) continue;
    const taken = new Set(at.values());
    const places = [field, ...called].map((name) => names.indexOf(plainHeader(name)));
    const place = places.find((one) => one >= 0 && !taken.has(one));
    if (place !== undefined) at.set(field, place);
  }
  return at;
};
