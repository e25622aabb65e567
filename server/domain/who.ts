import type { ClassId, LoginId, UserId } from '../../shared/ids.ts';
import type { Role } from '../../shared/status.ts';

/** On whose behalf a request or a message arrives. */
export type Who = {
  readonly userId: UserId;
  readonly role: Role;
  /** The log-in that the token belongs to; whatever ends it closes its sockets (AU3). */
  readonly loginId: LoginId;
  /** When the token ends, milliseconds since 1970. */
  readonly expiresAt: number;
};

/** How a user belongs to a class. */
export type Belonging = 'staff' | 'students';

/** The classes of one user. */
export type Memberships = { readonly staff: readonly ClassId[]; readonly students: readonly ClassId[] };
