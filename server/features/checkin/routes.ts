import type { FaultCode } from '../../../shared/faults.ts';
import type { ClassId, SessionId, UserId } from '../../../shared/ids.ts';
import {
  BleTokenView,
  CheckedInView,
  CheckInBody,
  CheckInSessionPath,
  CodeView,
  QrView,
  RestBody,
  RestView,
  ScannedToken,
  ScanTicket,
} from '../../../shared/rest/checkin.ts';
import type { SessionRecord } from '../../data/sessions.ts';
import type { Who } from '../../domain/who.ts';
import { type Route, route } from '../../rest/route.ts';
import type { MarkRest } from './mark-rest.ts';
import type { CheckInService } from './service.ts';

const STAFF = ['teacher', 'admin'] as const;
const STUDENTS = ['student'] as const;
const SHOWN: readonly FaultCode[] = [
  'SESSION_NOT_FOUND',
  'NOT_CLASS_TEACHER',
  'SESSION_ENDED',
  'METHOD_NOT_TAKEN',
];

/** What the check-in routes call. */
export type CheckInRoutes = {
  checkIn: {
    service: CheckInService;
    rest: MarkRest;
    attends: (userId: UserId) => Promise<readonly ClassId[]>;
    ticketFor: (token: string) => Promise<{ ticket: string; scannedAt: string; expiresAt: string }>;
    asStaff: (who: Who, id: SessionId) => Promise<SessionRecord>;
    code: (who: Who, id: SessionId) => Promise<{ code: string; expiresAt: string }>;
    qr: (who: Who, id: SessionId) => Promise<QrView>;
    ble: (
      who: Who,
      id: SessionId,
    ) => Promise<{ tokenValue: string; createdAt: string; expiresAt: string; stepSeconds: number }>;
  };
};

/** `/api/v1/attendance/checkin` and what a live session shows for it. */
export const checkInRoutes = ({ checkIn }: CheckInRoutes): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/attendance/checkin',
      roles: STUDENTS,
      summary: 'Check in with a proof of one method; again = the first answer.',
      tags: ['attendance'],
      body: CheckInBody,
      reply: CheckedInView,
      faults: [
        'INVALID_CODE',
        'CODE_EXPIRED',
        'TOKEN_INVALID',
        'TOKEN_EXPIRED',
        'TICKET_INVALID',
        'TICKET_USED',
        'PASSKEY_REFUSED',
        'CHALLENGE_OVER',
        'CHECK_IN_CLOSED',
        'METHOD_NOT_TAKEN',
        'NOT_ENROLLED',
        'SESSION_NOT_FOUND',
        'NO_ACTIVE_SESSION',
        'CLASS_AMBIGUOUS',
        'RATE_LIMITED',
        'REGISTER_UNAVAILABLE',
      ],
    },
    async ({ who, body }) => {
      const { userId } = who;
      return await checkIn.service.checkIn({ userId, attends: () => checkIn.attends(userId) }, body);
    },
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/attendance/scan-ticket',
      roles: 'public',
      summary:
        'Bind a scanned QR token to this moment; the ticket counts once, within 10 minutes, after logging in.',
      tags: ['attendance'],
      body: ScannedToken,
      reply: ScanTicket,
      faults: ['TOKEN_INVALID', 'TOKEN_EXPIRED', 'RATE_LIMITED'],
      limit: { perMinute: 1200, by: 'ip' },
    },
    async ({ body }) => await checkIn.ticketFor(body.token),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sessions/:id/code',
      roles: STAFF,
      summary: 'The numeric code of a live session.',
      tags: ['sessions'],
      params: CheckInSessionPath,
      reply: CodeView,
      faults: SHOWN,
    },
    async ({ who, params }) => await checkIn.code(who, params.id),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sessions/:id/qr',
      roles: STAFF,
      summary: 'The QR token and the short text of this moment; fetch the next at `validUntil`.',
      tags: ['sessions'],
      params: CheckInSessionPath,
      reply: QrView,
      faults: SHOWN,
    },
    async ({ who, params }) => await checkIn.qr(who, params.id),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sessions/:id/ble-token',
      roles: STAFF,
      summary: 'The token to advertise in this window; fetch the next at `expiresAt`.',
      tags: ['sessions'],
      params: CheckInSessionPath,
      reply: BleTokenView,
      faults: SHOWN,
    },
    async ({ who, params }) => await checkIn.ble(who, params.id),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/sessions/:id/mark-rest',
      roles: STAFF,
      summary: 'Mark everyone who is unmarked; a repeated `opId` changes nothing more.',
      tags: ['sessions'],
      params: CheckInSessionPath,
      body: RestBody,
      reply: RestView,
      faults: ['SESSION_NOT_FOUND', 'NOT_CLASS_TEACHER', 'NO_ACTIVE_SESSION', 'SESSION_CHANGED'],
    },
    async ({ who, params, body }) => {
      const { classId, id: sessionId } = await checkIn.asStaff(who, params.id);
      return await checkIn.rest({ classId, sessionId, by: who.userId, ...body });
    },
  ),
];
