import { Fault } from '../../shared/faults.ts';
import type { ClassId, UserId } from '../../shared/ids.ts';
import * as codes from '../../shared/rest/codes.ts';
import type { CheckInService } from '../features/checkin/service.ts';
import type { ClassesService } from '../features/classes/classes.ts';
import type { SessionService } from '../features/sessions/service.ts';
import { type Route, route } from '../rest/route.ts';
import { sentenceEnvelope as envelope } from './envelopes.ts';
import { classIdOf } from './known.ts';

export type CodesDeps = {
  classes: Pick<ClassesService, 'create'>;
  sessions: Pick<SessionService, 'start'>;
  checkIn: {
    service: Pick<CheckInService, 'checkIn'>;
    attends: (userId: UserId) => Promise<readonly ClassId[]>;
  };
};

const tags = ['time-bound codes'];
const STAFF = ['teacher', 'admin'] as const;

/** The second system: a class without a roster, a code for some minutes, and who submits it is present. */
export const codesDialect = ({ classes, sessions, checkIn }: CodesDeps): Route[] => [
  route(
    {
      method: 'post',
      path: '/classes',
      roles: STAFF,
      summary: 'Create a class that every student joins by submitting a code.',
      tags,
      envelope,
      body: codes.CodesNewClass,
      reply: codes.CodesClass,
    },
    async ({ who, body }) => {
      const fields = { className: body.name, visibility: 'private', enrolment: 'check-in' } as const;
      const { id, className } = await classes.create(who, fields);
      return { id, name: className };
    },
  ),
  route(
    {
      method: 'post',
      path: '/classes/:id/attendance-sessions',
      roles: STAFF,
      summary: 'Start a session whose code, and which itself, lasts so many minutes; 409 while one runs.',
      tags,
      envelope,
      params: codes.CodesPath,
      body: codes.CodesNewSession,
      reply: codes.CodesSession,
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_EXISTS', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params, body }) => {
      const { id, code, codeExpiresAt, closesAt } = await sessions.start(who, {
        classId: classIdOf(params.id),
        minutes: body.duration_minutes,
        methods: ['code'],
      });
      if (code === undefined) throw new Fault('METHOD_NOT_TAKEN');
      return { id, code, expires_at: codeExpiresAt ?? closesAt };
    },
  ),
  route(
    {
      method: 'post',
      path: '/attendance/submit',
      roles: ['student'],
      summary: 'Be present by a code; once in each session.',
      tags,
      envelope,
      body: codes.CodesSubmission,
      reply: codes.CodesSubmitted,
      faults: ['INVALID_CODE', 'CODE_EXPIRED', 'ALREADY_CHECKED_IN', 'NOT_ENROLLED', 'RATE_LIMITED'],
    },
    async ({ who: { userId }, body }) => {
      const student = { userId, attends: () => checkIn.attends(userId) };
      const { status, at, repeated } = await checkIn.service.checkIn(student, {
        method: 'code',
        proof: body.code,
      });
      if (repeated) throw new Fault('ALREADY_CHECKED_IN');
      return { status, submitted_at: at };
    },
  ),
];
