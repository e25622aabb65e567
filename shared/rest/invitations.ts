import { z } from 'zod';
import { Email, NewPassword } from './auth.ts';

/** Shown this once; `expiresAt` is ISO 8601 UTC. */
export const Invitation = z
  .object({ invitation: z.string(), expiresAt: z.string() })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

/** What turns somebody without a log-in into somebody with one. */
export const Claim = z
  .strictObject({ invitation: z.string().min(1).max(128), email: Email, password: NewPassword })
  .meta({ id: 'Claim' });
export type Claim = z.infer<typeof Claim>;
