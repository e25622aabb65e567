import type { SessionId, UserId } from '../../../shared/ids.ts';
import type { PasskeyAnswer } from '../../../shared/protocol/index.ts';
import type { CheckInMethod } from './method.ts';

type Deps = {
  /** Checks an authenticator's answer to a challenge of this session and user; throws why not. */
  readonly check: (answer: PasskeyAnswer, of: { userId: UserId; sessionId: SessionId }) => Promise<void>;
};

/** The student's own device, which has verified its user; the challenge is the session's and the student's (CI11). */
export const createPasskeyMethod = ({ check }: Deps): CheckInMethod<'passkey'> => ({
  name: 'passkey',
  async verify(proof, { session, userId, now }) {
    await check(proof, { userId, sessionId: session.id });
    return { at: new Date(now).toISOString() };
  },
});
