import { randomBytes } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { LoginId, UserId } from '../../../shared/ids.ts';
import type { PasswordChange } from '../../../shared/rest/auth.ts';
import type { Login, Logins } from '../../data/logins.ts';
import type { User, Users } from '../../data/users.ts';
import type { Presence } from '../../domain/audience.ts';
import type { Who } from '../../domain/who.ts';
import { addressKey } from '../../kit/address.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import type { Clock } from '../../kit/clock.ts';
import { createGatheredRead } from '../../kit/gathered-read.ts';
import type { Hashing } from './hashing.ts';
import { keyed } from './keys.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { Throttle } from './throttle.ts';
import type { Tokens } from './tokens.ts';
import { createWebCookies } from './web-cookies.ts';

/** The life of a log-in at the root paths, in seconds: one day, and no refresh. */
const ROOT_TTL = 86_400;

/** What a log-in gives. `refreshToken` is null at the root paths. Times are in ms since 1970. */
export type Grant = {
  readonly user: User;
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly refreshToken: string | null;
  /** What a browser keeps of a log-in of the web app; null for others. */
  readonly cookie: string | null;
  readonly refreshExpiresAt: number;
};

export type AuthDeps = {
  users: Users;
  logins: Logins;
  hashing: Hashing;
  tokens: Tokens;
  refreshTokens: RefreshTokens;
  throttle: Throttle;
  presence: Pick<Presence, 'loginEnded'>;
  clock: Clock;
  secret: string;
  config: { ACCESS_TOKEN_TTL: number; REFRESH_TOKEN_TTL: number };
  checkpoint: Checkpoint;
};

/** Log-in, its tokens and its end. */
export const createAuth = (deps: AuthDeps) => {
  const { users, logins, hashing, tokens, refreshTokens, throttle, presence, clock, config } = deps;
  const webCookies = createWebCookies({ secret: deps.secret });
  const fingerprint = keyed(deps.secret, 'address');
  const now = () => new Date(clock.now());

  const grant = (user: User, login: Login): Grant => {
    const end = login.expiresAt.getTime();
    const life = login.generation === null && !login.web ? ROOT_TTL : config.ACCESS_TOKEN_TTL;
    // A token counts whole seconds; say the end that it really has.
    const expiresAt = Math.floor(Math.min(clock.now() + life * 1000, end) / 1000) * 1000;
    const who: Who = { userId: user.id, role: user.role, loginId: login.id, expiresAt };
    return {
      user,
      accessToken: tokens.issue(who),
      expiresAt,
      refreshToken: login.generation === null ? null : refreshTokens.mint(login, login.generation),
      cookie: login.web ? webCookies.mint(login) : null,
      refreshExpiresAt: end,
    };
  };

  /** Compares a password under the throttle; only a wrong one stays counted. */
  const tried = async (
    email: string,
    password: string,
    address: string,
    hash: () => Promise<string | null>,
  ): Promise<boolean> => {
    const isKnown = async () => {
      const user = await users.findByEmail(email);
      return user !== null && (await logins.knownFrom(user.id, fingerprint(addressKey(address))));
    };
    const attempt = await throttle.attempt(email, address, isKnown);
    let wrong = false;
    try {
      wrong = !(await hashing.matches(password, await hash()));
      return !wrong;
    } finally {
      if (!wrong) await attempt.giveBack();
    }
  };

  /** Ends a log-in and closes its sockets (AU3). May be repeated. */
  const end = async (loginId: Login['id']) => {
    await logins.end(loginId, now());
    await presence.loginEnded(loginId);
  };

  const loginOf = createGatheredRead(async (ids: readonly LoginId[]) => {
    const found = new Map((await logins.findMany(ids)).map((login) => [login.id, login]));
    return (id: LoginId) => found.get(id);
  });
  const userOf = createGatheredRead(async (ids: readonly UserId[]) => {
    const found = new Map((await users.findMany(ids)).map((user) => [user.id, user]));
    return (id: UserId) => found.get(id);
  });

  /** Whether the log-in has not ended and its user is enabled, in the same role. */
  const isAlive = async (who: Pick<Who, 'userId' | 'loginId' | 'role'>): Promise<boolean> => {
    const [login, user] = await Promise.all([loginOf(who.loginId), userOf(who.userId)]);
    if (!login || !user) return false;
    const lives = login.endedAt === null && login.expiresAt.getTime() > clock.now();
    return lives && login.userId === who.userId && !user.disabled && user.role === who.role;
  };

  /** The log-in that a browser's cookie is of; null for a cookie that is not ours. */
  const webLogin = async (cookie: string | undefined): Promise<Login | null> => {
    const claim = webCookies.read(cookie ?? '');
    const login = claim && (await logins.find(claim.loginId));
    return claim && login?.web && webCookies.proves(login, claim.proof) ? login : null;
  };

  return {
    /**
     * The address behind a name that somebody logs in with: their own, or that of their code; else the name itself. In
     * small letters, as tries are counted: another way to write an address is no other account (AC1, AC4).
     */
    async addressOf(name: string): Promise<string> {
      const address = name.includes('@') ? name : await users.addressOfCode(name);
      return (address ?? name).toLowerCase();
    },

    /** INVALID_CREDENTIALS, whether it is the address or the password; RATE_LIMITED; ACCOUNT_DISABLED; BUSY. */
    async logIn(
      { email, password }: { email: string; password: string },
      from: { address: string; kind: 'root' | 'api' | 'web' },
    ): Promise<Grant> {
      let found: Awaited<ReturnType<Users['credentials']>> = null;
      const right = await tried(email, password, from.address, async () => {
        found = await users.credentials({ email });
        return found?.passwordHash ?? null;
      });
      const account = found as Awaited<ReturnType<Users['credentials']>>;
      if (!right || account === null) throw new Fault('INVALID_CREDENTIALS');
      if (account.user.disabled) throw new Fault('ACCOUNT_DISABLED');
      const life = from.kind === 'root' ? ROOT_TTL : config.REFRESH_TOKEN_TTL;
      const login = await logins.create({
        userId: account.user.id,
        kind: from.kind,
        nonce: randomBytes(16).toString('base64url'),
        from: fingerprint(addressKey(from.address)),
        createdAt: now(),
        expiresAt: new Date(clock.now() + life * 1000),
      });
      // A new password or a disabling that came while we compared has not seen this log-in: look again.
      if (!(await users.stillHolds(account.user.id, account.generation))) {
        await logins.end(login.id, now());
        throw new Fault('INVALID_CREDENTIALS');
      }
      return grant(account.user, login);
    },

    /** The next token of a family. One that was used before ends the family: REFRESH_REUSED. Else UNAUTHORIZED. */
    async refresh(token: string): Promise<Grant> {
      const claim = refreshTokens.read(token);
      const login = claim && (await logins.find(claim.loginId));
      if (!claim || !login || login.generation === null || !refreshTokens.proves(login, claim))
        throw new Fault('UNAUTHORIZED');
      const user = await users.find(login.userId);
      if (!user || user.disabled || login.endedAt !== null || login.expiresAt <= now())
        throw new Fault('UNAUTHORIZED');
      const expiresAt = new Date(clock.now() + config.REFRESH_TOKEN_TTL * 1000);
      const next = await logins.rotate(login.id, claim.generation, now(), expiresAt);
      if (next) return grant(user, next);
      // Used before, or twice at once: one of the two holders has stolen it, and we cannot tell which.
      await end(login.id);
      throw new Fault('REFRESH_REUSED');
    },

    /** A fresh access token for the browser that has this cookie, whose log-in then lives on. UNAUTHORIZED. */
    async renew(cookie: string | undefined): Promise<Grant> {
      const login = await webLogin(cookie);
      const user = login && (await users.find(login.userId));
      if (!user || user.disabled) throw new Fault('UNAUTHORIZED');
      const expiresAt = new Date(clock.now() + config.REFRESH_TOKEN_TTL * 1000);
      const extended = await logins.extend(login.id, now(), expiresAt);
      if (!extended) throw new Fault('UNAUTHORIZED');
      return grant(user, extended);
    },

    /** Ends the log-in of the browser that has this cookie; where there is none it has ended already. */
    async leave(cookie: string | undefined): Promise<void> {
      const login = await webLogin(cookie);
      if (login) await end(login.id);
    },

    /** Ends the log-in that the request came with. */
    logOut: (who: Who): Promise<void> => end(who.loginId),

    /** USER_NOT_FOUND when the account is gone. */
    async me(who: Who): Promise<User> {
      const user = await users.find(who.userId);
      if (!user) throw new Fault('USER_NOT_FOUND');
      return user;
    },

    /** Sets a new password and ends every other log-in of the user; answers with how many. WRONG_PASSWORD. */
    async changePassword(who: Who, change: PasswordChange, address: string): Promise<number> {
      const account = await users.credentials({ userId: who.userId });
      if (!account) throw new Fault('USER_NOT_FOUND');
      const hash = async () => account.passwordHash;
      if (!(await tried(account.user.email ?? '', change.currentPassword, address, hash)))
        throw new Fault('WRONG_PASSWORD');
      const passwordHash = await hashing.hash(change.newPassword);
      const endOthers = async (): Promise<number> => {
        const ended = await logins.endAllOf(who.userId, now(), who.loginId);
        await Promise.all(ended.map((loginId) => presence.loginEnded(loginId)));
        return ended.length;
      };
      // First: once the password is another one this cannot be sent again, and nobody may be left in whom it was to put out.
      const before = await endOthers();
      if (!(await users.changePassword(who.userId, account.generation, passwordHash)))
        throw new Fault('WRONG_PASSWORD'); // somebody else changed it first
      await deps.checkpoint('new-password:set');
      return before + (await endOthers());
    },

    /** On whose behalf a token speaks, if its log-in lives and its account is enabled; else UNAUTHORIZED (AU3). */
    async authenticate(token: string): Promise<Who> {
      const who = tokens.verify(token);
      if (!who || !(await isAlive(who))) throw new Fault('UNAUTHORIZED');
      return who;
    },

    isAlive,
  };
};
export type Auth = ReturnType<typeof createAuth>;
