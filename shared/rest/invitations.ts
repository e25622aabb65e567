import { z } from 'zod';
import { UserId } from '../ids.ts';
import { Email, NewPassword } from './auth.ts';

/** Shown this once; `expiresAt` is ISO 8601 UTC. */
export const Invitation = z
  .object({ invitation: z.string(), expiresAt: z.string() })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

/** What stands in a link. */
const InLink = z.string().min(1).max(128);
export const InvitationAsked = z.strictObject({ invitation: InLink });

/** Whose a link is, by the name alone, and what it does: makes their account, or sets a new password for it. */
export const Invited = z
  .object({ name: z.string(), purpose: z.enum(['account', 'password']) })
  .meta({ id: 'Invited' });
export type Invited = z.infer<typeof Invited>;

/** What turns somebody without a log-in into somebody with one. */
export const Claim = z
  .strictObject({ invitation: InLink, email: Email, password: NewPassword })
  .meta({ id: 'Claim' });
export type Claim = z.infer<typeof Claim>;

/** What sets a new password for somebody who has forgotten theirs. */
export const PasswordByLink = z
  .strictObject({ invitation: InLink, password: NewPassword })
  .meta({ id: 'PasswordByLink' });
export type PasswordByLink = z.infer<typeof PasswordByLink>;

export const LoginTaken = z.object({ id: UserId });
