import { studentIdOf } from '../../../shared/ids.ts';
import {
  ClassDeleted,
  ClassDetail,
  ClassPatch,
  ClassPath,
  ClassView,
  CoTeacherPath,
  CoTeacherRef,
  NewClass,
  StudentPath,
  StudentRef,
} from '../../../shared/rest/classes.ts';
import { Paging, paged } from '../../../shared/rest/common.ts';
import type { ClassInfo } from '../../data/classes.ts';
import { type Route, route } from '../../rest/route.ts';
import type { ClassesService, ClassWithPeople } from './classes.ts';

const STAFF = ['teacher', 'admin'] as const;
const MEMBERS = ['teacher', 'student', 'admin'] as const;
const tags = ['classes'];

const view = ({ studentIds, ...info }: ClassInfo): ClassView => ({
  ...info,
  studentCount: studentIds.length,
});

const detail = ({ info, teachers, students, asStaff }: ClassWithPeople): ClassDetail => ({
  ...view(info),
  teachers: teachers.map(({ id, name }) => ({ id, name })),
  students: students.map(({ id, name, email, studentCode, sectionId }) => ({
    id: studentIdOf(id),
    name,
    ...(asStaff && email !== null && { email }),
    ...(asStaff && studentCode !== undefined && { studentCode }),
    ...(asStaff && sectionId && { sectionId }),
  })),
});

/** `/api/v1/classes`. */
export const classRoutes = ({ classes }: { classes: ClassesService }): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/classes',
      roles: STAFF,
      summary: 'Create a class; its creator owns it.',
      tags,
      body: NewClass,
      reply: ClassView,
      status: 201,
      faults: ['CODE_EXISTS', 'SECTION_NOT_FOUND'],
    },
    async ({ who, body }) => view(await classes.create(who, body)),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/classes',
      roles: MEMBERS,
      summary: 'The classes that you belong to (an admin: all).',
      tags,
      query: Paging,
      reply: paged(ClassView),
    },
    async ({ who, query }) => {
      const { items, nextCursor } = await classes.list(who, query);
      return { items: items.map(view), nextCursor };
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/classes/:id',
      roles: MEMBERS,
      summary:
        'A class and the people in it; e-mail addresses, codes and sections of students are for its staff.',
      tags,
      params: ClassPath,
      reply: ClassDetail,
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NOT_ENROLLED'],
    },
    async ({ who, params }) => detail(await classes.read(who, params.id)),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/classes/:id',
      roles: STAFF,
      summary:
        'Change a class: its name, code, sections, or who sees classmates’ rows (from its next session on).',
      description:
        'The roster is the students of its sections and those added one by one, minus those removed one by one. ' +
        'Other sections change it at once, also that of the running session.',
      tags,
      params: ClassPath,
      body: ClassPatch,
      reply: ClassView,
      faults: [
        'CLASS_NOT_FOUND',
        'NOT_CLASS_TEACHER',
        'CODE_EXISTS',
        'SECTION_NOT_FOUND',
        'REGISTER_UNAVAILABLE',
      ],
    },
    async ({ who, params, body }) => view(await classes.update(who, params.id, body)),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/classes/:id',
      roles: STAFF,
      summary: 'Delete a class that has no live session; for its owner.',
      tags,
      params: ClassPath,
      reply: ClassDeleted,
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NOT_CLASS_OWNER', 'CLASS_IN_SESSION'],
    },
    async ({ who, params }) => {
      await classes.remove(who, params.id);
      return { id: params.id };
    },
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/classes/:id/co-teachers',
      roles: STAFF,
      summary: 'Let another teacher teach the class, by id or e-mail address; for its owner.',
      tags,
      params: ClassPath,
      body: CoTeacherRef,
      reply: ClassView,
      faults: ['CLASS_NOT_FOUND', 'TEACHER_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NOT_CLASS_OWNER'],
    },
    async ({ who, params, body }) => view(await classes.addCoTeacher(who, params.id, body)),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/classes/:id/co-teachers/:userId',
      roles: STAFF,
      summary: 'Take a co-teacher out of the class; what they hear of it ends at once. For its owner.',
      tags,
      params: CoTeacherPath,
      reply: ClassView,
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NOT_CLASS_OWNER'],
    },
    async ({ who, params }) => view(await classes.removeCoTeacher(who, params.id, params.userId)),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/classes/:id/students',
      roles: STAFF,
      summary: 'Put a student on the roster, also of the running session.',
      tags,
      params: ClassPath,
      body: StudentRef,
      reply: ClassView,
      faults: ['CLASS_NOT_FOUND', 'STUDENT_NOT_FOUND', 'NOT_CLASS_TEACHER', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params, body }) => view(await classes.addStudent(who, params.id, body.studentId)),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/classes/:id/students/:studentId',
      roles: STAFF,
      summary: 'Take a student off the roster; what they hear of the class ends at once.',
      tags,
      params: StudentPath,
      reply: ClassView,
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params }) => view(await classes.removeStudent(who, params.id, params.studentId)),
  ),
];
