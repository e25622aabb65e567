import { timingSafeEqual } from 'node:crypto';
import { LoginId } from '../../../shared/ids.ts';
import { keyed } from './keys.ts';

type Of = { readonly id: LoginId; readonly nonce: string };

/**
 * What a browser's cookie holds: `<login>.<proof>`, the proof a keyed hash over a nonce that only the database has. It
 * stays the same for the life of the log-in: an answer that is lost on bad Wi-Fi must not sign anybody out (ADR 11).
 */
export const createWebCookies = ({ secret }: { secret: string }) => {
  const hash = keyed(secret, 'web cookie');
  const proofOf = ({ id, nonce }: Of) => hash(`${id}.${nonce}`);

  return {
    mint: (login: Of): string => `${login.id}.${proofOf(login)}`,

    /** Null when it does not even look like one. */
    read(text: string): { loginId: LoginId; proof: string } | null {
      const [, id, proof] = /^([0-9a-f]{24})\.([\w-]{43})$/.exec(text) ?? [];
      const loginId = LoginId.safeParse(id);
      return loginId.success && proof !== undefined ? { loginId: loginId.data, proof } : null;
    },

    proves: (login: Of, proof: string): boolean =>
      timingSafeEqual(Buffer.from(proofOf(login)), Buffer.from(proof)),
  };
};
