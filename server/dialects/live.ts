import type { FaultCode } from '../../shared/faults.ts';
import { type ClassId, StudentId } from '../../shared/ids.ts';
import { LogIn, SignUp } from '../../shared/rest/auth.ts';
import * as live from '../../shared/rest/live.ts';
import type { Status } from '../../shared/status.ts';
import type { ClassInfo } from '../data/classes.ts';
import type { User } from '../data/users.ts';
import type { Who } from '../domain/who.ts';
import type { Auth } from '../features/auth/auth.ts';
import type { ClassesService } from '../features/classes/classes.ts';
import type { Accounts } from '../features/users/accounts.ts';
import { type Route, route } from '../rest/route.ts';
import { classIdOf, known } from './known.ts';

export type LiveDeps = {
  auth: Pick<Auth, 'logIn' | 'me'>;
  accounts: Pick<Accounts, 'signUp' | 'students'>;
  classes: Pick<ClassesService, 'create' | 'read' | 'addStudent' | 'asMember' | 'asStaff'>;
  sessions: { startOrRunning(who: Who, classId: ClassId): Promise<{ classId: ClassId; startedAt: string }> };
  attendance: { statusOf(who: Who, classId: ClassId): Promise<Status | null> };
};

const tags = ['live (root paths)'];
const EVERYONE = ['teacher', 'student', 'admin'] as const;
const STAFF = ['teacher', 'admin'] as const;
const STUDENTS = ['student'] as const;
const CLASS_FAULTS: readonly FaultCode[] = ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER'];

const student = ({ id, name, email }: User) => ({ _id: id, name, email: email ?? '' });
const user = (person: User) => ({ ...student(person), role: person.role });
const classOf = ({ id, className, teacherId, studentIds }: ClassInfo) => ({
  _id: id,
  className,
  teacherId,
  studentIds,
});

/** The first system's root paths, with its statuses and texts. */
export const liveDialect = ({ auth, accounts, classes, sessions, attendance }: LiveDeps): Route[] => [
  ...['/auth/signup', '/signup'].map((path) =>
    route(
      {
        method: 'post',
        path,
        roles: 'public',
        summary: 'Sign up as a teacher or a student.',
        tags,
        body: SignUp,
        reply: live.LiveUser,
        status: 201,
        faults: ['SIGN_UP_CLOSED', 'EMAIL_EXISTS', 'BUSY'],
        statusFor: { EMAIL_EXISTS: 400 },
        limit: { perMinute: 600, by: 'ip' },
      },
      async ({ body }) => user(await accounts.signUp(body)),
    ),
  ),
  ...['/auth/login', '/login'].map((path) =>
    route(
      {
        method: 'post',
        path,
        roles: 'public',
        summary: 'Log in for one day.',
        tags,
        body: LogIn,
        reply: live.LiveToken,
        faults: ['INVALID_CREDENTIALS', 'ACCOUNT_DISABLED', 'RATE_LIMITED', 'BUSY'],
        statusFor: { INVALID_CREDENTIALS: 400 },
      },
      async ({ body, ip }) => ({
        token: (await auth.logIn(body, { address: ip, kind: 'root' })).accessToken,
      }),
    ),
  ),
  ...['/auth/me', '/me'].map((path) =>
    route(
      {
        method: 'get',
        path,
        roles: EVERYONE,
        summary: 'Who you are.',
        tags,
        reply: live.LiveUser,
        faults: ['USER_NOT_FOUND'],
      },
      async ({ who }) => user(await auth.me(who)),
    ),
  ),
  route(
    {
      method: 'post',
      path: '/class',
      roles: STAFF,
      summary: 'Create a class.',
      tags,
      body: live.LiveNewClass,
      reply: live.LiveClass,
      status: 201,
    },
    async ({ who, body }) => classOf(await classes.create(who, { ...body, visibility: 'private' })),
  ),
  route(
    {
      method: 'post',
      path: '/class/:id/add-student',
      roles: STAFF,
      summary: 'Put a student on the roster; again changes nothing.',
      tags,
      params: live.LivePath,
      body: live.LiveAddStudent,
      reply: live.LiveClass,
      faults: [...CLASS_FAULTS, 'STUDENT_NOT_FOUND'],
    },
    async ({ who, params, body }) => {
      const { id } = await classes.asStaff(who, classIdOf(params.id));
      return classOf(
        await classes.addStudent(who, id, known(StudentId, body.studentId, 'STUDENT_NOT_FOUND')),
      );
    },
  ),
  route(
    {
      method: 'get',
      path: '/class/:id',
      roles: EVERYONE,
      summary: 'A class and its students, for its teachers and its students.',
      tags,
      params: live.LivePath,
      reply: live.LiveClassDetail,
      faults: CLASS_FAULTS,
    },
    async ({ who, params }) => {
      const { info, students } = await classes.read(who, classIdOf(params.id), 'NOT_CLASS_TEACHER');
      return { ...classOf(info), students: students.map(student) };
    },
  ),
  route(
    {
      method: 'get',
      path: '/students',
      roles: STAFF,
      summary: 'All students.',
      tags,
      reply: live.LiveStudent.array(),
    },
    async () => (await accounts.students()).map(student),
  ),
  route(
    {
      method: 'post',
      path: '/attendance/start',
      roles: STAFF,
      summary: 'Start a session; while one runs: that one, untouched.',
      tags,
      body: live.LiveStart,
      reply: live.LiveStarted,
      faults: CLASS_FAULTS,
    },
    async ({ who, body }) => await sessions.startOrRunning(who, classIdOf(body.classId)),
  ),
  route(
    {
      method: 'get',
      path: '/class/:id/my-attendance',
      roles: STUDENTS,
      summary: 'Your own status in the class; null when there is none.',
      tags,
      params: live.LivePath,
      reply: live.LiveMyAttendance,
      faults: ['CLASS_NOT_FOUND', 'NOT_ENROLLED'],
    },
    async ({ who, params }) => {
      const { id: classId } = await classes.asMember(who, classIdOf(params.id));
      return { classId, status: await attendance.statusOf(who, classId) };
    },
  ),
];
