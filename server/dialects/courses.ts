import * as shape from '../../shared/rest/courses.ts';
import type { User } from '../data/users.ts';
import type { Auth, Grant } from '../features/auth/auth.ts';
import { type Route, route } from '../rest/route.ts';
import { type CoursesSchoolDeps, coursesSchool } from './courses-school.ts';
import { type CoursesSessionDeps, coursesSessions } from './courses-sessions.ts';
import { errorEnvelope as envelope } from './envelopes.ts';

export type CoursesDeps = CoursesSchoolDeps &
  CoursesSessionDeps & { readonly auth: Pick<Auth, 'addressOf' | 'logIn' | 'me' | 'refresh'> };

const EVERYONE = ['teacher', 'student', 'admin'] as const;
const common = { tags: ['devices dialect (/api)'], envelope };

const user = ({ id, name, email, role }: User) => ({
  id,
  username: email ?? '',
  email: email ?? '',
  name,
  role,
});
const tokens = ({ accessToken, refreshToken }: Grant) => ({
  access: accessToken,
  refresh: refreshToken ?? '',
});

const authRoutes = ({ auth }: Pick<CoursesDeps, 'auth'>): Route[] => [
  route(
    {
      ...common,
      method: 'post',
      path: '/api/auth/login',
      roles: 'public',
      summary: 'Log in with an address, or the code of a student or a teacher, as `username` or `email`.',
      body: shape.CoursesLogIn,
      reply: shape.CoursesLoggedIn,
      faults: ['INVALID_CREDENTIALS', 'ACCOUNT_DISABLED', 'RATE_LIMITED', 'BUSY'],
    },
    async ({ body: { username, email: address, password }, ip }) => {
      const email = await auth.addressOf(username ?? address ?? '');
      const grant = await auth.logIn({ email, password }, { address: ip, kind: 'api' });
      return { ...tokens(grant), user: user(grant.user) };
    },
  ),
  route(
    {
      ...common,
      method: 'post',
      path: '/api/auth/refresh',
      roles: 'public',
      summary: 'Exchange the refresh token, which is good for one use, for new tokens.',
      body: shape.CoursesRefresh,
      reply: shape.CoursesTokens,
      faults: ['UNAUTHORIZED', 'REFRESH_REUSED'],
      limit: { perMinute: 1200, by: 'ip' },
    },
    async ({ body }) => tokens(await auth.refresh(body.refresh)),
  ),
  route(
    {
      ...common,
      method: 'get',
      path: '/api/auth/me',
      roles: EVERYONE,
      summary: 'Who you are.',
      reply: shape.CoursesUser,
      faults: ['USER_NOT_FOUND'],
    },
    async ({ who }) => user(await auth.me(who)),
  ),
];

/** The third system, under `/api`: bare objects and arrays, snake_case, failures as `{ error }`. */
export const coursesDialect = (services: CoursesDeps): Route[] => [
  ...authRoutes(services),
  ...coursesSchool(services),
  ...coursesSessions(services),
];
