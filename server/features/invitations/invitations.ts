import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { Claim } from '../../../shared/rest/invitations.ts';
import type { Invitations } from '../../data/invitations.ts';
import type { Kind } from '../../data/people.ts';
import type { User, Users } from '../../data/users.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Hashing } from '../auth/hashing.ts';
import type { PeopleService } from '../people/people.ts';

/** How long an invitation waits to be used, in ms: 14 days. */
const LIFE_MS = 14 * 86_400_000;

const hashOf = (invitation: string) => createHash('sha256').update(invitation).digest('base64url');

/** One-time invitations that turn people whom the school knows into people with an account, under the same id (SC5). */
export const createInvitationService = ({
  invitations,
  people,
  users,
  hashing,
  clock,
}: {
  invitations: Invitations;
  people: Pick<PeopleService, 'read'>;
  users: Pick<Users, 'claim' | 'findByEmail'>;
  hashing: Pick<Hashing, 'hash'>;
  clock: Clock;
}) => ({
  /** A new invitation, which voids an earlier one; `expiresAt` in ms since 1970. HAS_LOGIN. */
  async invite(
    by: Pick<Who, 'userId'>,
    kind: Kind,
    id: UserId,
  ): Promise<{ invitation: string; expiresAt: number }> {
    const person = await people.read(kind, id);
    if (person.hasLogin) throw new Fault('HAS_LOGIN');
    const invitation = randomBytes(32).toString('base64url');
    const now = clock.now();
    const expiresAt = now + LIFE_MS;
    await invitations.put(id, {
      hash: hashOf(invitation),
      invitedBy: by.userId,
      createdAt: new Date(now),
      expiresAt: new Date(expiresAt),
    });
    return { invitation, expiresAt };
  },

  /** Makes the account; of two at once one gets it. INVITATION_INVALID, EMAIL_EXISTS (then it may be tried again), BUSY. */
  async claim({ invitation, email, password }: Claim): Promise<User> {
    const invited = await invitations.find(hashOf(invitation), new Date(clock.now()));
    if (invited === null) throw new Fault('INVITATION_INVALID');
    const owner = await users.findByEmail(email); // spares the hashing; the index decides
    if (owner && owner.id !== invited) throw new Fault('EMAIL_EXISTS');
    const user = await users.claim(invited, email, await hashing.hash(password));
    if (!user) throw new Fault('INVITATION_INVALID');
    await invitations.remove(invited);
    return user;
  },
});
export type InvitationService = ReturnType<typeof createInvitationService>;
