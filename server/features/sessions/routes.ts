import {
  Cancellation,
  NewSession,
  SessionPage,
  SessionPath,
  SessionQuery,
  SessionView,
} from '../../../shared/rest/sessions.ts';
import { type Route, route } from '../../rest/route.ts';
import type { SessionService } from './service.ts';

const STAFF = ['teacher', 'admin'] as const;
const MEMBERS = ['teacher', 'student', 'admin'] as const;
const tags = ['sessions'];

/** `/api/v1/sessions`. */
export const sessionRoutes = ({ sessions }: { sessions: SessionService }): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/sessions',
      roles: STAFF,
      summary: 'Start a session in a class.',
      description:
        'A class has one live session at most; when there is one, `details` of the 409 name it. It closes by itself ' +
        'at `closesAt`, or `minutes` after its start, or after the longest time that is allowed.',
      tags,
      body: NewSession,
      reply: SessionView,
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
    async ({ who, body }) => await sessions.start(who, body),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sessions',
      roles: MEMBERS,
      summary: 'The sessions of a class, or of all that one belongs to, the newest first.',
      tags,
      query: SessionQuery,
      reply: SessionPage,
      faults: ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NOT_ENROLLED'],
    },
    async ({ who, query }) => await sessions.list(who, query),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sessions/:id',
      roles: MEMBERS,
      summary: 'One session of a class that you belong to.',
      tags,
      params: SessionPath,
      reply: SessionView,
      faults: ['SESSION_NOT_FOUND'],
    },
    async ({ who, params }) => await sessions.read(who, params.id),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/sessions/:id/close',
      roles: STAFF,
      summary: 'Finish a session: DONE. Again = the same answer.',
      tags,
      params: SessionPath,
      reply: SessionView,
      faults: ['SESSION_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_ENDED', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params }) => await sessions.close(who, params.id),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/sessions/:id/cancel',
      roles: STAFF,
      summary: 'Cancel a live session: it counts nowhere. Again = the same answer.',
      tags,
      params: SessionPath,
      body: Cancellation.optional(),
      reply: SessionView,
      faults: ['SESSION_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_ENDED'],
    },
    async ({ who, params, body }) => await sessions.cancel(who, params.id, body?.reason),
  ),
];
