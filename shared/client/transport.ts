import { FAULTS, Fault, type FaultDetail, type FaultKind, isFaultCode } from '../faults.ts';
import type { Reply } from '../protocol/envelope.ts';
import type { Timers } from './timers.ts';

/** What a connection tells. After `closed` it is silent. */
export type Listening = {
  /** The server has accepted the token. */
  opened(): void;
  /** An event that the server sent on its own. */
  heard(name: string, data: unknown): void;
  /** The connection ended, or never came to be. SOCKET_UNAUTHORIZED when the token was refused. */
  closed(why: Fault): void;
};

/** One connection, from its opening to its end. It never comes back: for that, open another. */
export type Connection = {
  /** Sends a message; `replied` is called once with the reply, or never when the connection ends first. */
  send(name: string, data: unknown, replied: (reply: unknown) => void): void;
  /** Ends it; nothing more is told, not even `closed`. */
  close(): void;
};

/** A wire. All wires carry the same messages, and none reconnects by itself: the client does that for all. */
export type Transport = {
  readonly name: 'socket.io' | 'plain';
  open(token: string, on: Listening, timers: Timers): Connection;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A failure by its code and text; a code that this version does not know counts as INTERNAL, text kept. */
export const faultOf = (code: unknown, text: unknown, details?: readonly FaultDetail[]): Fault =>
  new Fault(typeof code === 'string' && isFaultCode(code) ? code : 'INTERNAL', {
    ...(typeof text === 'string' ? { text } : {}),
    ...(details === undefined ? {} : { details }),
  });

/** Reads the envelope of a reply: its data, or the Fault that the server answered with. */
export const unwrap = (reply: unknown): unknown => {
  if (!isRecord(reply) || typeof reply.success !== 'boolean')
    throw new Fault('INTERNAL', { text: 'The server sent a reply that is none' });
  const told = reply as Reply;
  if (told.success) return told.data;
  throw faultOf(told.code, told.error, told.details);
};

/** Whether a failure says that the token is no good (any more). */
export const isAboutToken = (fault: Fault): boolean =>
  fault.code === 'SOCKET_UNAUTHORIZED' || fault.code === 'UNAUTHORIZED';

/** Reads why the server is about to end a connection, from an ERROR that only ever comes as its last word. */
export const lastWord = (name: string, data: unknown): Fault | undefined => {
  if (name !== 'ERROR' || !isRecord(data)) return undefined;
  const { code, message } = data;
  const known: FaultKind | undefined =
    typeof code === 'string' && isFaultCode(code) ? FAULTS[code] : undefined;
  return known?.close === undefined ? undefined : faultOf(code, message);
};
