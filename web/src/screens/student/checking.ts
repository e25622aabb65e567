import { startAuthentication } from '@simplewebauthn/browser';
import type { CheckedIn } from '../../../../shared/protocol/index.ts';
import { authorized } from '../../lib/session.ts';

const KEY = 'rollcall client';
let unkept: string | undefined;

/** A random name of this browser, by which the staff sees that several students used it. It says nothing else. */
const clientId = (): string => {
  const fresh = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-');
  try {
    const known = localStorage.getItem(KEY) ?? fresh();
    localStorage.setItem(KEY, known);
    return known;
  } catch {
    unkept ??= fresh();
    return unkept;
  }
};

/** What a student shows; `sessionId` where the proof does not say of which class it is. */
export type Proof =
  | { readonly method: 'code'; readonly proof: { readonly code: string } }
  | { readonly method: 'qr'; readonly proof: { readonly ticket: string } }
  | { readonly method: 'qr'; readonly proof: { readonly text: string }; readonly sessionId?: string }
  | { readonly method: 'passkey'; readonly sessionId?: string };

const CHECK_IN = '/api/v1/attendance/checkin';

/** Checks in. Faults of the server; what the browser says where a passkey was not given. */
export const checkIn = async (shown: Proof): Promise<CheckedIn> => {
  if (shown.method !== 'passkey')
    return await authorized('POST', CHECK_IN, { body: { ...shown, clientId: clientId() } });
  const where = shown.sessionId === undefined ? {} : { sessionId: shown.sessionId };
  const optionsJSON = await authorized<Parameters<typeof startAuthentication>[0]['optionsJSON']>(
    'POST',
    '/api/v1/passkeys/check-in-options',
    { body: where },
  );
  const proof = await startAuthentication({ optionsJSON });
  return await authorized('POST', CHECK_IN, {
    body: { method: 'passkey', proof, ...where, clientId: clientId() },
  });
};
