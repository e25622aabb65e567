import { createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { LoginId, UserId } from '../../../shared/ids.ts';
import { Role } from '../../../shared/status.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';

const ALGORITHM = 'HS256';
const NAME = 'rollcall';
const MAX_LENGTH = 4096;

const Claims = z.object({
  sub: UserId,
  userId: UserId,
  role: Role,
  sid: LoginId,
  exp: z.int(),
});

/** Access tokens: signed, short, and checked without a look at the database. */
export const createTokens = ({ secret, clock }: { secret: string; clock: Clock }) => {
  // Of a text the library would first try to read a PEM key, at every token.
  const key = createSecretKey(secret, 'utf8');

  return {
    /** Signs a token for someone; it ends at `expiresAt`, rounded down to the second. */
    issue(who: Who): string {
      const claims = {
        sub: who.userId,
        userId: who.userId,
        role: who.role,
        sid: who.loginId,
        iss: NAME,
        aud: NAME,
        iat: Math.floor(clock.now() / 1000),
        exp: Math.floor(who.expiresAt / 1000),
      };
      return jwt.sign(claims, key, { algorithm: ALGORITHM });
    },

    /** Whose token it is; null for anything that we did not sign so, or that is over. Does not ask whether the log-in lives. */
    verify(token: string): Who | null {
      if (token.length > MAX_LENGTH) return null;
      try {
        const claims = Claims.parse(
          jwt.verify(token, key, {
            algorithms: [ALGORITHM],
            issuer: NAME,
            audience: NAME,
            clockTimestamp: Math.floor(clock.now() / 1000),
          }),
        );
        if (claims.sub !== claims.userId) return null;
        return {
          userId: claims.userId,
          role: claims.role,
          loginId: claims.sid,
          expiresAt: claims.exp * 1000,
        };
      } catch {
        return null; // whatever is wrong with it, it is not a token of ours
      }
    },
  };
};
export type Tokens = ReturnType<typeof createTokens>;
