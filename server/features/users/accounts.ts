import { Fault, isFault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { SignUpRole } from '../../../shared/rest/auth.ts';
import type { UserPatch } from '../../../shared/rest/users.ts';
import type { Role } from '../../../shared/status.ts';
import type { Logins } from '../../data/logins.ts';
import type { User, Users } from '../../data/users.ts';
import type { Presence } from '../../domain/audience.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Hashing } from '../auth/hashing.ts';

/** Who is to get an account. */
export type Applicant = { name: string; email: string; password: string; role: Role };

/** What became of the first admin: made now, there already, or not possible (`taken`: somebody else has the address). */
export type FirstAdmin = 'created' | 'exists' | 'taken' | 'not asked for';

/** People's accounts: made by themselves or by an admin, read, renamed, disabled. */
export const createAccounts = ({
  users,
  logins,
  hashing,
  presence,
  signUp,
  clock,
}: {
  users: Users;
  logins: Logins;
  hashing: Hashing;
  presence: Pick<Presence, 'userEnded'>;
  /** The roles that anybody may take by themselves. */
  signUp: readonly string[];
  clock: Clock;
}) => {
  /** EMAIL_EXISTS, BUSY. The caller's schema says which roles may be asked for. */
  const create = async ({ name, email, password, role }: Applicant): Promise<User> => {
    if (await users.findByEmail(email)) throw new Fault('EMAIL_EXISTS'); // spares the hashing; the index decides
    const passwordHash = await hashing.hash(password);
    return await users.create({ name, email, role, passwordHash, createdAt: new Date(clock.now()) });
  };

  const read = async (userId: UserId): Promise<User> => {
    const user = await users.find(userId);
    if (!user?.hasLogin) throw new Fault('USER_NOT_FOUND');
    return user;
  };

  return {
    create,
    read,

    /** An account that somebody makes for themselves. SIGN_UP_CLOSED, EMAIL_EXISTS, BUSY. */
    async signUp(applicant: Applicant): Promise<User> {
      if (!signUp.includes(applicant.role)) throw new Fault('SIGN_UP_CLOSED');
      return await create(applicant);
    },

    /** The roles that anybody may take by themselves; the same for everybody who asks. */
    signUpRoles: (): SignUpRole[] =>
      (['teacher', 'student'] as const).filter((role) => signUp.includes(role)),

    list: users.list,
    /** Whether anybody may log in as admin. */
    hasAdmin: () => users.hasEnabled('admin'),

    /** Everyone who can be put on a roster. */
    students: () => users.allOf('student'),

    /** Renames, disables or enables. Disabling ends every log-in and closes its sockets (AU3); nobody disables themselves. */
    async update(by: Who, userId: UserId, patch: UserPatch): Promise<User> {
      if (patch.disabled === true && by.userId === userId)
        throw new Fault('FORBIDDEN', { text: 'Forbidden, you cannot disable your own account' });
      await read(userId);
      const user = await users.update(userId, patch);
      if (!user) throw new Fault('USER_NOT_FOUND');
      if (patch.disabled === true) {
        await logins.endAllOf(userId, new Date(clock.now()));
        await presence.userEnded(userId);
      }
      return user;
    },

    /** Makes the admin of the configuration when nobody can log in as admin yet. Safe on several instances at once. */
    async ensureFirstAdmin(config: {
      ADMIN_EMAIL?: string | undefined;
      ADMIN_PASSWORD?: string | undefined;
    }): Promise<FirstAdmin> {
      const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = config;
      if (email === undefined || password === undefined) return 'not asked for';
      if (await users.hasEnabled('admin')) return 'exists';
      try {
        await create({ name: 'Administrator', email, password, role: 'admin' });
        return 'created';
      } catch (error) {
        if (!isFault(error, 'EMAIL_EXISTS')) throw error;
        return (await users.hasEnabled('admin')) ? 'exists' : 'taken';
      }
    },
  };
};
export type Accounts = ReturnType<typeof createAccounts>;
