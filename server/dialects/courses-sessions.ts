import { SessionId, StudentId } from '../../shared/ids.ts';
import type { Session } from '../../shared/protocol/index.ts';
import * as shape from '../../shared/rest/courses.ts';
import { rowId } from '../domain/row-id.ts';
import type { Registry } from '../features/devices/registry.ts';
import type { Scanning } from '../features/devices/scanning.ts';
import type { Row, Rows } from '../features/records/rows.ts';
import type { SessionService } from '../features/sessions/service.ts';
import { type Route, route } from '../rest/route.ts';
import { errorEnvelope as envelope } from './envelopes.ts';
import { classIdOf, known } from './known.ts';

export type CoursesSessionDeps = {
  readonly devices: Pick<Registry, 'nameOf'>;
  readonly scanning: Pick<Scanning, 'one'>;
  readonly sessions: Pick<SessionService, 'close' | 'list' | 'read' | 'start'>;
  readonly rows: Rows;
};

const STAFF = ['teacher', 'admin'] as const;
const EVERYONE = ['teacher', 'student', 'admin'] as const;
const common = { tags: ['devices dialect (/api)'], envelope };
/** That system's README does not say by which method its verbs are called. */
const ANY_WRITE = ['post', 'put', 'patch'] as const;
/** CR1 wants a reason, and these clients have none to give. */
const NO_REASON = {
  edit: 'Edited by a client that gives no reason',
  remove: 'Deleted by a client that gives no reason',
};
/** The most rows of one session. */
const ROWS_MOST = 10_000;

const sessionOf = (id: string) => known(SessionId, id, 'SESSION_NOT_FOUND');

const session = (one: Session) => ({
  id: one.id,
  course_id: one.classId,
  teacher_id: one.openedBy,
  device_id: one.deviceId ?? null,
  date: one.date,
  is_active: one.state === 'live',
  started_at: one.openedAt,
  ended_at: one.closedAt ?? null,
});
const attendance = ({ id, sessionId, classId, studentId, date, time, status, source }: Row) => ({
  id,
  session_id: sessionId,
  course_id: classId,
  student_id: studentId,
  date,
  time,
  status: shape.wordOf(status),
  source,
});

const sessionRoutes = ({ sessions, devices }: CoursesSessionDeps): Route[] => [
  route(
    {
      ...common,
      method: 'post',
      path: '/api/sessions',
      roles: STAFF,
      summary: 'Start a session of today in a course; `device_id` is the device’s own name or our id.',
      body: shape.CoursesNewSession,
      reply: shape.CoursesSession,
      status: 201,
      faults: [
        'CLASS_NOT_FOUND',
        'NOT_CLASS_TEACHER',
        'SESSION_EXISTS',
        'DEVICE_NOT_FOUND',
        'DEVICE_BUSY',
        'REGISTER_UNAVAILABLE',
      ],
    },
    async ({ who, body: { course_id, teacher_id, device_id, date } }) => {
      const bound = device_id
        ? { deviceId: await devices.nameOf(device_id), methods: ['teacher' as const, 'device' as const] }
        : {};
      const options = { classId: classIdOf(course_id), ...bound };
      return session(await sessions.start(who, options, { teacherId: teacher_id ?? undefined, date }));
    },
  ),
  route(
    {
      ...common,
      method: 'get',
      path: '/api/sessions',
      roles: EVERYONE,
      summary:
        'The sessions of one’s courses, the newest first: 1,000 unless asked for more; the rest by `cursor`.',
      query: shape.CoursesSessionQuery,
      reply: shape.CoursesSession.array(),
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NOT_ENROLLED'],
    },
    async ({ who, query: { course_id, ...part } }) => {
      const classId = course_id === undefined ? undefined : classIdOf(course_id);
      return (await sessions.list(who, { ...part, classId })).items.map(session);
    },
  ),
  route(
    {
      ...common,
      method: 'get',
      path: '/api/sessions/:id',
      roles: EVERYONE,
      summary: 'Read a session.',
      params: shape.CoursesPath,
      reply: shape.CoursesSession,
      faults: ['SESSION_NOT_FOUND'],
    },
    async ({ who, params }) => session(await sessions.read(who, sessionOf(params.id))),
  ),
  ...ANY_WRITE.map((method) =>
    route(
      {
        ...common,
        method,
        path: '/api/sessions/:id/close',
        roles: STAFF,
        summary: 'Close a session: whoever was not seen is absent. Again is answered alike.',
        params: shape.CoursesPath,
        reply: shape.CoursesSession,
        faults: ['SESSION_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_ENDED', 'REGISTER_UNAVAILABLE'],
      },
      async ({ who, params }) => session(await sessions.close(who, sessionOf(params.id))),
    ),
  ),
];

const attendanceRoutes = ({ rows }: CoursesSessionDeps): Route[] => [
  route(
    {
      ...common,
      method: 'get',
      path: '/api/attendance',
      roles: EVERYONE,
      summary: 'What is recorded, the newest first: 1,000 unless asked for more; the rest by `cursor`.',
      description:
        'Of sessions that are over, and on the first part also of live ones, beyond that number. `id` of a row of a live ' +
        'session is `<session>-<student>`; it stays good after the close.',
      query: shape.CoursesAttendanceQuery,
      reply: shape.CoursesAttendance.array(),
      faults: ['FORBIDDEN', 'CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_NOT_FOUND', 'STUDENT_NOT_FOUND'],
    },
    async ({ who, query: { session_id, student_id, course_id, ...rest } }) => {
      const named = {
        sessionId: session_id === undefined ? undefined : sessionOf(session_id),
        studentId: student_id === undefined ? undefined : known(StudentId, student_id, 'STUDENT_NOT_FOUND'),
        classId: course_id === undefined ? undefined : classIdOf(course_id),
      };
      return (await rows.list(who, { ...rest, ...named })).map(attendance);
    },
  ),
  route(
    {
      ...common,
      method: 'get',
      path: '/api/attendance/session/:id',
      roles: EVERYONE,
      summary: 'What is recorded in a session, while it is live and after it; a student’s own only.',
      params: shape.CoursesPath,
      reply: shape.CoursesAttendance.array(),
      faults: ['SESSION_NOT_FOUND'],
    },
    async ({ who, params }) => (await rows.ofSession(who, sessionOf(params.id), ROWS_MOST)).map(attendance),
  ),
  ...ANY_WRITE.map((method) =>
    route(
      {
        ...common,
        method,
        path: '/api/attendance/:id/edit',
        roles: STAFF,
        summary: 'Give a row another status: a mark while its session is live, a correction after it.',
        params: shape.CoursesPath,
        body: shape.CoursesEdit,
        reply: shape.CoursesAttendance,
        faults: ['RECORD_NOT_FOUND', 'STUDENT_NOT_ON_ROSTER', 'CONFLICT', 'SESSION_CLOSING'],
      },
      async ({ who, params, body: { status, reason = NO_REASON.edit } }) =>
        attendance(await rows.edit(who, params.id, { status, reason })),
    ),
  ),
  route(
    {
      ...common,
      method: 'delete',
      path: '/api/attendance/:id',
      roles: ['admin'],
      summary: 'Delete a record of a session that is over; the audit keeps who, when and what it was.',
      params: shape.CoursesPath,
      reply: shape.CoursesGone,
      faults: ['RECORD_NOT_FOUND', 'CLASS_IN_SESSION', 'SESSION_CLOSING', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params }) => {
      await rows.remove(who, params.id, NO_REASON.remove);
      return { id: params.id };
    },
  ),
];

const scanRoute = ({ scanning }: CoursesSessionDeps): Route =>
  route(
    {
      ...common,
      method: 'post',
      path: '/api/attendance/scan',
      roles: ['device'],
      summary: 'One recognition of a device; `student_id` is our id or the student’s code.',
      description:
        'With the header X-Device-Key. `date` and `time` are local in TIME_ZONE. A student who is in already is answered ' +
        'with `Already scanned`.',
      body: shape.CoursesScan,
      reply: shape.CoursesScanned,
      faults: [
        'DEVICE_NOT_BOUND',
        'STUDENT_NOT_FOUND',
        'STUDENT_NOT_ON_ROSTER',
        'CHECK_IN_CLOSED',
        'SESSION_ENDED',
        'QUARANTINE_FULL',
        'BUSY',
        'REGISTER_UNAVAILABLE',
      ],
      limit: { perMinute: 1_200, by: 'account' },
    },
    async ({ who, body: { student_id: studentId, ...when } }) => {
      const { repeated, message, ...said } = await scanning.one(who, { studentId, ...when });
      if (repeated) return { message, missing: said.missing };
      return {
        ...(said.sessionId && said.studentId && { id: rowId(said.sessionId, said.studentId) }),
        message,
        student_id: said.studentId,
        session_id: said.sessionId,
        status: said.status && shape.wordOf(said.status),
        missing: said.missing,
      };
    },
  );

/** The third system's sessions, what devices scan into them, and what is recorded. */
export const coursesSessions = (services: CoursesSessionDeps): Route[] => [
  ...sessionRoutes(services),
  scanRoute(services),
  ...attendanceRoutes(services),
];
