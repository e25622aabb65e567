import { timingSafeEqual } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import { stepAt } from '../../domain/presence.ts';
import type { Taking } from './method.ts';

/** How many steps back a token is still known to have been one, so that its holder is told what is wrong. */
const REMEMBERED = 40;

/** Whether two texts are the same, in a time that does not tell where they differ. */
export const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Keyed hashes of a session and a step (CI3). `hash` is keyed and gives base64url. */
export const createRotating = (hash: (text: string) => string) => {
  /** So many bytes that only this server can know, for one purpose, session and step. */
  const bytes = (session: Taking, purpose: string, step: number, length: number): Buffer =>
    Buffer.from(hash(`${purpose}:${session.id}:${session.checkIn.nonce}:${step}`), 'base64url').subarray(
      0,
      length,
    );

  return {
    bytes,

    /**
     * Which step a token is of: the present one, or by grace the one before (CI3). TOKEN_EXPIRED when it is older,
     * TOKEN_INVALID when it never was one.
     */
    stepOf(
      session: Taking,
      {
        stepMs,
        now,
        given,
        tokenOf,
      }: { stepMs: number; now: number; given: string; tokenOf: (step: number) => string },
    ): number {
      const present = stepAt(Date.parse(session.openedAt), stepMs, now);
      for (let step = present; step >= 0 && step >= present - REMEMBERED; step--) {
        if (!same(given, tokenOf(step))) continue;
        if (step >= present - 1) return step;
        throw new Fault('TOKEN_EXPIRED');
      }
      throw new Fault('TOKEN_INVALID');
    },
  };
};
export type Rotating = ReturnType<typeof createRotating>;
