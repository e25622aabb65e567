import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io';
import { Fault, type FaultCode } from '../../shared/faults.ts';
import { type Command, namesClass, type Reply } from '../../shared/protocol/index.ts';
import type { Clock } from '../kit/clock.ts';
import { describeError, isStoreAway } from '../kit/describe-error.ts';
import type { Log } from '../kit/log.ts';
import { ALL_MESSAGES, take } from './limits.ts';
import type { Caller, Handler } from './on.ts';
import type { Seat } from './seats.ts';
import { createTurns } from './turns.ts';

/** What the plain wire calls a frame that is no message, and a name that Socket.IO keeps for itself. */
export const MALFORMED = '#malformed';
export const RESERVED = '#reserved';

type Acknowledge = (reply: Reply) => void;

type Deps = {
  readonly handlers: readonly Handler[];
  readonly clock: Clock;
  readonly limitScale: number;
  readonly log: Log;
  readonly callerOf: (seat: Seat) => Caller;
  /** Says the fault and closes the connection with the fault's close code. */
  readonly end: (socket: Socket, code: FaultCode) => void;
  readonly onRejected: (event: string, code: FaultCode) => void;
};

/** Whose events a command is, for the sentence that refuses it. */
const wrongRole = ({ from }: Command): FaultCode =>
  from.includes('teacher')
    ? 'TEACHER_EVENT_ONLY'
    : from.includes('device')
      ? 'DEVICE_EVENT_ONLY'
      : 'STUDENT_EVENT_ONLY';

/** A fault as the clients read it. */
export const refusal = (fault: Fault): Reply => ({
  success: false,
  error: fault.message,
  code: fault.code,
  ...(fault.details ? { details: [...fault.details] } : {}),
});

/**
 * Takes every message of either wire from the socket to its handler and the answer back. The only place of the hub
 * that catches: a Fault is told as it is, anything else is a bug of ours and becomes INTERNAL with an id for the log.
 * Order of checks: token's end, known event, limits, role, schema; membership and session are the handler's.
 * What one connection sends is carried out and answered in its order; marks may overtake one another's answers only.
 */
export const createDispatch = ({ handlers, clock, limitScale, log, callerOf, end, onRejected }: Deps) => {
  const table = new Map<string, Handler>(handlers.map((handler) => [handler.command.name, handler]));

  const forAClass = new Set<Command>(handlers.map(({ command }) => command).filter(namesClass));

  /** On a connection that is for one class, what names none means that one. */
  const within = ({ only }: Seat, command: Command, data: unknown): unknown => {
    const bare = typeof data === 'object' && data !== null && !Array.isArray(data) && !('classId' in data);
    return only !== undefined && bare && forAClass.has(command) ? { ...data, classId: only } : data;
  };

  /** NOT_CLASS_TEACHER or NOT_ENROLLED for another class than the one that a connection is for (WS10). */
  const mustBeWithin = ({ only, who }: Seat, command: Command, data: unknown): void => {
    const { classId } = Object(data) as { classId?: unknown };
    if (only === undefined || classId === only || !forAClass.has(command)) return;
    throw new Fault(who.role === 'student' ? 'NOT_ENROLLED' : 'NOT_CLASS_TEACHER');
  };

  /** What is to be run for a message that may come in; throws where it may not. */
  const admit = (seat: Seat, name: string, data: unknown): { handler: Handler; data: unknown } => {
    const now = clock.now();
    seat.buckets ??= new Map();
    if (!take(seat.buckets, '', ALL_MESSAGES, limitScale, now)) throw new Fault('RATE_LIMITED');
    if (name === MALFORMED) throw new Fault('INVALID_MESSAGE');
    const handler = table.get(name);
    if (!handler) throw new Fault('UNKNOWN_EVENT');
    const { command } = handler;
    if (!take(seat.buckets, name, command.limit, limitScale, now)) throw new Fault('RATE_LIMITED');
    if (!command.from.includes(seat.who.role)) throw new Fault(wrongRole(command));
    const parsed = command.data.safeParse(within(seat, command, data ?? {}));
    if (!parsed.success) {
      const details = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new Fault('INVALID_MESSAGE', { details });
    }
    mustBeWithin(seat, command, parsed.data);
    return { handler, data: parsed.data };
  };

  const asFault = (error: unknown, event: string): Fault => {
    if (error instanceof Fault) return error;
    if (isStoreAway(error)) return new Fault('STORE_UNAVAILABLE', { cause: error });
    const id = randomUUID();
    log.error({ error: describeError(error), event, errorId: id }, 'a handler failed');
    return new Fault('INTERNAL', { text: `Something went wrong on the server (${id})` });
  };

  return (seat: Seat, name: string, args: readonly unknown[]): void => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
    const { socket } = seat;
    if (seat.who.expiresAt <= clock.now()) {
      if (acknowledge) acknowledge(refusal(new Fault('SOCKET_UNAUTHORIZED')));
      end(socket, 'SOCKET_UNAUTHORIZED');
      return;
    }

    const refuse = (error: unknown) => {
      const event = table.has(name) ? name : 'unknown';
      const fault = asFault(error, event);
      onRejected(event, fault.code);
      if (acknowledge) acknowledge(refusal(fault));
      else socket.emit('ERROR', { message: fault.message, code: fault.code });
    };

    seat.turns ??= createTurns();
    try {
      if (args.length > (acknowledge ? 2 : 1)) throw new Fault('INVALID_MESSAGE');
      const { handler, data } = admit(seat, name, args[0] === acknowledge ? undefined : args[0]);
      seat.turns(handler.command.together === true, async () => {
        try {
          // It may have waited for its turn.
          if (seat.ended) throw new Fault('SOCKET_UNAUTHORIZED');
          const answer = await handler.run(data, callerOf(seat));
          if (acknowledge) acknowledge({ success: true, data: answer });
          else if (handler.command.answers) socket.emit(name, answer);
        } catch (error) {
          refuse(error);
        }
      });
    } catch (error) {
      seat.turns(false, async () => refuse(error));
    }
  };
};
export type Dispatch = ReturnType<typeof createDispatch>;
