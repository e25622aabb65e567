import type { UserId } from '../../../shared/ids.ts';
import { Me } from '../../../shared/rest/auth.ts';
import {
  Claim,
  Invitation,
  InvitationAsked,
  Invited,
  LoginTaken,
  PasswordByLink,
} from '../../../shared/rest/invitations.ts';
import { StudentIdPath, TeacherIdPath } from '../../../shared/rest/people.ts';
import { UserPath } from '../../../shared/rest/users.ts';
import type { User } from '../../data/users.ts';
import { type Route, route } from '../../rest/route.ts';
import type { InvitationService } from './invitations.ts';
import type { OneTime } from './one-time.ts';
import type { Repairs } from './repairs.ts';

const view = ({ invitation, expiresAt }: OneTime): Invitation => ({
  invitation,
  expiresAt: new Date(expiresAt).toISOString(),
});
const me = ({ id, name, email, role }: User): Me => ({ id, name, email: email ?? '', role });
/** Nobody guesses a link; this keeps whoever tries from keeping us busy. */
const BY_LINK = { perMinute: 600, by: 'ip' } as const;

/** How people without a log-in get one, and what an admin does for those who cannot get in. */
export const invitationRoutes = ({
  invitations,
  repairs,
}: {
  invitations: InvitationService;
  repairs: Repairs;
}): Route[] => [...invitingRoutes(invitations), ...repairRoutes(repairs)];

const invitingRoutes = (invitations: InvitationService): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/students/:id/invitation',
      roles: ['admin'],
      summary: 'Invite a student without a log-in to claim an account.',
      description: 'It is shown this once, good for one use within 14 days, and voids an earlier one.',
      tags: ['students'],
      params: StudentIdPath,
      reply: Invitation,
      status: 201,
      faults: ['STUDENT_NOT_FOUND', 'HAS_LOGIN'],
    },
    async ({ who, params }) => view(await invitations.invite(who, 'student', params.id as string as UserId)),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/teachers/:id/invitation',
      roles: ['admin'],
      summary: 'Invite a teacher without a log-in to claim an account.',
      description: 'It is shown this once, good for one use within 14 days, and voids an earlier one.',
      tags: ['teachers'],
      params: TeacherIdPath,
      reply: Invitation,
      status: 201,
      faults: ['TEACHER_NOT_FOUND', 'HAS_LOGIN'],
    },
    async ({ who, params }) => view(await invitations.invite(who, 'teacher', params.id)),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/invitation',
      roles: 'public',
      summary: 'Whose an invitation or a link for a new password is; it stays good.',
      description: 'A POST, so that it stands in no address and no log. Of the person only the name is told.',
      tags: ['auth'],
      body: InvitationAsked,
      reply: Invited,
      faults: ['INVITATION_INVALID'],
      limit: BY_LINK,
    },
    async ({ body }) => await invitations.whose(body.invitation),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/claim',
      roles: 'public',
      summary: 'Turn an invitation into an account; id, classes and records stay the same.',
      tags: ['auth'],
      body: Claim,
      reply: Me,
      status: 201,
      faults: ['INVITATION_INVALID', 'EMAIL_EXISTS', 'BUSY'],
      limit: BY_LINK,
    },
    async ({ body }) => me(await invitations.claim(body)),
  ),
];

const repairRoutes = (repairs: Repairs): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/users/:id/password-link',
      roles: ['admin'],
      summary: 'A link with which somebody who has forgotten their password sets a new one.',
      description:
        'It is shown this once, good for one use within 3 days, and voids an earlier one. The old password is good until ' +
        'then. Not for one’s own account. The audit keeps it.',
      tags: ['users'],
      params: UserPath,
      reply: Invitation,
      status: 201,
      faults: ['USER_NOT_FOUND', 'ACCOUNT_DISABLED', 'FORBIDDEN'],
    },
    async ({ who, params }) => view(await repairs.passwordLink(who, params.id)),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/auth/new-password',
      roles: 'public',
      summary: 'Set a new password by such a link; every log-in of the account ends.',
      tags: ['auth'],
      body: PasswordByLink,
      reply: Me,
      faults: ['INVITATION_INVALID', 'BUSY'],
      limit: BY_LINK,
    },
    async ({ body }) => me(await repairs.setPassword(body)),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/users/:id/login',
      roles: ['admin'],
      summary: 'Take the log-in of a student or teacher away; they stay, and can be invited anew.',
      description:
        'For an account that the wrong person has claimed: address, password, passkeys and log-ins go; classes and ' +
        'records stay. The audit keeps it.',
      tags: ['users'],
      params: UserPath,
      reply: LoginTaken,
      faults: ['USER_NOT_FOUND', 'FORBIDDEN'],
    },
    async ({ who, params }) => {
      await repairs.takeLogin(who, params.id);
      return { id: params.id };
    },
  ),
];
