import { Fault } from '../faults.ts';
import type { Backoff } from './backoff.ts';
import { keepRenewed } from './renewal.ts';
import type { Timers } from './timers.ts';
import type { Tokens } from './token.ts';
import { type Connection, isAboutToken, type Transport } from './transport.ts';

/**
 * Where the connection stands. `waiting`: until the next try; `signed-out`: the server takes no token of
 * ours, and only another `connect()` tries again; `closed`: by us, for good.
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'signed-out' | 'closed';

/** What keeps one connection up, and what it tells. */
export type Link = {
  readonly state: ConnectionState;
  /** How often it has connected again after having been connected. */
  readonly reconnects: number;
  /** Starts it; tries at once when it waits. */
  start(): void;
  /** Sends if connected. False: it is not. */
  send(name: string, data: unknown, replied: (reply: unknown) => void): boolean;
  /** Gives up this connection, as if it had broken, and opens another after a pause. */
  giveUp(why: Fault): void;
  close(): void;
};

/** A connection that lasted this long, in ms, was a good one: the next pause is a short one again. */
const SETTLED_MS = 5_000;

/** Keeps one connection up: opens it, opens another when it breaks, and has the token renewed in time. */
export const createLink = ({
  transport,
  tokens,
  timers,
  backoff,
  openTimeoutMs,
  onState,
  onHeard,
}: {
  transport: Transport;
  tokens: Tokens;
  timers: Timers;
  backoff: Backoff;
  openTimeoutMs: number;
  /** Told each change of state; `why` says what ended a connection or kept it from opening. */
  onState: (state: ConnectionState, why?: Fault) => void;
  onHeard: (name: string, data: unknown) => void;
}): Link => {
  let state: ConnectionState = 'idle';
  let connection: Connection | undefined;
  let stopTimer = () => {};
  let stopRenewing = () => {};
  let openedAt = 0;
  let openedBefore = false;
  let reconnects = 0;
  let askedAgain = false;
  /** Counts the tries, so that what comes late from an earlier one is known for it. */
  let round = 0;

  const enter = (next: ConnectionState, why?: Fault) => {
    if (state === 'closed' || (state === next && why === undefined)) return;
    state = next;
    onState(next, why);
  };

  const attempt = async (): Promise<void> => {
    round += 1;
    const mine = round;
    const current = () => mine === round && state === 'connecting';
    enter('connecting');
    stopTimer = timers.after(openTimeoutMs, () => {
      if (current()) ended(new Fault('TIMEOUT'));
    });
    try {
      const token = await tokens.current();
      if (!current()) return;
      connection = transport.open(
        token,
        {
          opened: () => {
            if (current()) opened();
          },
          heard: (name, data) => {
            if (mine === round) onHeard(name, data);
          },
          closed: (why) => {
            if (mine === round) ended(why);
          },
        },
        timers,
      );
    } catch (cause) {
      if (!current()) return;
      const why = cause instanceof Fault ? cause : new Fault('DISCONNECTED', { cause });
      // A token function that was refused itself (log-in over, refresh token used) has no more to offer.
      if (why.kind.http === 401 || why.code === 'ACCOUNT_DISABLED') askedAgain = true;
      ended(askedAgain ? new Fault('SOCKET_UNAUTHORIZED', { cause: why }) : why);
    }
  };

  const opened = () => {
    stopTimer();
    openedAt = timers.now();
    if (openedBefore) reconnects += 1;
    openedBefore = true;
    stopRenewing = keepRenewed({ tokens, timers, send });
    enter('connected');
  };

  const drop = () => {
    round += 1;
    stopTimer();
    stopRenewing();
    connection?.close();
    connection = undefined;
  };

  const ended = (why: Fault) => {
    const wasOpen = state === 'connected';
    const settled = wasOpen && timers.now() - openedAt >= SETTLED_MS;
    drop();
    if (settled) backoff.reset();
    // A server that lets a token in only to refuse it at once must not keep us running in a circle.
    if (settled || (wasOpen && !isAboutToken(why))) askedAgain = false;
    if (isAboutToken(why)) {
      tokens.refused();
      if (askedAgain || !tokens.renewable) return enter('signed-out', why);
      askedAgain = true;
      enter('waiting', why);
      if (state === 'waiting') void attempt();
      return;
    }
    enter('waiting', why);
    if (state === 'waiting') stopTimer = timers.after(backoff.next(), () => void attempt());
  };

  const send: Link['send'] = (name, data, replied) => {
    if (state !== 'connected' || connection === undefined) return false;
    connection.send(name, data, replied);
    return true;
  };

  return {
    get state() {
      return state;
    },
    get reconnects() {
      return reconnects;
    },
    start() {
      if (state === 'connecting' || state === 'connected' || state === 'closed') return;
      stopTimer();
      if (state === 'signed-out') askedAgain = false;
      void attempt();
    },
    send,
    giveUp(why) {
      if (state === 'connected') ended(why);
    },
    close() {
      if (state === 'closed') return;
      drop();
      enter('closed');
    },
  };
};
