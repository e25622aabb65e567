import type { UserId } from '../../../shared/ids.ts';
import { Me } from '../../../shared/rest/auth.ts';
import { Claim, Invitation } from '../../../shared/rest/invitations.ts';
import { StudentIdPath, TeacherIdPath } from '../../../shared/rest/people.ts';
import { type Route, route } from '../../rest/route.ts';
import type { InvitationService } from './invitations.ts';

const view = ({ invitation, expiresAt }: { invitation: string; expiresAt: number }): Invitation => ({
  invitation,
  expiresAt: new Date(expiresAt).toISOString(),
});

/** How people without a log-in get one. */
export const invitationRoutes = ({ invitations }: { invitations: InvitationService }): Route[] => [
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
      path: '/api/v1/auth/claim',
      roles: 'public',
      summary: 'Turn an invitation into an account; id, classes and records stay the same.',
      tags: ['auth'],
      body: Claim,
      reply: Me,
      status: 201,
      faults: ['INVITATION_INVALID', 'EMAIL_EXISTS', 'BUSY'],
      limit: { perMinute: 600, by: 'ip' },
    },
    async ({ body }) => {
      const { id, name, email, role } = await invitations.claim(body);
      return { id, name, email: email ?? '', role };
    },
  ),
];
