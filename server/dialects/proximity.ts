import { Fault } from '../../shared/faults.ts';
import { SessionId } from '../../shared/ids.ts';
import type { CheckIn, Session } from '../../shared/protocol/index.ts';
import { PercentageQuery, TrendQuery } from '../../shared/rest/analytics.ts';
import * as wire from '../../shared/rest/proximity.ts';
import { attended, sumOf, type Tally } from '../domain/percentage.ts';
import type { Who } from '../domain/who.ts';
import type { AnalyticsService } from '../features/analytics/analytics.ts';
import type { Auth } from '../features/auth/auth.ts';
import type { CheckInRoutes } from '../features/checkin/routes.ts';
import type { ClassesService } from '../features/classes/classes.ts';
import type { SessionService } from '../features/sessions/service.ts';
import type { Accounts } from '../features/users/accounts.ts';
import { type Route, route } from '../rest/route.ts';
import { detailEnvelope } from './envelopes.ts';
import { known } from './known.ts';

export type ProximityDeps = {
  auth: Pick<Auth, 'logIn'>;
  accounts: Pick<Accounts, 'signUp'>;
  classes: Pick<ClassesService, 'asStaff' | 'ownOfName'>;
  sessions: Pick<SessionService, 'close' | 'startOrJoin'>;
  checkIn: Pick<CheckInRoutes['checkIn'], 'attends' | 'ble' | 'service'>;
  analytics: Pick<AnalyticsService, 'daily' | 'percentages' | 'trends'>;
};

const common = { tags: ['proximity'], envelope: detailEnvelope };
const forStaff = {
  ...common,
  roles: ['teacher', 'admin'],
  textFor: { TEACHER_ACCESS_REQUIRED: 'Not a teacher account' },
} as const;
const forStudents = {
  ...common,
  roles: ['student'],
  textFor: { STUDENT_ACCESS_REQUIRED: 'Not a student account' },
} as const;
const analysed = { ...forStaff, method: 'get', limit: { perMinute: 120, by: 'account' } } as const;

/** BLE and a passkey: whoever lacks one of them at the end is absent (CI7). */
const FLOW = { methods: ['ble', 'passkey'], require: ['ble', 'passkey'] } satisfies Partial<Session>;
const ASSERTION_NEEDED =
  'A passkey assertion is needed: get a challenge from POST /api/v1/passkeys/check-in-options with { "sessionId": … } ' +
  'and send the authenticator’s answer to it as "assertion"; a template of a finger or face is not looked at';

const sessionIdOf = (text: string) => known(SessionId, text, 'SESSION_NOT_FOUND');
const view = (course_name: string, session: Session) => ({
  session_id: session.id,
  teacher_id: session.openedBy,
  course_name,
  classroom_location: session.room ?? null,
  start_time: session.openedAt,
  end_time: session.closedAt ?? null,
  is_active: session.state === 'live',
});
const day = (tally: Tally) => ({ present: attended(tally), absent: tally.absent });

/** The fifth system's paths under `/api/v1`, with its words. */
export const proximityDialect = (deps: ProximityDeps): Route[] => {
  const { auth, accounts, classes, sessions, checkIn, analytics } = deps;

  const checkedIn = async ({ userId }: Who, data: CheckIn & { sessionId: SessionId }) => {
    const student = { userId, attends: () => checkIn.attends(userId) };
    const { repeated } = await checkIn.service.checkIn(student, data);
    const { windows, shown, status } = await checkIn.service.soFar(student, data.sessionId);
    const standing = { status: 'success', token_count: windows, final_status: status } as const;
    return { repeated, verified: shown.includes('passkey'), standing };
  };

  return [
    route(
      {
        ...common,
        method: 'post',
        path: '/api/v1/auth/register',
        roles: 'public',
        summary: 'Sign up as a teacher or a student.',
        body: wire.ProximitySignUp,
        takes: (body) =>
          typeof body === 'object' && body !== null && ('full_name' in body || 'is_teacher' in body),
        reply: wire.ProximityUser,
        faults: ['SIGN_UP_CLOSED', 'EMAIL_EXISTS', 'BUSY'],
        statusFor: { EMAIL_EXISTS: 400 },
        textFor: { EMAIL_EXISTS: 'Email already registered' },
        limit: { perMinute: 600, by: 'ip' },
      },
      async ({ body: { email, full_name, password, is_teacher } }) => {
        const role = is_teacher ? 'teacher' : 'student';
        const { id, name } = await accounts.signUp({ name: full_name, email, password, role });
        return { id, email, full_name: name, is_teacher };
      },
    ),
    route(
      {
        ...common,
        method: 'post',
        path: '/api/v1/auth/token',
        roles: 'public',
        summary: 'Log in for one day, by OAuth 2’s password form.',
        form: true,
        body: wire.ProximityLogIn,
        reply: wire.ProximityToken,
        faults: ['INVALID_CREDENTIALS', 'ACCOUNT_DISABLED', 'RATE_LIMITED', 'BUSY'],
        textFor: { INVALID_CREDENTIALS: 'Incorrect email or password' },
      },
      async ({ body: { username: email, password }, ip }) => {
        const { accessToken } = await auth.logIn({ email, password }, { address: ip, kind: 'root' });
        return { access_token: accessToken, token_type: 'bearer' } as const;
      },
    ),
    route(
      {
        ...forStaff,
        method: 'post',
        path: '/api/v1/teacher/session/start',
        summary: 'Start a session of your course of that name; while one runs: that one, untouched.',
        description: 'A course that you do not have yet is made, and takes students by their check-in.',
        body: wire.ProximityStart,
        reply: wire.ProximitySession,
        faults: ['REGISTER_UNAVAILABLE'],
      },
      async ({ who, body: { course_name, classroom_location } }) => {
        const { id: classId, className } = await classes.ownOfName(who, course_name);
        const room = classroom_location || undefined;
        return view(className, await sessions.startOrJoin(who, { ...FLOW, classId, room }));
      },
    ),
    route(
      {
        ...forStaff,
        method: 'post',
        path: '/api/v1/teacher/session/:id/end',
        summary: 'Finish a session: DONE. Again = the same answer.',
        params: wire.ProximityPath,
        reply: wire.ProximitySession,
        faults: ['SESSION_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_ENDED', 'REGISTER_UNAVAILABLE'],
      },
      async ({ who, params }) => {
        const session = await sessions.close(who, sessionIdOf(params.id));
        const { className } = await classes.asStaff(who, session.classId);
        return view(className, session);
      },
    ),
    route(
      {
        ...forStaff,
        method: 'get',
        path: '/api/v1/teacher/session/:id/token',
        summary: 'The token to advertise in this window; fetch the next at `expires_at`.',
        params: wire.ProximityPath,
        reply: wire.ProximityBleToken,
        faults: ['SESSION_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_ENDED', 'METHOD_NOT_TAKEN'],
      },
      async ({ who, params }) => {
        const { tokenValue, createdAt, expiresAt } = await checkIn.ble(who, sessionIdOf(params.id));
        return { token_value: tokenValue, created_at: createdAt, expires_at: expiresAt };
      },
    ),
    route(
      {
        ...forStudents,
        method: 'post',
        path: '/api/v1/student/token/submit',
        summary: 'Hand in a token that was heard; one token counts once.',
        body: wire.ProximitySubmit,
        reply: wire.ProximitySubmitted,
        faults: [
          'SESSION_NOT_FOUND',
          'NOT_ENROLLED',
          'NO_ACTIVE_SESSION',
          'METHOD_NOT_TAKEN',
          'TOKEN_INVALID',
          'TOKEN_EXPIRED',
          'RATE_LIMITED',
          'REGISTER_UNAVAILABLE',
        ],
      },
      async ({ who, body: { session_id, token_value } }) => {
        const data = { method: 'ble', proof: token_value, sessionId: sessionIdOf(session_id) } as const;
        const { standing, repeated, verified } = await checkedIn(who, data);
        const message = repeated ? 'This token was counted before' : 'Token counted';
        return { ...standing, message, biometric_verified: verified };
      },
    ),
    route(
      {
        ...forStudents,
        method: 'post',
        path: '/api/v1/student/biometric/verify',
        summary: 'Verify yourself by the passkey of your own device, before the session ends.',
        body: wire.ProximityVerify,
        reply: wire.ProximityVerified,
        faults: [
          'SESSION_NOT_FOUND',
          'NO_ACTIVE_SESSION',
          'METHOD_NOT_TAKEN',
          'CHALLENGE_OVER',
          'PASSKEY_REFUSED',
          'RATE_LIMITED',
          'REGISTER_UNAVAILABLE',
        ],
      },
      async ({ who, body: { session_id, assertion } }) => {
        if (assertion === undefined) throw new Fault('INVALID_REQUEST', { text: ASSERTION_NEEDED });
        const data = { method: 'passkey', proof: assertion, sessionId: sessionIdOf(session_id) } as const;
        const { standing, verified } = await checkedIn(who, data);
        return { ...standing, verified };
      },
    ),
    route(
      {
        ...analysed,
        path: '/api/v1/teacher/analytics/attendance_percentage',
        summary: 'The attendance of each student of your courses over this month or semester.',
        query: PercentageQuery.pick({ period: true }),
        reply: wire.ProximityPercentages,
      },
      async ({ who, query }) =>
        (await analytics.percentages(who, query)).students.map(({ studentId, name = '', percentage }) => ({
          student_id: studentId,
          student_name: name,
          attendance_percentage: percentage,
        })),
    ),
    route(
      {
        ...analysed,
        path: '/api/v1/teacher/analytics/daily_class_report',
        summary: 'How many were there and how many were absent on a day, course by course.',
        query: wire.ProximityDayQuery,
        reply: wire.ProximityDay,
      },
      async ({ who, query }) => {
        const report = await analytics.daily(who, query);
        const courses = report.classes.map(({ className = '', sessions }) => ({
          course_name: className,
          ...day(sumOf(sessions)),
        }));
        return {
          date: report.date,
          ...day(sumOf(report.classes.flatMap(({ sessions }) => sessions))),
          classes: courses,
        };
      },
    ),
    route(
      {
        ...analysed,
        path: '/api/v1/teacher/analytics/attendance_trends',
        summary: 'How many were there and how many were absent, day by day.',
        query: TrendQuery.pick({ days: true }),
        reply: wire.ProximityTrend,
      },
      async ({ who, query }) =>
        (await analytics.trends(who, query)).days.map(({ date, ...counts }) => ({ date, ...day(counts) })),
    ),
  ];
};
