import {
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { Fault } from '../../../shared/faults.ts';
import type { SessionId, UserId } from '../../../shared/ids.ts';
import type { PasskeyAnswer } from '../../../shared/protocol/index.ts';
import type { PasskeyView, RegistrationAnswer } from '../../../shared/rest/passkeys.ts';
import type { Passkey, Passkeys } from '../../data/passkeys.ts';
import type { Users } from '../../data/users.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';

/** How long a challenge waits for its answer, in ms. */
const CHALLENGE_MS = 2 * 60_000;
/** How many passkeys one student may have. */
const MOST = 20;

type Deps = {
  readonly passkeys: Passkeys;
  readonly users: Pick<Users, 'find'>;
  /** Where people reach the server: keys are bound to its host, answers to its origin. */
  readonly publicUrl: string;
  readonly clock: Clock;
};

const view = ({ id, name, createdAt, usedAt, backedUp }: Passkey): PasskeyView => ({
  id,
  name,
  createdAt,
  ...(usedAt !== undefined && { usedAt }),
  backedUp,
});

/** The challenge that an answer says it answers; it is believed only once it was taken out of the store. */
const challengeIn = (clientDataJSON: string): string => {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as {
      challenge?: unknown;
    };
    if (typeof challenge === 'string' && challenge.length > 0 && challenge.length <= 256) return challenge;
  } catch {
    // no JSON: no challenge either
  }
  throw new Fault('PASSKEY_REFUSED');
};
const known = (transports: readonly string[]) => transports as AuthenticatorTransport[];
/** What the library throws says what was wrong with the answer, whoever made it. */
const refused = (cause: unknown) => new Fault('PASSKEY_REFUSED', { cause });

/** Students' passkeys: a public key each, never anything of a finger or a face (CI11). */
export const createPasskeyService = ({ passkeys, users, publicUrl, clock }: Deps) => {
  const { hostname: rpID, origin } = new URL(publicUrl);

  const remember = async (challenge: string, userId: UserId, sessionId?: SessionId) =>
    await passkeys.putChallenge(challenge, { userId, sessionId }, new Date(clock.now() + CHALLENGE_MS));

  /** Spends the challenge of an answer. CHALLENGE_OVER when it is unknown, used, over, or somebody else's. */
  const spend = async (clientDataJSON: string, userId: UserId, sessionId?: SessionId): Promise<string> => {
    const challenge = challengeIn(clientDataJSON);
    const made = await passkeys.takeChallenge(challenge, new Date(clock.now()));
    if (made?.userId !== userId || made.sessionId !== sessionId) throw new Fault('CHALLENGE_OVER');
    return challenge;
  };

  return {
    /** What a device needs to make a passkey for a student. */
    async registration(userId: UserId) {
      const [user, mine] = await Promise.all([users.find(userId), passkeys.of(userId)]);
      if (user === null) throw new Fault('USER_NOT_FOUND');
      if (mine.length >= MOST)
        throw new Fault('INVALID_REQUEST', {
          details: [{ path: 'response', message: `at most ${MOST} passkeys; revoke one first` }],
        });
      const options = await generateRegistrationOptions({
        rpName: 'Rollcall',
        rpID,
        userName: user.email ?? user.name,
        userDisplayName: user.name,
        userID: new Uint8Array(Buffer.from(userId, 'hex')),
        attestationType: 'none',
        excludeCredentials: mine.map(({ credentialId: id, transports }) => ({
          id,
          transports: known(transports),
        })),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        timeout: CHALLENGE_MS,
      });
      await remember(options.challenge, userId);
      return options;
    },

    /** Keeps the passkey that a device has made. CHALLENGE_OVER, PASSKEY_REFUSED, PASSKEY_EXISTS. */
    async register(userId: UserId, response: RegistrationAnswer, name: string): Promise<PasskeyView> {
      const expectedChallenge = await spend(response.response.clientDataJSON, userId);
      const { verified, registrationInfo: info } = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
      }).catch((error: unknown) => {
        throw refused(error);
      });
      if (!verified || !info) throw new Fault('PASSKEY_REFUSED');
      const { id: credentialId, publicKey, counter, transports = [] } = info.credential;
      const added = await passkeys.add({
        userId,
        credentialId,
        publicKey,
        counter,
        transports,
        backedUp: info.credentialBackedUp,
        name,
        createdAt: isoNow(clock),
      });
      if (added === null) throw new Fault('PASSKEY_EXISTS');
      return view(added);
    },

    list: async (userId: UserId): Promise<PasskeyView[]> => (await passkeys.of(userId)).map(view),

    /** Gives one of the student's own another name. PASSKEY_NOT_FOUND. */
    async rename(userId: UserId, id: string, name: string): Promise<PasskeyView> {
      const renamed = await passkeys.rename(userId, id, name);
      if (renamed === null) throw new Fault('PASSKEY_NOT_FOUND');
      return view(renamed);
    },

    /** From now on the passkey checks nobody in. PASSKEY_NOT_FOUND. */
    async revoke(userId: UserId, id: string): Promise<void> {
      if (!(await passkeys.remove(userId, id))) throw new Fault('PASSKEY_NOT_FOUND');
    },

    /** What a device needs to check its student in to one session. PASSKEY_NEEDED. */
    async challenge(userId: UserId, sessionId: SessionId) {
      const mine = await passkeys.of(userId);
      if (mine.length === 0) throw new Fault('PASSKEY_NEEDED');
      const options = await generateAuthenticationOptions({
        rpID,
        allowCredentials: mine.map(({ credentialId: id, transports }) => ({
          id,
          transports: known(transports),
        })),
        userVerification: 'required',
        timeout: CHALLENGE_MS,
      });
      await remember(options.challenge, userId, sessionId);
      return options;
    },

    /** Checks an answer to `challenge`, once. CHALLENGE_OVER, PASSKEY_REFUSED. */
    async check(answer: PasskeyAnswer, { userId, sessionId }: { userId: UserId; sessionId: SessionId }) {
      const expectedChallenge = await spend(answer.response.clientDataJSON, userId, sessionId);
      const passkey = (await passkeys.of(userId)).find(({ credentialId }) => credentialId === answer.id);
      if (passkey === undefined) throw new Fault('PASSKEY_REFUSED');
      const { userHandle, ...response } = answer.response;
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: {
          id: answer.id,
          rawId: answer.rawId,
          type: answer.type,
          clientExtensionResults: {},
          response: { ...response, ...(userHandle && { userHandle }) },
        },
        expectedChallenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        credential: {
          id: passkey.credentialId,
          publicKey: passkey.publicKey,
          counter: passkey.counter,
          transports: known(passkey.transports),
        },
        requireUserVerification: true,
      }).catch((error: unknown) => {
        throw refused(error);
      });
      if (!verified || !(await passkeys.used(passkey, authenticationInfo.newCounter, isoNow(clock))))
        throw new Fault('PASSKEY_REFUSED');
    },
  };
};
export type PasskeyService = ReturnType<typeof createPasskeyService>;
