import { studentIdOf, type UserId } from '../../../shared/ids.ts';
import { paged } from '../../../shared/rest/common.ts';
import {
  NewStudent,
  NewTeacher,
  Student,
  StudentDeleted,
  StudentIdPath,
  StudentPatch,
  StudentQuery,
  Teacher,
  TeacherDeleted,
  TeacherIdPath,
  TeacherPatch,
  TeacherQuery,
} from '../../../shared/rest/people.ts';
import type { Person } from '../../data/people.ts';
import type { Who } from '../../domain/who.ts';
import { type Route, route } from '../../rest/route.ts';
import type { PeopleService } from './people.ts';

const ADMIN = ['admin'] as const;
const STAFF = ['teacher', 'admin'] as const;
const WRITING = ['CODE_EXISTS', 'EMAIL_EXISTS'] as const;

const invited = (until: Date | undefined) => (until ? { invitedUntil: until.toISOString() } : {});
/** Addresses of students are for admins here, and for the staff of their classes there (CL3). */
const student = ({ id, code, email, ...rest }: Person, who: Who, until?: Date): Student => ({
  ...rest,
  id: studentIdOf(id),
  studentCode: code,
  ...(who.role === 'admin' ? { email } : {}),
  ...invited(until),
});
const teacher = ({ code, ...rest }: Person, until?: Date): Teacher => ({
  ...rest,
  teacherCode: code,
  ...invited(until),
});
const personOf = (id: string) => id as UserId;

/** `/api/v1/students` and `/api/v1/teachers`. */
export const peopleRoutes = ({ people }: { people: PeopleService }): Route[] => [
  ...studentRoutes(people),
  ...teacherRoutes(people),
];

const studentRoutes = (people: PeopleService): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/students',
      roles: ADMIN,
      summary: 'Enter a student; a log-in is not needed.',
      tags: ['students'],
      body: NewStudent,
      reply: Student,
      status: 201,
      faults: [...WRITING, 'SECTION_NOT_FOUND'],
    },
    async ({ who, body: { studentCode: code, ...rest } }) =>
      student(await people.create('student', { ...rest, code }), who),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/students',
      roles: STAFF,
      summary: 'The students: all, those of a section, or those whose code or name fits `q`.',
      tags: ['students'],
      query: StudentQuery,
      reply: paged(Student),
    },
    async ({ who, query }) => {
      const { items, nextCursor } = await people.list('student', query);
      const until = who.role === 'admin' ? await people.invitedUntil(items) : undefined;
      return { items: items.map((person) => student(person, who, until?.get(person.id))), nextCursor };
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/students/:id',
      roles: STAFF,
      summary: 'One student.',
      tags: ['students'],
      params: StudentIdPath,
      reply: Student,
      faults: ['STUDENT_NOT_FOUND'],
    },
    async ({ who, params }) => student(await people.read('student', personOf(params.id)), who),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/students/:id',
      roles: ADMIN,
      summary: 'Change a student; another section changes the rosters of its classes at once.',
      tags: ['students'],
      params: StudentIdPath,
      body: StudentPatch,
      reply: Student,
      faults: [...WRITING, 'STUDENT_NOT_FOUND', 'SECTION_NOT_FOUND', 'HAS_LOGIN', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params, body: { studentCode: code, ...rest } }) =>
      student(await people.update('student', personOf(params.id), { ...rest, code }), who),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/students/:id',
      roles: ADMIN,
      summary: 'Delete a student: off every roster, every log-in ended. What was recorded stays.',
      tags: ['students'],
      params: StudentIdPath,
      reply: StudentDeleted,
      faults: ['STUDENT_NOT_FOUND', 'REGISTER_UNAVAILABLE'],
    },
    async ({ params }) => {
      await people.remove('student', personOf(params.id));
      return { id: params.id };
    },
  ),
];

const teacherRoutes = (people: PeopleService): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/teachers',
      roles: ADMIN,
      summary: 'Enter a teacher; a log-in is not needed.',
      tags: ['teachers'],
      body: NewTeacher,
      reply: Teacher,
      status: 201,
      faults: WRITING,
    },
    async ({ body: { teacherCode: code, ...rest } }) =>
      teacher(await people.create('teacher', { ...rest, code })),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/teachers',
      roles: ADMIN,
      summary: 'The teachers: all, or those whose code or name fits `q`.',
      tags: ['teachers'],
      query: TeacherQuery,
      reply: paged(Teacher),
    },
    async ({ query }) => {
      const { items, nextCursor } = await people.list('teacher', query);
      const until = await people.invitedUntil(items);
      return { items: items.map((person) => teacher(person, until.get(person.id))), nextCursor };
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/teachers/:id',
      roles: ADMIN,
      summary: 'One teacher.',
      tags: ['teachers'],
      params: TeacherIdPath,
      reply: Teacher,
      faults: ['TEACHER_NOT_FOUND'],
    },
    async ({ params }) => teacher(await people.read('teacher', params.id)),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/teachers/:id',
      roles: ADMIN,
      summary: 'Change a teacher.',
      tags: ['teachers'],
      params: TeacherIdPath,
      body: TeacherPatch,
      reply: Teacher,
      faults: [...WRITING, 'TEACHER_NOT_FOUND', 'HAS_LOGIN'],
    },
    async ({ params, body: { teacherCode: code, ...rest } }) =>
      teacher(await people.update('teacher', params.id, { ...rest, code })),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/teachers/:id',
      roles: ADMIN,
      summary: 'Delete a teacher who owns no class; every log-in ends.',
      tags: ['teachers'],
      params: TeacherIdPath,
      reply: TeacherDeleted,
      faults: ['TEACHER_NOT_FOUND', 'STILL_IN_USE'],
    },
    async ({ params }) => {
      await people.remove('teacher', params.id);
      return { id: params.id };
    },
  ),
];
