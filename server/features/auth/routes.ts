import {
  LoggedIn,
  LoggedOut,
  LogIn,
  Me,
  PasswordChange,
  PasswordChanged,
  Refresh,
  SignUp,
  SignUpRoles,
  SocketTicket,
  Tokens,
  WebSession,
} from '../../../shared/rest/auth.ts';
import type { User } from '../../data/users.ts';
import { type Route, route } from '../../rest/route.ts';
import type { Accounts } from '../users/accounts.ts';
import type { Auth, Grant } from './auth.ts';
import type { SocketTickets } from './socket-tickets.ts';

const EVERYONE = ['teacher', 'student', 'admin'] as const;
const tags = ['auth'];
const iso = (at: number) => new Date(at).toISOString();

const me = ({ id, name, email, role }: User): Me => ({ id, name, email: email ?? '', role });
const tokens = (grant: Grant): Tokens => ({
  accessToken: grant.accessToken,
  refreshToken: grant.refreshToken ?? '',
  tokenType: 'Bearer',
  expiresAt: iso(grant.expiresAt),
  refreshExpiresAt: iso(grant.refreshExpiresAt),
});

/** Where the browser sends the web app's cookie, and nowhere else. */
const WEB = '/api/v1/auth/session';
/** What the web app has to know of how this school's server is set. */
type Settings = Pick<WebSession, 'timeZone' | 'maxSessionMinutes'>;
const webSession = (grant: Grant, { timeZone, maxSessionMinutes }: Settings): WebSession => ({
  accessToken: grant.accessToken,
  tokenType: 'Bearer',
  expiresAt: iso(grant.expiresAt),
  user: me(grant.user),
  timeZone,
  maxSessionMinutes,
});

/** `/api/v1/auth`. */
export const authRoutes = ({
  auth,
  accounts,
  socketTickets,
  timeZone,
  maxSessionMinutes,
}: {
  auth: Auth;
  accounts: Accounts;
  socketTickets: SocketTickets;
} & Settings): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/auth/register',
      roles: 'public',
      summary: 'Sign up as a teacher or a student.',
      tags,
      body: SignUp,
      reply: Me,
      status: 201,
      faults: ['SIGN_UP_CLOSED', 'EMAIL_EXISTS', 'BUSY'],
      limit: { perMinute: 600, by: 'ip' },
    },
    async ({ body }) => me(await accounts.signUp(body)),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/auth/sign-up',
      roles: 'public',
      summary: 'Who may sign up: the roles in which people make their own accounts here.',
      description: 'As `SIGN_UP` is set. An empty list: the school makes every account, and invites to it.',
      tags,
      reply: SignUpRoles,
      limit: { perMinute: 1200, by: 'ip' },
    },
    async () => ({ roles: accounts.signUpRoles() }),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/login',
      roles: 'public',
      summary: 'Log in: a short access token and a refresh token that is good for one use.',
      description:
        'Wrong passwords are counted per account and address, per account and per address; too many are answered ' +
        'with 429 for some minutes.',
      tags,
      body: LogIn,
      reply: LoggedIn,
      faults: ['INVALID_CREDENTIALS', 'ACCOUNT_DISABLED', 'RATE_LIMITED', 'BUSY'],
    },
    async ({ body, ip }) => {
      const grant = await auth.logIn(body, { address: ip, kind: 'api' });
      return { ...tokens(grant), user: me(grant.user) };
    },
  ),
  route(
    {
      method: 'post',
      path: WEB,
      roles: 'public',
      summary: 'Log in a browser: a short access token, and a cookie that no script can read.',
      tags,
      body: LogIn,
      reply: WebSession,
      faults: ['INVALID_CREDENTIALS', 'ACCOUNT_DISABLED', 'FORBIDDEN', 'RATE_LIMITED', 'BUSY'],
      cookie: WEB,
    },
    async ({ body, ip, browser }) => {
      const grant = await auth.logIn(body, { address: ip, kind: 'web' });
      browser.set(grant.cookie, grant.refreshExpiresAt);
      return webSession(grant, { timeZone, maxSessionMinutes });
    },
  ),
  route(
    {
      method: 'post',
      path: `${WEB}/token`,
      roles: 'public',
      summary: 'The next access token of the browser whose cookie comes along.',
      tags,
      reply: WebSession,
      faults: ['UNAUTHORIZED', 'FORBIDDEN'],
      limit: { perMinute: 1200, by: 'ip' },
      cookie: WEB,
    },
    async ({ browser }) => {
      const grant = await auth.renew(browser.cookie);
      browser.set(grant.cookie, grant.refreshExpiresAt);
      return webSession(grant, { timeZone, maxSessionMinutes });
    },
  ),
  route(
    {
      method: 'delete',
      path: WEB,
      roles: 'public',
      summary: 'Log the browser out: its tokens are void and its sockets close.',
      tags,
      reply: LoggedOut,
      faults: ['FORBIDDEN'],
      limit: { perMinute: 600, by: 'ip' },
      cookie: WEB,
    },
    async ({ browser }) => {
      await auth.leave(browser.cookie);
      browser.set(null);
      return { loggedOut: true } as const;
    },
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/refresh',
      roles: 'public',
      summary: 'Exchange the refresh token for new tokens.',
      description:
        'A refresh token that was used before ends the whole log-in: whoever holds its tokens must log in again.',
      tags,
      body: Refresh,
      reply: Tokens,
      faults: ['UNAUTHORIZED', 'REFRESH_REUSED'],
      limit: { perMinute: 1200, by: 'ip' },
    },
    async ({ body }) => tokens(await auth.refresh(body.refreshToken)),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/logout',
      roles: EVERYONE,
      summary: 'End this log-in: its tokens are void and its sockets close.',
      tags,
      reply: LoggedOut,
    },
    async ({ who }) => {
      await auth.logOut(who);
      return { loggedOut: true } as const;
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/auth/me',
      roles: EVERYONE,
      summary: 'Who you are.',
      tags,
      reply: Me,
      faults: ['USER_NOT_FOUND'],
    },
    async ({ who }) => me(await auth.me(who)),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/password',
      roles: EVERYONE,
      summary: 'Change your password; every other log-in of yours ends.',
      tags,
      body: PasswordChange,
      reply: PasswordChanged,
      faults: ['WRONG_PASSWORD', 'RATE_LIMITED', 'BUSY'],
    },
    async ({ who, body, ip }) => ({ endedLogins: await auth.changePassword(who, body, ip) }),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/ws-ticket',
      roles: EVERYONE,
      summary: 'A ticket that opens one socket within 30 seconds: /ws?ticket=…',
      tags,
      reply: SocketTicket,
      limit: { perMinute: 120, by: 'account' },
    },
    async ({ who }) => {
      const { ticket, expiresAt } = await socketTickets.issue(who);
      return { ticket, expiresAt: iso(expiresAt) };
    },
  ),
];
