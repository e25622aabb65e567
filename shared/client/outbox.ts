import { Fault } from '../faults.ts';
import { createBackoff } from './backoff.ts';
import {
  bindToSession,
  createQueue,
  type FindSession,
  type Item,
  laneOf,
  type MarkReply,
  type Outbox,
  type Refused,
} from './outbox-queue.ts';
import type { KeptMark, OutboxStore } from './outbox-store.ts';
import type { Timers } from './timers.ts';
import { isAboutToken, unwrap } from './transport.ts';

/** Marks without an answer on one connection. */
const WINDOW = 32;
/** How far behind blocked marks is looked for one that may go. */
const LOOK_AHEAD = 1_000;

/**
 * Sends kept marks in order, up to 32 ahead of the answers; a student's next mark waits for the answer to the
 * one before, so that no retry can overtake a correction. What has no answer when the connection ends is sent
 * again, in order, under the same opId.
 */
export const createOutbox = ({
  store,
  timers,
  random,
  answerTimeoutMs,
  limit,
  send,
  findSession,
  giveUp,
  onRefused,
  onWaiting,
}: {
  store: OutboxStore;
  timers: Timers;
  random: () => number;
  answerTimeoutMs: number;
  limit: number;
  send: (name: string, data: unknown, replied: (reply: unknown) => void) => boolean;
  findSession: FindSession;
  /** The connection is no good for marks: another one is needed. */
  giveUp: (why: Fault) => void;
  onRefused: (refused: Refused) => void;
  onWaiting: (waiting: number, students: number) => void;
}): Outbox => {
  const backoff = createBackoff({ baseMs: 200, maxMs: 10_000, random });
  const finding = new Set<string>();
  let loaded: Promise<void> | undefined;
  /** Marks that come while the store is still being read, by opId. */
  const entering = new Map<string, string>();
  let closed: Fault | undefined;
  let connected = false;
  let inFlight = 0;
  let stopPause: (() => void) | undefined;
  let stopWatch: (() => void) | undefined;

  const waiting = () => queue.items.size + entering.size;
  const students = () => {
    let n = queue.lanes.size;
    for (const lane of new Set(entering.values())) if (!queue.lanes.has(lane)) n += 1;
    return n;
  };
  const told = () => onWaiting(waiting(), students());
  const queue = createQueue({ store, onRefused, onLeft: told });

  const pause = () => {
    stopPause ??= timers.after(backoff.next(), () => {
      stopPause = undefined;
      pump();
    });
  };
  const answered = (item: Item, reply: unknown) => {
    inFlight -= 1;
    item.state = 'ready';
    try {
      queue.acknowledge(item, unwrap(reply) as MarkReply);
      backoff.reset();
    } catch (cause) {
      const fault = cause instanceof Fault ? cause : new Fault('INTERNAL', { cause });
      if (isAboutToken(fault)) return giveUp(fault);
      if (fault.kind.retry) pause();
      else queue.refuse(item, fault);
    }
    pump();
  };
  const transmit = (item: Item) => {
    item.state = 'sent';
    item.sentAt = timers.now();
    inFlight += 1;
    if (send('ATTENDANCE_MARKED', item.mark, (reply) => answered(item, reply))) watch();
    else down();
  };
  /** An answer that stays out means that the connection is dead, whatever it looks like. */
  const watch = () => {
    stopWatch ??= timers.after(answerTimeoutMs, () => {
      stopWatch = undefined;
      if (inFlight === 0) return;
      const late = timers.now() - answerTimeoutMs;
      for (const item of queue.items.values())
        if (item.state === 'sent' && item.sentAt <= late) return giveUp(new Fault('TIMEOUT'));
      watch();
    });
  };
  const bind = (classId: string) => {
    if (finding.has(classId)) return;
    finding.add(classId);
    bindToSession(classId, { queue, store, findSession })
      .catch(() => connected && pause())
      .finally(() => {
        finding.delete(classId);
        pump();
      });
  };

  const pump = (): void => {
    const blocked = new Set<string>();
    let looked = 0;
    for (const item of queue.items.values()) {
      if (!connected || stopPause || inFlight >= WINDOW || looked >= LOOK_AHEAD) return;
      looked += 1;
      const { classId, sessionId } = item.mark;
      if (item.state === 'storing') return;
      if (item.state === 'ready' && !blocked.has(item.lane) && !blocked.has(classId)) {
        if (sessionId === undefined) {
          blocked.add(classId);
          bind(classId);
        } else transmit(item);
      }
      blocked.add(item.lane);
    }
  };

  const down = () => {
    connected = false;
    inFlight = 0;
    stopPause?.();
    stopWatch?.();
    stopPause = stopWatch = undefined;
    for (const item of queue.items.values()) if (item.state === 'sent') item.state = 'ready';
  };

  const load = () => {
    const bringIn = (marks: readonly KeptMark[]) => {
      for (const mark of marks) if (!queue.items.has(mark.opId)) queue.put(mark, 'ready');
      if (marks.length > 0) told();
      pump();
    };
    loaded ??= store
      .load((marks) => !closed && bringIn(marks))
      .then(bringIn, (cause) => {
        throw new Fault('OUTBOX_UNAVAILABLE', { cause });
      });
    return loaded;
  };
  return {
    get waiting() {
      return waiting();
    },
    load,
    async add(mark) {
      if (waiting() >= limit) throw new Fault('OUTBOX_FULL');
      store.note?.(mark);
      entering.set(mark.opId, laneOf(mark));
      told();
      try {
        await load();
      } finally {
        entering.delete(mark.opId);
      }
      if (closed) throw closed;
      const item = queue.put(mark, 'storing');
      try {
        await store.keep(mark);
        item.state = 'ready';
      } catch (cause) {
        queue.refuse(item, new Fault('OUTBOX_UNAVAILABLE', { cause }));
      }
      pump();
      return await item.answer.promise;
    },
    async drained(classId) {
      await load();
      const mine = [...queue.items.values()].filter((item) => item.mark.classId === classId);
      await Promise.allSettled(mine.map((item) => item.answer.promise));
    },
    up() {
      connected = true;
      pump();
    },
    down,
    async close() {
      down();
      closed = new Fault('DISCONNECTED', { text: 'The client was closed' });
      for (const item of queue.items.values()) item.answer.reject(closed);
      await store.close();
    },
  };
};
