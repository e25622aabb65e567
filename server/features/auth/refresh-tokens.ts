import { timingSafeEqual } from 'node:crypto';
import { LoginId } from '../../../shared/ids.ts';
import { keyed } from './keys.ts';

/** What a refresh token says of itself; nothing of it is believed before `proves`. */
export type RefreshClaim = { readonly loginId: LoginId; readonly generation: number; readonly proof: string };

type Family = { readonly id: LoginId; readonly nonce: string };

/**
 * Refresh tokens of the form `<login>.<generation>.<proof>`. The proof is a keyed hash over a nonce that only the
 * database has: an old token is told from an invented one without keeping any of them.
 */
export const createRefreshTokens = ({ secret }: { secret: string }) => {
  const hash = keyed(secret, 'refresh token');
  const proofOf = (family: Family, generation: number) => hash(`${family.id}.${generation}.${family.nonce}`);

  return {
    mint: (family: Family, generation: number): string =>
      `${family.id}.${generation}.${proofOf(family, generation)}`,

    /** Null when it does not even look like one. */
    read(token: string): RefreshClaim | null {
      const [, id, generation, proof] = /^([0-9a-f]{24})\.(\d{1,9})\.([\w-]{43})$/.exec(token) ?? [];
      const loginId = LoginId.safeParse(id);
      if (!loginId.success || generation === undefined || proof === undefined) return null;
      return { loginId: loginId.data, generation: Number(generation), proof };
    },

    /** True when we made that token for that family. */
    proves: (family: Family, claim: RefreshClaim): boolean =>
      timingSafeEqual(Buffer.from(proofOf(family, claim.generation)), Buffer.from(claim.proof)),
  };
};
export type RefreshTokens = ReturnType<typeof createRefreshTokens>;
