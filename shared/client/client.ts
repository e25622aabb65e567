import { Fault } from '../faults.ts';
import type { Done } from '../protocol/index.ts';
import type { LiveStatus } from '../status.ts';
import { createBackoff } from './backoff.ts';
import { type Call, createCalls } from './calls.ts';
import { createGate } from './deferred.ts';
import { finish } from './finish.ts';
import { createHearing, type Listen } from './hearing.ts';
import { type ConnectionState, createLink } from './link.ts';
import { newOpId } from './op-id.ts';
import { createOutbox } from './outbox.ts';
import { memoryOutbox } from './outbox-memory.ts';
import type { MarkReply, Refused } from './outbox-queue.ts';
import type { OutboxStore } from './outbox-store.ts';
import { realTimers, type Timers } from './timers.ts';
import { createTokens, type TokenSource } from './token.ts';
import type { Transport } from './transport.ts';
import { type ClassView, createView } from './view.ts';

export type ClientOptions = {
  transport: Transport;
  token: TokenSource;
  /** Where unacknowledged marks are kept; memory unless given. */
  outbox?: OutboxStore;
  /** Told each change of the connection; `why` is what ended it or kept it from opening. */
  onState?: (state: ConnectionState, why?: Fault) => void;
  /** Told of each mark that the server will never take. */
  onRefused?: (refused: Refused) => void;
  /**
   * Told how many marks wait for their acknowledgement, and of how many students they are (of one class each), whenever
   * that changes: who is tapped twice has two marks.
   */
  onWaiting?: (waiting: number, students: number) => void;
  /** How long a call, the opening of a connection and a mark on an open one may go unanswered, ms (10,000). */
  timeoutMs?: number;
  /** How many unacknowledged marks are kept before OUTBOX_FULL (10,000). */
  outboxLimit?: number;
  timers?: Timers;
  random?: () => number;
};

/** The typed client: one user's connection, over either wire. */
export type Client = Listen & {
  readonly state: ConnectionState;
  /** Marks that are neither acknowledged nor refused. */
  readonly waiting: number;
  /** How often it has connected again. */
  readonly reconnects: number;
  /**
   * Connects, and from then on stays connected. Resolves once connected, however long that takes; rejects with
   * SOCKET_UNAUTHORIZED when no token of ours is taken, with DISCONNECTED when closed meanwhile.
   */
  connect(): Promise<void>;
  call: Call;
  /**
   * Marks a student. Kept until the server has acknowledged or refused it, over disconnects (and over crashes,
   * with a durable outbox); resolves or rejects then. OUTBOX_FULL when too many wait.
   */
  mark(mark: { classId: string; studentId: string; status: LiveStatus; reason?: string }): Promise<MarkReply>;
  /** Finishes a class once all its marks are acknowledged; TIMEOUT after `timeoutMs` (60 s). */
  done(what: { classId: string; timeoutMs?: number }): Promise<Done>;
  /** The live view of a class; the same one until it is closed. */
  watch(classId: string): ClassView;
  /** Ends the connection and all that waits. Unacknowledged marks stay in a durable outbox. */
  close(): Promise<void>;
};

const wasClosed = () => new Fault('DISCONNECTED', { text: 'The client was closed' });

/** Makes a client; nothing happens before `connect()`. */
export const createClient = ({
  transport,
  token,
  outbox: store = memoryOutbox(),
  onState = () => {},
  onRefused = () => {},
  onWaiting = () => {},
  timeoutMs = 10_000,
  outboxLimit = 10_000,
  timers = realTimers,
  random = Math.random,
}: ClientOptions): Client => {
  const views = new Map<string, ReturnType<typeof createView>>();
  const { tell, close: endHearing, ...listen } = createHearing(timers);
  const gate = createGate();

  const link = createLink({
    transport,
    tokens: createTokens(token, timers),
    timers,
    backoff: createBackoff({ random }),
    openTimeoutMs: timeoutMs,
    onState: moved,
    onHeard(name, data) {
      const { classId } = Object(data) as { classId?: unknown };
      if (typeof classId === 'string') views.get(classId)?.syncing.heard(name, data);
      tell(name, data);
    },
  });
  const { call, failAll } = createCalls({ timers, timeoutMs, send: link.send });
  const outbox = createOutbox({
    store,
    timers,
    random,
    answerTimeoutMs: timeoutMs,
    limit: outboxLimit,
    send: link.send,
    giveUp: link.giveUp,
    onRefused,
    onWaiting,
    async findSession(classId) {
      const { view } = follow(classId);
      if (view.state !== 'live') await view.refresh();
      if (view.fault) throw view.fault;
      const { state, sessionId, openedAt } = view;
      return state === 'live' && sessionId && openedAt ? { sessionId, openedAt } : null;
    },
  });

  function moved(state: ConnectionState, why?: Fault): void {
    if (state === 'connected') {
      for (const { syncing } of views.values()) syncing.up();
      outbox.up();
    } else {
      for (const { syncing } of views.values()) syncing.down();
      outbox.down();
      failAll();
    }
    if (state === 'connected') gate.open();
    if (state === 'signed-out' || state === 'closed') gate.open(why ?? wasClosed());
    onState(state, why);
  }
  const connected = async (): Promise<void> => {
    if (link.state === 'connected') return;
    if (link.state === 'closed') throw wasClosed();
    await gate.wait();
  };

  const follow = (classId: string) => {
    const known = views.get(classId);
    if (known) return known;
    const made = createView({
      classId,
      ask: (data) => call('SYNC', data),
      timers,
      random,
      onClose: () => void views.delete(classId),
    });
    views.set(classId, made);
    if (link.state === 'connected') made.syncing.up();
    return made;
  };

  return {
    ...listen,
    get state() {
      return link.state;
    },
    get waiting() {
      return outbox.waiting;
    },
    get reconnects() {
      return link.reconnects;
    },
    async connect() {
      await outbox.load();
      link.start();
      await connected();
    },
    call,
    async mark({ classId, studentId, status, reason }) {
      if (link.state === 'closed') throw wasClosed();
      const { state, sessionId } = follow(classId).view;
      return await outbox.add({
        opId: newOpId(),
        classId,
        ...(state === 'live' && sessionId !== undefined ? { sessionId } : {}),
        studentId,
        status,
        at: new Date(timers.now()).toISOString(),
        ...(reason === undefined ? {} : { reason }),
      });
    },
    async done({ classId, timeoutMs = 60_000 }) {
      const opId = newOpId();
      const session = () => views.get(classId)?.view.sessionId;
      const before = session();
      const request = () => {
        const sessionId = before ?? session();
        return { classId, opId, ...(sessionId === undefined ? {} : { sessionId }) };
      };
      const drained = () => outbox.drained(classId);
      return await finish({ request, timeoutMs, drained, connected, call, timers, random });
    },
    watch: (classId) => follow(classId).view,
    async close() {
      link.close();
      for (const { view } of [...views.values()]) view.close();
      endHearing();
      await outbox.close();
    },
  };
};
