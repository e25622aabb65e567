import { Fault } from '../faults.ts';
import type { CommandName, Commands, InputOf, ReplyOf } from '../protocol/index.ts';
import { MAX_FRAME_BYTES } from '../protocol/wire.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { Timers } from './timers.ts';
import { unwrap } from './transport.ts';

/**
 * Sends a command and resolves with the reply's data. Rejects with the server's Fault, with TIMEOUT after
 * `timeoutMs` (10 s), DISCONNECTED without a connection or when it ends before the answer, BUSY when too many
 * calls wait, FRAME_TOO_LARGE.
 */
export type Call = <Name extends CommandName>(
  name: Name,
  data: InputOf<Commands[Name]>,
  options?: { timeoutMs?: number },
) => Promise<ReplyOf<Commands[Name]>>;

/** Calls that may wait for an answer at one time. */
const WAITING = 10_000;

const tooLarge = (data: unknown): boolean => {
  const text = JSON.stringify(data);
  // Room for the event's name, the id and the frame around them.
  const room = MAX_FRAME_BYTES - 128;
  return text.length > room / 4 && new TextEncoder().encode(text).length > room;
};

/** Keeps account of the calls that wait for an answer. */
export const createCalls = ({
  timers,
  timeoutMs: usual,
  send,
}: {
  timers: Timers;
  timeoutMs: number;
  send: (name: string, data: unknown, replied: (reply: unknown) => void) => boolean;
}): { call: Call; failAll(): void } => {
  const waiting = new Set<Deferred<unknown>>();
  const call: Call = async (name, data, { timeoutMs = usual } = {}) => {
    if (waiting.size >= WAITING) throw new Fault('BUSY', { text: 'Too many calls wait for an answer' });
    if (tooLarge(data)) throw new Fault('FRAME_TOO_LARGE');
    const answer = deferred<unknown>();
    waiting.add(answer);
    const stopTimer = timers.after(timeoutMs, () => answer.reject(new Fault('TIMEOUT')));
    try {
      if (!send(name, data, (reply) => answer.resolve(reply))) throw new Fault('DISCONNECTED');
      return unwrap(await answer.promise) as ReplyOf<Commands[typeof name]>;
    } finally {
      stopTimer();
      waiting.delete(answer);
    }
  };
  return {
    call,
    failAll() {
      for (const { reject } of waiting) reject(new Fault('DISCONNECTED'));
    },
  };
};
