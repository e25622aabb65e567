import type { ClassId, SessionId, UserId } from '../../../shared/ids.ts';
import {
  NewPasskey,
  PasskeyFor,
  PasskeyGone,
  PasskeyList,
  PasskeyPatch,
  PasskeyPath,
  PasskeyView,
  WebAuthnOptions,
} from '../../../shared/rest/passkeys.ts';
import { type Route, route } from '../../rest/route.ts';
import type { PasskeyService } from './passkeys.ts';

const roles = ['student'] as const;
const tags = ['passkeys'];

/** What the passkeys' routes call. */
export type PasskeyRoutes = {
  passkeys: PasskeyService;
  /** The live session that takes passkeys and that a student means. */
  passkeySession: (
    userId: UserId,
    where: { classId?: ClassId | undefined; sessionId?: SessionId | undefined },
  ) => Promise<SessionId>;
};

/** `/api/v1/passkeys`. */
export const passkeyRoutes = ({ passkeys, passkeySession }: PasskeyRoutes): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/passkeys/options',
      roles,
      summary: 'Options to make a passkey on this device; they hold for 2 minutes.',
      tags,
      reply: WebAuthnOptions,
      limit: { perMinute: 20, by: 'account' },
    },
    async ({ who }) => ({ ...(await passkeys.registration(who.userId)) }),
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/passkeys/verify',
      roles,
      summary: 'Register the passkey that the device has made.',
      tags,
      body: NewPasskey,
      reply: PasskeyView,
      status: 201,
      faults: ['CHALLENGE_OVER', 'PASSKEY_REFUSED', 'PASSKEY_EXISTS'],
      limit: { perMinute: 20, by: 'account' },
    },
    async ({ who, body }) => await passkeys.register(who.userId, body.response, body.name),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/passkeys',
      roles,
      summary: 'Your passkeys.',
      tags,
      reply: PasskeyList,
    },
    async ({ who }) => ({ items: await passkeys.list(who.userId) }),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/passkeys/:id',
      roles,
      summary: 'Give one of your passkeys another name.',
      tags,
      params: PasskeyPath,
      body: PasskeyPatch,
      reply: PasskeyView,
      faults: ['PASSKEY_NOT_FOUND'],
    },
    async ({ who, params, body }) => await passkeys.rename(who.userId, params.id, body.name),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/passkeys/:id',
      roles,
      summary: 'Revoke one of your passkeys.',
      tags,
      params: PasskeyPath,
      reply: PasskeyGone,
      faults: ['PASSKEY_NOT_FOUND'],
    },
    async ({ who, params }) => {
      await passkeys.revoke(who.userId, params.id);
      return { id: params.id };
    },
  ),
  route(
    {
      method: 'post',
      path: '/api/v1/passkeys/check-in-options',
      roles,
      summary: 'Options to check in to one session by passkey; they hold for 2 minutes and one answer.',
      tags,
      body: PasskeyFor,
      reply: WebAuthnOptions,
      faults: [
        'PASSKEY_NEEDED',
        'METHOD_NOT_TAKEN',
        'NOT_ENROLLED',
        'SESSION_NOT_FOUND',
        'NO_ACTIVE_SESSION',
      ],
      limit: { perMinute: 20, by: 'account' },
    },
    async ({ who, body }) => {
      const sessionId = await passkeySession(who.userId, body);
      return { ...(await passkeys.challenge(who.userId, sessionId)) };
    },
  ),
];
