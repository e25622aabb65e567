import { randomInt } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { SessionId } from '../../../shared/ids.ts';
import type { SessionRecord } from '../../data/sessions.ts';
import type { CheckInMethod, ProofOf } from './method.ts';
import { same } from './rotating.ts';

type Deps = {
  /** The session with a code: the open one, or else the newest that had it; null when none had. */
  readonly sessionOf: (code: string) => Promise<SessionRecord | null>;
};

/** The digits as they were given. */
export const codeOf = (proof: ProofOf<'code'>): string =>
  (typeof proof === 'string' ? proof : proof.code).replace(/[\s-]/g, '');

/** INVALID_CODE or CODE_EXPIRED; the same for ever once it is so, whoever looks and whenever (CI1). */
const refuseOver = (session: SessionRecord, now: number): void => {
  const ended = session.closingAt ?? session.closedAt;
  const expires = session.checkIn?.codeExpiresAt ?? session.closesAt;
  if (ended !== undefined && ended < expires) throw new Fault('INVALID_CODE');
  if (now >= Date.parse(expires)) throw new Fault('CODE_EXPIRED');
  if (!session.open) throw new Fault('INVALID_CODE');
};

/** Six random digits, unique among the live sessions, until their own expiry or the session's end (CI1). */
export const createCodeMethod = ({
  sessionOf,
}: Deps): CheckInMethod<'code', { code: string; expiresAt: string }> => ({
  name: 'code',

  keep({ codeMinutes }, { openedAt, closesAt }) {
    const asked = codeMinutes === undefined ? undefined : Date.parse(openedAt) + codeMinutes * 60_000;
    const expires = Math.min(Date.parse(closesAt), asked ?? Number.POSITIVE_INFINITY);
    return {
      code: String(randomInt(1_000_000)).padStart(6, '0'),
      codeExpiresAt: new Date(expires).toISOString(),
    };
  },

  async names(proof, now): Promise<SessionId> {
    const code = codeOf(proof);
    const session = /^\d{6}$/.test(code) ? await sessionOf(code) : null;
    if (session === null) throw new Fault('INVALID_CODE');
    refuseOver(session, now);
    return session.id;
  },

  async show({ checkIn, closesAt }) {
    if (checkIn.code === undefined) throw new Fault('METHOD_NOT_TAKEN');
    return { code: checkIn.code, expiresAt: checkIn.codeExpiresAt ?? closesAt };
  },

  async verify(proof, { session, now }) {
    const { code } = session.checkIn;
    if (code === undefined || !same(codeOf(proof), code)) throw new Fault('INVALID_CODE');
    refuseOver(session, now);
    return { at: new Date(now).toISOString() };
  },
});
