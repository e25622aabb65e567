import { z } from 'zod';
import { SectionId, StudentId, UserId } from '../ids.ts';
import { Email, PersonName } from './auth.ts';
import { Paging } from './common.ts';

/** Text of one line: what goes into lists, files and onto screens. */
export const oneLine = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\uFFFD]*$/u, 'must be one line of readable text');

/** What a school calls a person, a class or a thing for short; unique within its kind, compared as it is written. */
export const Code = oneLine(64).refine(
  (code) => !/^[0-9a-f]{24}$/i.test(code),
  'must not look like an id of ours',
);
const GivenName = oneLine(100);

const Common = {
  name: PersonName,
  /** Null for people who signed up with one name. */
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  /** False until the person claims an account. */
  hasLogin: z.boolean(),
  /** For admins only. */
  email: z.string().nullable().optional(),
  /** In lists, for admins: until when somebody without a log-in is invited to make one. ISO 8601 UTC. */
  invitedUntil: z.string().optional(),
};

/** A student as the school knows them, with or without a log-in. */
export const Student = z
  .object({ id: StudentId, studentCode: z.string().nullable(), sectionId: SectionId.nullable(), ...Common })
  .meta({ id: 'Student' });
export type Student = z.infer<typeof Student>;

/** A teacher as the school knows them, with or without a log-in. */
export const Teacher = z
  .object({ id: UserId, teacherCode: z.string().nullable(), ...Common })
  .meta({ id: 'Teacher' });
export type Teacher = z.infer<typeof Teacher>;

const Names = { firstName: GivenName, lastName: GivenName.optional(), email: Email.optional() };
export const NewStudent = z
  .strictObject({ studentCode: Code.optional(), ...Names, sectionId: SectionId.optional() })
  .meta({ id: 'NewStudent' });
export type NewStudent = z.infer<typeof NewStudent>;
export const NewTeacher = z
  .strictObject({ teacherCode: Code.optional(), ...Names })
  .meta({ id: 'NewTeacher' });
export type NewTeacher = z.infer<typeof NewTeacher>;

const changesSomething = (patch: object) => Object.keys(patch).length > 0;
const NamesPatch = {
  firstName: GivenName.optional(),
  lastName: GivenName.nullable().optional(),
  email: Email.nullable().optional(),
};
/** Null takes away what there is. */
export const StudentPatch = z
  .strictObject({
    studentCode: Code.nullable().optional(),
    ...NamesPatch,
    sectionId: SectionId.nullable().optional(),
  })
  .refine(changesSomething, 'must change something');
export type StudentPatch = z.infer<typeof StudentPatch>;
export const TeacherPatch = z
  .strictObject({ teacherCode: Code.nullable().optional(), ...NamesPatch })
  .refine(changesSomething, 'must change something');
export type TeacherPatch = z.infer<typeof TeacherPatch>;

/** Whose code begins with `q`, or whose name holds it; in any case of letters. */
const q = oneLine(100).optional();
export const StudentQuery = Paging.extend({ q, sectionId: SectionId.optional() });
export type StudentQuery = z.infer<typeof StudentQuery>;
export const TeacherQuery = Paging.extend({ q });
export type TeacherQuery = z.infer<typeof TeacherQuery>;

export const StudentIdPath = z.strictObject({ id: StudentId });
export const TeacherIdPath = z.strictObject({ id: UserId });
export const StudentDeleted = z.object({ id: StudentId });
export const TeacherDeleted = z.object({ id: UserId });
