import { z } from 'zod';
import { UserId } from '../ids.ts';
import { Role } from '../status.ts';
import { Email, NewPassword, PersonName } from './auth.ts';
import { Paging } from './common.ts';
import { oneLine } from './people.ts';

/** A person as an admin sees one. */
export const UserView = z
  .object({
    id: UserId,
    name: z.string(),
    email: z.string(),
    role: Role,
    disabled: z.boolean(),
    createdAt: z.string(),
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof UserView>;

/** What an admin makes an account from; devices have accounts of their own. */
export const NewUser = z
  .strictObject({
    name: PersonName,
    email: Email,
    password: NewPassword,
    role: z.enum(['teacher', 'student', 'admin']),
  })
  .meta({ id: 'NewUser' });
export type NewUser = z.infer<typeof NewUser>;

export const UserPatch = z
  .strictObject({ name: PersonName.optional(), disabled: z.boolean().optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');
export type UserPatch = z.infer<typeof UserPatch>;

export const UserList = Paging.extend({
  role: Role.optional(),
  /** Whose name or address holds it, or whose code begins with it; in any case of letters. */
  q: oneLine(100).optional(),
});
export const UserPath = z.strictObject({ id: UserId });
