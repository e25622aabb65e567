import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { Invitations, Invited } from '../../data/invitations.ts';
import type { Clock } from '../../kit/clock.ts';

/** What an invitation and a link for a new password have in common: shown once, kept by hash, one for each person. */
export type OneTime = { readonly invitation: string; readonly expiresAt: number };

export const hashOf = (invitation: string): string =>
  createHash('sha256').update(invitation).digest('base64url');

/** A new link that is good for `lifeMs`, in the place of an earlier one of the person; `expiresAt` in ms since 1970. */
export const putOneTime = async (
  { invitations, clock }: { invitations: Pick<Invitations, 'put'>; clock: Clock },
  by: UserId,
  whom: Invited,
  lifeMs: number,
): Promise<OneTime> => {
  const invitation = randomBytes(32).toString('base64url');
  const now = clock.now();
  const expiresAt = now + lifeMs;
  await invitations.put(whom, {
    hash: hashOf(invitation),
    invitedBy: by,
    createdAt: new Date(now),
    expiresAt: new Date(expiresAt),
  });
  return { invitation, expiresAt };
};

/**
 * Looks once more, after the hashing: that may have taken its time, and a newer link voids this one from the moment at
 * which it was made. INVITATION_INVALID.
 */
export const mustStillStand = async (
  { invitations, clock }: { invitations: Pick<Invitations, 'find'>; clock: Clock },
  hash: string,
): Promise<void> => {
  if ((await invitations.find(hash, new Date(clock.now()))) === null) throw new Fault('INVITATION_INVALID');
};
