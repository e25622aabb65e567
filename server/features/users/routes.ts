import { paged } from '../../../shared/rest/common.ts';
import { NewUser, UserList, UserPatch, UserPath, UserView } from '../../../shared/rest/users.ts';
import type { User } from '../../data/users.ts';
import { type Route, route } from '../../rest/route.ts';
import type { Accounts } from './accounts.ts';

const ADMIN = ['admin'] as const;
const tags = ['users'];

const view = ({ createdAt, email, ...user }: User): UserView => ({
  ...user,
  email: email ?? '',
  createdAt: createdAt.toISOString(),
});

/** `/api/v1/users`, for admins. */
export const userRoutes = ({ accounts }: { accounts: Accounts }): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/users',
      roles: ADMIN,
      summary: 'Make an account of any role.',
      tags,
      body: NewUser,
      reply: UserView,
      status: 201,
      faults: ['EMAIL_EXISTS', 'BUSY'],
    },
    async ({ body }) => view(await accounts.create(body)),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/users',
      roles: ADMIN,
      summary:
        'Everyone with an account: all, those of a role, or those whose name, address or code fits `q`.',
      tags,
      query: UserList,
      reply: paged(UserView),
    },
    async ({ query }) => {
      const { items, nextCursor } = await accounts.list(query);
      return { items: items.map(view), nextCursor };
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/users/:id',
      roles: ADMIN,
      summary: 'One account.',
      tags,
      params: UserPath,
      reply: UserView,
      faults: ['USER_NOT_FOUND'],
    },
    async ({ params }) => view(await accounts.read(params.id)),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/users/:id',
      roles: ADMIN,
      summary: 'Rename, disable or enable an account; disabling ends its log-ins and closes its sockets.',
      tags,
      params: UserPath,
      body: UserPatch,
      reply: UserView,
      faults: ['USER_NOT_FOUND', 'FORBIDDEN'],
    },
    async ({ who, params, body }) => view(await accounts.update(who, params.id, body)),
  ),
];
