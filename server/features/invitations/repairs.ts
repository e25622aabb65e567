import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { PasswordByLink } from '../../../shared/rest/invitations.ts';
import type { Audit } from '../../data/audit.ts';
import type { Invitations } from '../../data/invitations.ts';
import type { Logins } from '../../data/logins.ts';
import type { Passkeys } from '../../data/passkeys.ts';
import type { User, Users } from '../../data/users.ts';
import type { Presence } from '../../domain/audience.ts';
import type { Who } from '../../domain/who.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { Hashing } from '../auth/hashing.ts';
import { hashOf, mustStillStand, type OneTime, putOneTime } from './one-time.ts';

/** How long a link for a new password waits, in ms: 3 days. Who forgot it comes for it; what lies about opens an account. */
const LIFE_MS = 3 * 86_400_000;

/** What administrators do for people who cannot get into their account, or whose account somebody else got into. */
export const createRepairs = ({
  invitations,
  users,
  logins,
  passkeys,
  audit,
  presence,
  hashing,
  clock,
  checkpoint,
}: {
  invitations: Invitations;
  users: Pick<Users, 'find' | 'credentials' | 'stillHolds' | 'changePassword' | 'takeLogin'>;
  logins: Pick<Logins, 'endAllOf'>;
  passkeys: Pick<Passkeys, 'removeAllOf'>;
  audit: Pick<Audit, 'add' | 'retract'>;
  presence: Pick<Presence, 'userEnded'>;
  hashing: Pick<Hashing, 'hash'>;
  clock: Clock;
  checkpoint: Checkpoint;
}) => {
  const noted = ({ id, name, email }: User, by: UserId, action: string) =>
    audit.add({ at: isoNow(clock), by, action, about: id, was: { name, email } });

  const endLogins = async (userId: UserId) => {
    await logins.endAllOf(userId, new Date(clock.now()));
    await presence.userEnded(userId);
  };

  return {
    /**
     * A link with which somebody sets a new password; the old one is good until then. It voids an earlier link.
     * USER_NOT_FOUND, ACCOUNT_DISABLED; FORBIDDEN for one's own account, which needs the present password (AC7).
     */
    async passwordLink(by: Pick<Who, 'userId'>, userId: UserId): Promise<OneTime> {
      if (by.userId === userId)
        throw new Fault('FORBIDDEN', { text: 'Forbidden, another admin makes the link for your account' });
      const account = await users.credentials({ userId });
      if (!account) throw new Fault('USER_NOT_FOUND');
      const { user, generation } = account;
      if (user.disabled) throw new Fault('ACCOUNT_DISABLED');
      await noted(user, by.userId, 'PASSWORD_LINK_MADE');
      return await putOneTime({ invitations, clock }, by.userId, { userId, generation }, LIFE_MS);
    },

    /** Sets a password by such a link and ends every log-in of the account; of two at once one does. INVITATION_INVALID, BUSY. */
    async setPassword({ invitation, password }: PasswordByLink): Promise<User> {
      const hash = hashOf(invitation);
      const invited = await invitations.find(hash, new Date(clock.now()));
      // A password that was changed since, by whatever, is not the one that this link was made for.
      if (!invited || invited.generation === null) throw new Fault('INVITATION_INVALID');
      const { userId, generation } = invited;
      const user = await users.find(userId);
      if (!user || !(await users.stillHolds(userId, generation))) throw new Fault('INVITATION_INVALID');
      const passwordHash = await hashing.hash(password);
      await checkpoint('link:hashed');
      await mustStillStand({ invitations, clock }, hash);
      const lineId = await noted(user, userId, 'PASSWORD_SET_BY_LINK');
      // Before it is used up: whatever fails later, nobody is left in the account whom this was to put out.
      await endLogins(userId);
      if (!(await users.changePassword(userId, generation, passwordHash))) {
        await audit.retract(lineId);
        throw new Fault('INVITATION_INVALID');
      }
      await checkpoint('new-password:set');
      await invitations.remove(userId, hash);
      // Once more: they may have logged in with the old one in the meantime.
      await endLogins(userId);
      return user;
    },

    /**
     * Takes the log-in of a student or a teacher away: address, password, passkeys, log-ins and links. They stay, with
     * classes and records, and can be invited anew. USER_NOT_FOUND; FORBIDDEN for admins, who are known by nothing else.
     */
    async takeLogin(by: Pick<Who, 'userId'>, userId: UserId): Promise<void> {
      const user = await users.find(userId);
      if (!user?.hasLogin) throw new Fault('USER_NOT_FOUND');
      if (user.role !== 'student' && user.role !== 'teacher')
        throw new Fault('FORBIDDEN', { text: 'Forbidden, disable this account instead' });
      const lineId = await noted(user, by.userId, 'LOGIN_TAKEN_AWAY');
      // The log-in itself last: until then the request can be sent again after a failure.
      await invitations.remove(userId);
      await passkeys.removeAllOf(userId);
      await endLogins(userId);
      if (!(await users.takeLogin(userId))) {
        await audit.retract(lineId);
        throw new Fault('USER_NOT_FOUND');
      }
      // Once more: they may have logged in or added a passkey in the meantime.
      await passkeys.removeAllOf(userId);
      await endLogins(userId);
    },
  };
};
export type Repairs = ReturnType<typeof createRepairs>;
