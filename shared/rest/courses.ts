import { z } from 'zod';
import { DepBatchId, SectionId, UserId } from '../ids.ts';
import { Method, Reason } from '../protocol/index.ts';
import { Status } from '../status.ts';
import { ClassName } from './classes.ts';
import { Code, oneLine } from './people.ts';
import { Day } from './records.ts';

// The third system's shapes under `/api`. A change may hold the `id` too: clients send objects back as they got them. Ids in
// paths are plain text: one that cannot exist is "not found".

const Label = oneLine(100);
const changesSomething = (patch: object) => Object.keys(patch).some((key) => key !== 'id');
const patchOf = <T extends z.ZodRawShape>(fields: T) =>
  z
    .strictObject(fields)
    .partial()
    .extend({ id: z.string().optional() })
    .refine(changesSomething, 'must change something');

/** Which part of a list: at most `limit` entries after the one whose id is `cursor`. */
const part = (most: number) => ({
  limit: z.coerce.number().int().min(1).max(10_000).default(most),
  cursor: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be the id of the last entry of the part before')
    .optional(),
});
export const CoursesPart = z.strictObject(part(10_000));
export const CoursesPath = z.strictObject({ id: z.string() });
export const CoursesGone = z.object({ id: z.string() });

// Who you are
const Tried = z.string().min(1).max(1024);
const Name = z.string().trim().min(1).max(254);
export const CoursesLogIn = z
  .strictObject({ username: Name.optional(), email: Name.optional(), password: Tried })
  .refine(({ username, email }) => (username ?? email) !== undefined, {
    path: ['username'],
    message: 'username or email is needed',
  });
export const CoursesUser = z
  .object({ id: z.string(), username: z.string(), email: z.string(), name: z.string(), role: z.string() })
  .meta({ id: 'CoursesUser' });
export const CoursesTokens = z.object({ access: z.string(), refresh: z.string() });
export const CoursesLoggedIn = CoursesTokens.extend({ user: CoursesUser });
export const CoursesRefresh = z.strictObject({ refresh: z.string().min(1).max(512) });

// The school
const LastName = z
  .union([Label, z.literal('')])
  .nullable()
  .optional();
const Names = { first_name: Label, last_name: LastName };
const NamesOut = { first_name: z.string(), last_name: z.string() };
const StudentFields = {
  student_code: Code,
  ...Names,
  section_id: SectionId.nullable().optional(),
};
export const CoursesNewStudent = z.strictObject(StudentFields);
/** A code of null is taken away, as with courses and teachers. */
export const CoursesStudentPatch = patchOf({ ...StudentFields, student_code: Code.nullable() });
export const CoursesStudent = z
  .object({
    id: z.string(),
    student_code: z.string().nullable(),
    ...NamesOut,
    section_id: z.string().nullable(),
  })
  .meta({ id: 'CoursesStudent' });
export const CoursesStudentQuery = CoursesPart.extend({ section_id: SectionId.optional() });

export const CoursesNewTeacher = z.strictObject({ teacher_code: Code, ...Names });
export const CoursesTeacherPatch = patchOf({ teacher_code: Code.nullable(), ...Names });
export const CoursesTeacher = z
  .object({ id: z.string(), teacher_code: z.string().nullable(), ...NamesOut })
  .meta({ id: 'CoursesTeacher' });

const DepBatchFields = { dep: Label, batch: Label };
export const CoursesNewDepBatch = z.strictObject(DepBatchFields);
export const CoursesDepBatchPatch = patchOf(DepBatchFields);
export const CoursesDepBatch = z
  .object({ id: z.string(), dep: z.string(), batch: z.string() })
  .meta({ id: 'CoursesDepBatch' });

const SectionFields = { name: Label, dep_batch_id: DepBatchId };
export const CoursesNewSection = z.strictObject(SectionFields);
export const CoursesSectionPatch = patchOf(SectionFields);
export const CoursesSection = z
  .object({ id: z.string(), name: z.string(), dep_batch_id: z.string() })
  .meta({ id: 'CoursesSection' });
export const CoursesSectionQuery = CoursesPart.extend({ dep_batch_id: DepBatchId.optional() });

const CourseFields = {
  name: ClassName,
  code: Code,
  teacher_id: UserId.optional(),
  section_ids: z.array(SectionId).max(100).optional(),
};
export const CoursesNewCourse = z.strictObject(CourseFields);
export const CoursesCoursePatch = patchOf({ ...CourseFields, code: Code.nullable() });
export const CoursesCourse = z
  .object({
    id: z.string(),
    name: z.string(),
    code: z.string().nullable(),
    teacher_id: z.string(),
    section_ids: z.array(z.string()),
  })
  .meta({ id: 'CoursesCourse' });

// Sessions
export const CoursesNewSession = z.strictObject({
  course_id: z.string().min(1).max(64),
  teacher_id: UserId.nullable().optional(),
  device_id: z.string().min(1).max(64).nullable().optional(),
  date: Day.optional(),
});
export const CoursesSession = z
  .object({
    id: z.string(),
    course_id: z.string(),
    teacher_id: z.string(),
    device_id: z.string().nullable(),
    date: z.string(),
    is_active: z.boolean(),
    started_at: z.string(),
    ended_at: z.string().nullable(),
  })
  .meta({ id: 'CoursesSession' });
export const CoursesSessionQuery = z.strictObject({ ...part(1_000), course_id: z.string().optional() });

// Attendance
const StatusWord = z.enum(['present', 'late', 'absent', 'partial', 'permission']);
/** Our status in that system's words, and back; it takes ours too. */
export const wordOf = (status: Status): z.infer<typeof StatusWord> =>
  status === 'excused' ? 'permission' : status;
export const CoursesStatus = z
  .union([StatusWord, Status])
  .transform((word): Status => (word === 'permission' ? 'excused' : word));
export const CoursesEdit = z.strictObject({ status: CoursesStatus, reason: Reason.optional() });

/** `time` alone means today; what is smaller than a second is left aside. */
export const CoursesScan = z
  .strictObject({
    student_id: z.union([z.string().min(1).max(64), z.int().min(0).transform(String)]),
    date: Day.optional(),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/, 'must be HH:MM or HH:MM:SS')
      .transform((time) => time.split('.')[0] ?? time)
      .optional(),
  })
  .refine(({ date, time }) => date === undefined || time !== undefined, {
    path: ['time'],
    message: 'a date needs a time',
  });
/** A repeat has the message and nothing else. */
export const CoursesScanned = z
  .object({
    id: z.string().optional(),
    message: z.string(),
    student_id: z.string().optional(),
    session_id: z.string().optional(),
    status: StatusWord.optional(),
    missing: z.array(Method).optional(),
  })
  .meta({ id: 'CoursesScanned' });
export const CoursesAttendance = z
  .object({
    id: z.string(),
    session_id: z.string(),
    course_id: z.string(),
    student_id: z.string(),
    date: z.string(),
    time: z.string(),
    status: StatusWord,
    source: z.string(),
  })
  .meta({ id: 'CoursesAttendance' });
export const CoursesAttendanceQuery = z.strictObject({
  ...part(1_000),
  session_id: z.string().optional(),
  student_id: z.string().optional(),
  course_id: z.string().optional(),
  date: Day.optional(),
});
