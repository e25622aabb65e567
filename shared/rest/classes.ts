import { z } from 'zod';
import { ClassId, SectionId, StudentId, UserId } from '../ids.ts';
import { Visibility } from '../protocol/index.ts';
import { Email } from './auth.ts';
import { Code } from './people.ts';

/** Who gets onto the roster: those whom the staff puts there, or also every student with a valid check-in (CI12). */
export const Enrolment = z.enum(['roster', 'check-in']).meta({ id: 'Enrolment' });
export type Enrolment = z.infer<typeof Enrolment>;

export const ClassName = z.string().trim().min(1).max(200);

/** A class in a list: who teaches it and how many are in it. */
export const ClassView = z
  .object({
    id: ClassId,
    className: z.string(),
    /** The course code. */
    code: z.string().nullable(),
    /** The sections whose students are on the roster. */
    sectionIds: z.array(SectionId),
    visibility: Visibility,
    enrolment: Enrolment,
    teacherId: UserId,
    coTeacherIds: z.array(UserId),
    studentCount: z.int(),
  })
  .meta({ id: 'Class' });
export type ClassView = z.infer<typeof ClassView>;

const TeacherView = z.object({ id: UserId, name: z.string() });
/** All but the name is for the staff of the class only, and there where it is known. */
const StudentView = z.object({
  id: StudentId,
  name: z.string(),
  email: z.string().optional(),
  studentCode: z.string().optional(),
  sectionId: SectionId.optional(),
});

/** A class with its people. */
export const ClassDetail = ClassView.extend({
  teachers: z.array(TeacherView),
  students: z.array(StudentView),
}).meta({ id: 'ClassDetail' });
export type ClassDetail = z.infer<typeof ClassDetail>;

const SectionIds = z
  .array(SectionId)
  .max(100)
  .transform((ids) => [...new Set(ids)]);
export const NewClass = z.strictObject({
  className: ClassName,
  visibility: Visibility.default('private'),
  enrolment: Enrolment.optional(),
  code: Code.optional(),
  sectionIds: SectionIds.optional(),
});
export type NewClass = z.infer<typeof NewClass>;

export const ClassPatch = z
  .strictObject({
    className: ClassName.optional(),
    visibility: Visibility.optional(),
    enrolment: Enrolment.optional(),
    code: Code.nullable().optional(),
    sectionIds: SectionIds.optional(),
    /** Another owner, named by an admin; the former one leaves. */
    teacherId: UserId.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');
export type ClassPatch = z.infer<typeof ClassPatch>;

/** A teacher, by id or by address. */
export const CoTeacherRef = z.union([z.strictObject({ userId: UserId }), z.strictObject({ email: Email })]);
export type CoTeacherRef = z.infer<typeof CoTeacherRef>;

export const StudentRef = z.strictObject({ studentId: StudentId });
export const ClassPath = z.strictObject({ id: ClassId });
export const CoTeacherPath = z.strictObject({ id: ClassId, userId: UserId });
export const StudentPath = z.strictObject({ id: ClassId, studentId: StudentId });
export const ClassDeleted = z.object({ id: ClassId });
