import type { FaultCode } from '../../shared/faults.ts';
import { DepBatchId, SectionId, UserId } from '../../shared/ids.ts';
import * as shape from '../../shared/rest/courses.ts';
import type { Section } from '../../shared/rest/structure.ts';
import type { ClassInfo } from '../data/classes.ts';
import type { Kind, Person } from '../data/people.ts';
import type { ClassesService } from '../features/classes/classes.ts';
import type { PeopleService } from '../features/people/people.ts';
import type { StructureService } from '../features/structure/structure.ts';
import type { Route } from '../rest/route.ts';
import { crud } from './crud.ts';
import { classIdOf, known } from './known.ts';

export type CoursesSchoolDeps = {
  readonly people: PeopleService;
  readonly structure: StructureService;
  readonly classes: Pick<ClassesService, 'asMember' | 'create' | 'list' | 'remove' | 'update'>;
};

const ADMIN = ['admin'] as const;
const STAFF = ['teacher', 'admin'] as const;
const EVERYONE = ['teacher', 'student', 'admin'] as const;

const NOT_FOUND: Record<Kind, FaultCode> = { student: 'STUDENT_NOT_FOUND', teacher: 'TEACHER_NOT_FOUND' };
const personId = (kind: Kind, id: string) => known(UserId, id, NOT_FOUND[kind]);
const depBatchId = (id: string) => known(DepBatchId, id, 'DEP_BATCH_NOT_FOUND');
const sectionId = (id: string) => known(SectionId, id, 'SECTION_NOT_FOUND');

type Names = { first_name?: string | undefined; last_name?: string | null | undefined };
const named = ({ first_name, last_name }: Names) => ({
  firstName: first_name,
  lastName: last_name === '' ? null : last_name,
});
const namesOf = ({ name, firstName, lastName }: Person) => ({
  first_name: firstName ?? name,
  last_name: lastName ?? '',
});
const student = (person: Person) => {
  const { id, code, sectionId } = person;
  return { id, student_code: code, ...namesOf(person), section_id: sectionId };
};
const teacher = (person: Person) => ({ id: person.id, teacher_code: person.code, ...namesOf(person) });
const section = ({ id, name, depBatchId }: Section) => ({ id, name, dep_batch_id: depBatchId });
const course = ({ id, className, code, teacherId, sectionIds }: ClassInfo) => ({
  id,
  name: className,
  code,
  teacher_id: teacherId,
  section_ids: sectionIds,
});

const peopleRoutes = (people: PeopleService): Route[] => [
  ...crud({
    path: '/api/students',
    one: 'a student',
    many: 'Students',
    readers: STAFF,
    writers: ADMIN,
    view: shape.CoursesStudent,
    body: shape.CoursesNewStudent,
    patch: shape.CoursesStudentPatch,
    query: shape.CoursesStudentQuery,
    missing: 'STUDENT_NOT_FOUND',
    faults: ['CODE_EXISTS', 'SECTION_NOT_FOUND'],
    list: async (_who, { section_id: sectionId, ...part }) =>
      (await people.list('student', { ...part, sectionId })).items.map(student),
    create: async (_who, { student_code: code, section_id, ...names }) =>
      student(
        await people.create('student', {
          ...named(names),
          firstName: names.first_name,
          code,
          sectionId: section_id ?? undefined,
        }),
      ),
    read: async (_who, id) => student(await people.read('student', personId('student', id))),
    update: async (_who, id, { student_code: code, section_id: sectionId, ...names }) =>
      student(await people.update('student', personId('student', id), { ...named(names), code, sectionId })),
    remove: async (_who, id) => await people.remove('student', personId('student', id)),
  }),
  ...crud({
    path: '/api/teachers',
    one: 'a teacher',
    many: 'Teachers',
    readers: ADMIN,
    writers: ADMIN,
    view: shape.CoursesTeacher,
    body: shape.CoursesNewTeacher,
    patch: shape.CoursesTeacherPatch,
    query: shape.CoursesPart,
    missing: 'TEACHER_NOT_FOUND',
    faults: ['CODE_EXISTS'],
    list: async (_who, part) => (await people.list('teacher', part)).items.map(teacher),
    create: async (_who, { teacher_code: code, ...names }) =>
      teacher(await people.create('teacher', { ...named(names), firstName: names.first_name, code })),
    read: async (_who, id) => teacher(await people.read('teacher', personId('teacher', id))),
    update: async (_who, id, { teacher_code: code, ...names }) =>
      teacher(await people.update('teacher', personId('teacher', id), { ...named(names), code })),
    remove: async (_who, id) => await people.remove('teacher', personId('teacher', id)),
  }),
];

const structureRoutes = (structure: StructureService): Route[] => [
  ...crud({
    path: '/api/dep-batch',
    one: 'a department’s batch',
    many: 'The departments’ batches',
    readers: STAFF,
    writers: ADMIN,
    view: shape.CoursesDepBatch,
    body: shape.CoursesNewDepBatch,
    patch: shape.CoursesDepBatchPatch,
    query: shape.CoursesPart,
    missing: 'DEP_BATCH_NOT_FOUND',
    faults: ['DEP_BATCH_EXISTS'],
    list: async (_who, part) => [...(await structure.listDepBatches(part)).items],
    create: (_who, body) => structure.createDepBatch(body),
    read: (_who, id) => structure.depBatch(depBatchId(id)),
    update: (_who, id, { dep, batch }) => structure.updateDepBatch(depBatchId(id), { dep, batch }),
    remove: (_who, id) => structure.removeDepBatch(depBatchId(id)),
  }),
  ...crud({
    path: '/api/sections',
    one: 'a section',
    many: 'Sections',
    readers: STAFF,
    writers: ADMIN,
    view: shape.CoursesSection,
    body: shape.CoursesNewSection,
    patch: shape.CoursesSectionPatch,
    query: shape.CoursesSectionQuery,
    missing: 'SECTION_NOT_FOUND',
    faults: ['DEP_BATCH_NOT_FOUND', 'SECTION_EXISTS'],
    list: async (_who, { dep_batch_id: depBatchId, ...part }) =>
      (await structure.listSections({ ...part, depBatchId })).items.map(section),
    create: async (_who, { name, dep_batch_id: depBatchId }) =>
      section(await structure.createSection({ name, depBatchId })),
    read: async (_who, id) => section(await structure.section(sectionId(id))),
    update: async (_who, id, { name, dep_batch_id: depBatchId }) =>
      section(await structure.updateSection(sectionId(id), { name, depBatchId })),
    remove: (_who, id) => structure.removeSection(sectionId(id)),
  }),
];

const courseRoutes = (classes: CoursesSchoolDeps['classes']): Route[] =>
  crud({
    path: '/api/courses',
    one: 'a course',
    many: 'The courses that one teaches or attends, an admin’s all',
    readers: EVERYONE,
    writers: STAFF,
    view: shape.CoursesCourse,
    body: shape.CoursesNewCourse,
    patch: shape.CoursesCoursePatch,
    query: shape.CoursesPart,
    missing: 'CLASS_NOT_FOUND',
    faults: [
      'NOT_CLASS_TEACHER',
      'TEACHER_NOT_FOUND',
      'SECTION_NOT_FOUND',
      'CODE_EXISTS',
      'CLASS_IN_SESSION',
    ],
    list: async (who, part) => (await classes.list(who, part)).items.map(course),
    create: async (who, { name: className, code, teacher_id: teacherId, section_ids: sectionIds }) =>
      course(await classes.create(who, { className, code, visibility: 'private', teacherId, sectionIds })),
    read: async (who, id) => course(await classes.asMember(who, classIdOf(id))),
    update: async (who, id, { name: className, code, teacher_id: teacherId, section_ids: sectionIds }) =>
      course(await classes.update(who, classIdOf(id), { className, code, teacherId, sectionIds })),
    remove: (who, id) => classes.remove(who, classIdOf(id)),
  });

/** The third system's students, teachers, departments’ batches, sections and courses. */
export const coursesSchool = ({ people, structure, classes }: CoursesSchoolDeps): Route[] => [
  ...peopleRoutes(people),
  ...structureRoutes(structure),
  ...courseRoutes(classes),
];
