import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { Claim, Invited } from '../../../shared/rest/invitations.ts';
import type { Invitations } from '../../data/invitations.ts';
import type { Kind } from '../../data/people.ts';
import type { User, Users } from '../../data/users.ts';
import type { Who } from '../../domain/who.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Hashing } from '../auth/hashing.ts';
import type { PeopleService } from '../people/people.ts';
import { hashOf, mustStillStand, type OneTime, putOneTime } from './one-time.ts';

/** How long an invitation waits to be used, in ms: 14 days. */
const LIFE_MS = 14 * 86_400_000;

/** One-time invitations that turn people whom the school knows into people with an account, under the same id (SC5). */
export const createInvitationService = ({
  invitations,
  people,
  users,
  hashing,
  clock,
  checkpoint,
}: {
  invitations: Invitations;
  people: Pick<PeopleService, 'read'>;
  users: Pick<Users, 'claim' | 'find' | 'findByEmail' | 'stillHolds'>;
  hashing: Pick<Hashing, 'hash'>;
  clock: Clock;
  checkpoint: Checkpoint;
}) => ({
  /** A new invitation, which voids an earlier one. HAS_LOGIN. */
  async invite(by: Pick<Who, 'userId'>, kind: Kind, id: UserId): Promise<OneTime> {
    const person = await people.read(kind, id);
    if (person.hasLogin) throw new Fault('HAS_LOGIN');
    return await putOneTime({ invitations, clock }, by.userId, { userId: id, generation: null }, LIFE_MS);
  },

  /** Whose it is and what it does, so that nobody takes another's by mistake; of both kinds. INVITATION_INVALID. */
  async whose(invitation: string): Promise<Invited> {
    const invited = await invitations.find(hashOf(invitation), new Date(clock.now()));
    const user = invited && (await users.find(invited.userId));
    if (!invited || !user || user.disabled) throw new Fault('INVITATION_INVALID');
    const { generation } = invited;
    const isGood = generation === null ? !user.hasLogin : await users.stillHolds(user.id, generation);
    if (!isGood) throw new Fault('INVITATION_INVALID');
    return { name: user.name, purpose: generation === null ? 'account' : 'password' };
  },

  /** Makes the account; of two at once one gets it. INVITATION_INVALID, EMAIL_EXISTS (then it may be tried again), BUSY. */
  async claim({ invitation, email, password }: Claim): Promise<User> {
    const hash = hashOf(invitation);
    const invited = await invitations.find(hash, new Date(clock.now()));
    if (invited?.generation !== null) throw new Fault('INVITATION_INVALID');
    const { userId } = invited;
    const owner = await users.findByEmail(email); // spares the hashing; the index decides
    if (owner && owner.id !== userId) throw new Fault('EMAIL_EXISTS');
    const passwordHash = await hashing.hash(password);
    await checkpoint('link:hashed');
    await mustStillStand({ invitations, clock }, hash);
    const user = await users.claim(userId, email, passwordHash);
    if (!user) throw new Fault('INVITATION_INVALID');
    await invitations.remove(userId, hash);
    return user;
  },
});
export type InvitationService = ReturnType<typeof createInvitationService>;
