import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../../shared/faults.ts';
import { SessionId } from '../../../shared/ids.ts';
import type { CheckIns } from '../../data/checkins.ts';
import { stepAt, stepEnd } from '../../domain/presence.ts';
import type { CheckInMethod, ProofOf, Taking } from './method.ts';
import { type Rotating, same } from './rotating.ts';

/** Seconds between two tokens unless the session says otherwise. */
const STEP_SECONDS = 15;
/** How long a scan waits for its student to log in, in ms. */
const TICKET_MS = 10 * 60_000;
const MAC_BYTES = 10;
const ID_BYTES = 12;
/** Without what is mistaken for something else when read aloud or from far away. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const TEXT_LENGTH = 8;

type Deps = {
  readonly rotating: Rotating;
  /** Keyed, gives base64url. */
  readonly sign: (text: string) => string;
  readonly useTicket: CheckIns['useTicket'];
  /** The live session of an id; null when there is none. */
  readonly liveSession: (id: SessionId) => Promise<Taking | null>;
  readonly publicUrl: string;
};

type QrNow = {
  token: string;
  text: string;
  validUntil: string;
  validForMs: number;
  stepSeconds: number;
  url: string;
};

const Claims = z.strictObject({ s: SessionId, a: z.int(), j: z.string() });
type Claims = z.infer<typeof Claims>;

const given = (proof: ProofOf<'qr'>): string => {
  if (typeof proof === 'string') return proof;
  if ('token' in proof) return proof.token;
  return 'ticket' in proof ? proof.ticket : proof.text;
};
/** A ticket has a dot, a text is short, and the rest is a token. */
const kindOf = (text: string) =>
  text.includes('.') ? 'ticket' : text.replace(/[\s-]/g, '').length <= TEXT_LENGTH ? 'text' : 'token';

const sessionIn = (token: string): SessionId | undefined => {
  const bytes = Buffer.from(token, 'base64url');
  return bytes.length === ID_BYTES + MAC_BYTES
    ? (bytes.subarray(0, ID_BYTES).toString('hex') as SessionId)
    : undefined;
};

/** A token that changes every few seconds, shown as a picture and as a short text; bound when it is scanned (CI3, CI10). */
export const createQrMethod = ({ rotating, sign, useTicket, liveSession, publicUrl }: Deps) => {
  const stepMsOf = ({ checkIn }: Taking) => (checkIn.qrStepSeconds ?? STEP_SECONDS) * 1000;
  const tokenOf = (session: Taking) => (step: number) =>
    Buffer.concat([Buffer.from(session.id, 'hex'), rotating.bytes(session, 'qr', step, MAC_BYTES)]).toString(
      'base64url',
    );
  const textOf = (session: Taking) => (step: number) =>
    [...rotating.bytes(session, 'qr text', step, TEXT_LENGTH)]
      .map((byte) => LETTERS[byte % LETTERS.length])
      .join('');
  const check = (session: Taking, now: number, given: string, of: (step: number) => string) =>
    rotating.stepOf(session, { stepMs: stepMsOf(session), now, given, tokenOf: of });

  const claimsOf = (ticket: string, now: number): Claims => {
    const [body = '', mac = ''] = ticket.split('.');
    if (!same(sign(`ticket:${body}`), mac)) throw new Fault('TICKET_INVALID');
    const claims = Claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
    if (now >= claims.a + TICKET_MS) throw new Fault('TICKET_INVALID');
    return claims;
  };

  const method: CheckInMethod<'qr', QrNow> = {
    name: 'qr',
    keep: ({ qrStepSeconds = STEP_SECONDS }) => ({ qrStepSeconds }),

    async names(proof, now) {
      const text = given(proof);
      const kind = kindOf(text);
      if (kind === 'ticket') return claimsOf(text, now).s;
      if (kind === 'text') return undefined;
      const sessionId = sessionIn(text);
      if (sessionId === undefined) throw new Fault('TOKEN_INVALID');
      return sessionId;
    },

    async show(session, now) {
      const openedAt = Date.parse(session.openedAt);
      const step = stepAt(openedAt, stepMsOf(session), now);
      const token = tokenOf(session)(step);
      const until = stepEnd(openedAt, stepMsOf(session), step);
      return {
        token,
        text: textOf(session)(step),
        validUntil: new Date(until).toISOString(),
        validForMs: until - now,
        stepSeconds: stepMsOf(session) / 1000,
        // In the fragment: it stays out of every log on the way.
        url: `${publicUrl}/check-in#${token}`,
      };
    },

    async verify(proof, { session, studentId, now }) {
      const text = given(proof);
      const kind = kindOf(text);
      if (kind === 'ticket') {
        const { s, a, j } = claimsOf(text, now);
        if (s !== session.id) throw new Fault('TICKET_INVALID');
        if (!(await useTicket(j, studentId, new Date(a + 2 * TICKET_MS)))) throw new Fault('TICKET_USED');
        return { at: new Date(a).toISOString() };
      }
      if (kind === 'text') check(session, now, text.replace(/[\s-]/g, '').toUpperCase(), textOf(session));
      else check(session, now, text, tokenOf(session));
      return { at: new Date(now).toISOString() };
    },
  };

  return {
    method,

    /** What a ticket is bound to, and when (ISO 8601 UTC); undefined for another proof. TICKET_INVALID. */
    ticketIn(proof: ProofOf<'qr'>, now: number): { sessionId: SessionId; at: string } | undefined {
      const text = given(proof);
      if (kindOf(text) !== 'ticket') return undefined;
      const { s, a } = claimsOf(text, now);
      return { sessionId: s, at: new Date(a).toISOString() };
    },

    /** Binds a scan to this moment, for whoever logs in within 10 minutes (CI10). TOKEN_INVALID, TOKEN_EXPIRED. */
    async ticketFor(
      token: string,
      now: number,
    ): Promise<{ ticket: string; scannedAt: string; expiresAt: string }> {
      const sessionId = sessionIn(token);
      const session = sessionId && (await liveSession(sessionId));
      if (!session?.methods.includes('qr')) throw new Fault('TOKEN_INVALID');
      check(session, now, token, tokenOf(session));
      const claims: Claims = { s: session.id, a: now, j: randomBytes(12).toString('base64url') };
      const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
      return {
        ticket: `${body}.${sign(`ticket:${body}`)}`,
        scannedAt: new Date(now).toISOString(),
        expiresAt: new Date(now + TICKET_MS).toISOString(),
      };
    },
  };
};
export type QrMethod = ReturnType<typeof createQrMethod>;
