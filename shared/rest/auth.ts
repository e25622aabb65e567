import { z } from 'zod';
import { UserId } from '../ids.ts';
import { Role } from '../status.ts';

/** bcrypt reads no further than this, in bytes of UTF-8; a longer password would be cut without a word. */
export const MAX_PASSWORD_BYTES = 72;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** Compared and kept in lower case. */
export const Email = z.email().max(254).toLowerCase();
/** What people call somebody. */
export const PersonName = z.string().trim().min(1).max(200);
/** A password that is being set: 6 characters to 72 bytes. */
export const NewPassword = z
  .string()
  .min(6, 'must have at least 6 characters')
  .refine((text) => bytesOf(text) <= MAX_PASSWORD_BYTES, `must have at most ${MAX_PASSWORD_BYTES} bytes`);
/** A password that is being tried. */
const TriedPassword = z.string().min(1).max(1024);

/** Nobody signs up as admin or device. */
const SignUpRole = z.enum(['teacher', 'student']);
export type SignUpRole = z.infer<typeof SignUpRole>;

export const SignUp = z
  .strictObject({
    name: PersonName,
    email: Email,
    password: NewPassword,
    role: SignUpRole,
  })
  .meta({ id: 'SignUp' });
export type SignUp = z.infer<typeof SignUp>;

/** The roles in which people may make an account for themselves here; none where the school makes them all. */
export const SignUpRoles = z.object({ roles: z.array(SignUpRole) }).meta({ id: 'SignUpRoles' });
export type SignUpRoles = z.infer<typeof SignUpRoles>;

export const LogIn = z.strictObject({ email: Email, password: TriedPassword }).meta({ id: 'LogIn' });
export type LogIn = z.infer<typeof LogIn>;

/** A person as they see themselves. */
export const Me = z
  .object({ id: UserId, name: z.string(), email: z.string(), role: Role })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

/** A short access token, and a refresh token that is good for one use. Times are ISO 8601 UTC. */
export const Tokens = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresAt: z.string(),
    refreshExpiresAt: z.string(),
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.infer<typeof Tokens>;

export const LoggedIn = Tokens.extend({ user: Me }).meta({ id: 'LoggedIn' });
export type LoggedIn = z.infer<typeof LoggedIn>;

/** What the web app gets: its log-in itself stays in a cookie that no script can read. */
export const WebSession = Tokens.pick({ accessToken: true, tokenType: true, expiresAt: true })
  .extend({
    user: Me,
    /** The school's (IANA name): in it calendar days are counted, wherever the browser is. */
    timeZone: z.string(),
    /** The longest that a session may stay open, and what it gets where nothing is asked for. */
    maxSessionMinutes: z.number(),
  })
  .meta({ id: 'WebSession' });
export type WebSession = z.infer<typeof WebSession>;

export const Refresh = z.strictObject({ refreshToken: z.string().min(1).max(512) });
export const PasswordChange = z.strictObject({ currentPassword: TriedPassword, newPassword: NewPassword });
export type PasswordChange = z.infer<typeof PasswordChange>;

/** Opens one socket (`/ws?ticket=…`) before it runs out. */
export const SocketTicket = z.object({ ticket: z.string(), expiresAt: z.string() });
/** How many other log-ins a change of password has ended. */
export const PasswordChanged = z.object({ endedLogins: z.int() });
export const LoggedOut = z.object({ loggedOut: z.literal(true) });
