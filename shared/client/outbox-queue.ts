import { Fault } from '../faults.ts';
import type { mark as markCommand, ReplyOf } from '../protocol/index.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { KeptMark, OutboxStore } from './outbox-store.ts';

export type MarkReply = ReplyOf<typeof markCommand>;

/** A mark that the server will never take, and why. */
export type Refused = { readonly mark: KeptMark; readonly fault: Fault };

/** Keeps marks until they are acknowledged, and sends them in order. */
export type Outbox = {
  /** Marks that are neither acknowledged nor refused. */
  readonly waiting: number;
  /** Brings in what an earlier run left behind. OUTBOX_UNAVAILABLE when that cannot be read. */
  load(): Promise<void>;
  /** Keeps a mark, sends it, and resolves with the server's answer, however long the way there is. */
  add(mark: KeptMark): Promise<MarkReply>;
  /** Resolves when every mark of the class that was added up to now is acknowledged or refused. */
  drained(classId: string): Promise<void>;
  up(): void;
  down(): void;
  close(): Promise<void>;
};

/** A mark on its way: being stored, ready to go, or sent and not answered yet. */
export type Item = {
  mark: KeptMark;
  /** Marks of one lane (one student of one class) go one after the other. */
  readonly lane: string;
  state: 'storing' | 'ready' | 'sent';
  sentAt: number;
  readonly answer: Deferred<MarkReply>;
};

/** Asks for the live session of a class; null when there is none. Rejects when offline. */
export type FindSession = (classId: string) => Promise<{ sessionId: string; openedAt: string } | null>;

/** Where a mark waits: those of one student of one class go one after the other. */
export const laneOf = ({ classId, studentId }: Pick<KeptMark, 'classId' | 'studentId'>): string =>
  `${classId} ${studentId}`;

/** The unsettled marks in order, and the two ways in which one leaves. */
export type Queue = {
  readonly items: ReadonlyMap<string, Item>;
  /** How many marks are in each lane. */
  readonly lanes: ReadonlyMap<string, number>;
  put(mark: KeptMark, state: Item['state']): Item;
  acknowledge(item: Item, reply: MarkReply): void;
  refuse(item: Item, fault: Fault): void;
};

/** A mark older than the start of a session by more than this, in ms, was not made for it. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Holds the unsettled marks in order. */
export const createQueue = ({
  store,
  onRefused,
  onLeft,
}: {
  store: OutboxStore;
  onRefused: (refused: Refused) => void;
  onLeft: () => void;
}): Queue => {
  const items = new Map<string, Item>();
  const lanes = new Map<string, number>();
  const remove = (item: Item) => {
    if (!items.delete(item.mark.opId)) return;
    const left = (lanes.get(item.lane) ?? 1) - 1;
    if (left > 0) lanes.set(item.lane, left);
    else lanes.delete(item.lane);
    store.drop(item.mark.opId).catch(() => {});
    onLeft();
  };
  return {
    items,
    lanes,
    put(mark, state) {
      const item: Item = {
        mark,
        lane: laneOf(mark),
        state,
        sentAt: 0,
        answer: deferred(),
      };
      items.set(mark.opId, item);
      lanes.set(item.lane, (lanes.get(item.lane) ?? 0) + 1);
      return item;
    },
    acknowledge(item, reply) {
      remove(item);
      item.answer.resolve(reply);
    },
    refuse(item, fault) {
      remove(item);
      item.answer.reject(fault);
      onRefused({ mark: item.mark, fault });
    },
  };
};

/**
 * Finds the session for the marks of a class that were made before it was known, and notes it in the store
 * before they are sent: then no resend can count in a later session. Rejects when it has to be tried again.
 */
export const bindToSession = async (
  classId: string,
  { queue, store, findSession }: { queue: Queue; store: OutboxStore; findSession: FindSession },
): Promise<void> => {
  const unbound = () =>
    [...queue.items.values()].filter(
      ({ mark, state }) => mark.classId === classId && mark.sessionId === undefined && state === 'ready',
    );
  try {
    const session = await findSession(classId);
    for (const item of unbound()) {
      if (session === null) queue.refuse(item, new Fault('NO_ACTIVE_SESSION'));
      else if (Date.parse(item.mark.at) + CLOCK_TOLERANCE_MS < Date.parse(session.openedAt))
        queue.refuse(item, new Fault('SESSION_CHANGED'));
      else {
        const bound = { ...item.mark, sessionId: session.sessionId };
        await store.keep(bound);
        item.mark = bound;
      }
    }
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.kind.retry) throw cause;
    for (const item of unbound()) queue.refuse(item, cause);
  }
};
