import { type KeptMark, newOpId, type OutboxStore } from '../../../shared/client/index.ts';
import { leftBehind } from './live-state.ts';
import { jotted, journal } from './outbox-journal.ts';
import { database } from './store.ts';

const lockName = (tab: string) => `rollcall tab ${tab}`;

/**
 * Tells the other tabs that this one lives, until what it answers with is called. The browser lets go of it also when the
 * tab is gone, however it went.
 */
const liveAs = (tab: string): (() => Promise<void>) => {
  let leave = () => {};
  const here = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const gone = navigator.locks?.request(lockName(tab), () => here);
  return async () => {
    leave();
    await gone;
  };
};
const livingTabs = async (): Promise<Set<string>> => {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => name ?? []));
};

/**
 * Keeps a user's unacknowledged marks in IndexedDB, over reloads and crashes of the browser. Each tab sends its own, and
 * takes over those of tabs that are gone, also of one that was still going when this one came, as at a reload.
 */
export const indexedDbOutbox = (userId: string, tab: string = newOpId()): OutboxStore => {
  const leave = liveAs(tab);
  const closing = new AbortController();
  const own = journal(tab);
  let last = Date.now();
  /** Where each mark stands, by opId. */
  const orders = new Map<string, number>();
  const place = (opId: string): number => {
    const order = orders.get(opId) ?? Math.max(last + 1, Date.now());
    last = Math.max(last, order);
    orders.set(opId, order);
    return order;
  };

  /** Takes what tabs left that are gone; and tells which others have something of this user. */
  const takeOver = async (): Promise<{ marks: KeptMark[]; living: Set<string> }> => {
    const db = await database();
    const held = await livingTabs();
    const isLiving = (other: string) => other !== tab && held.has(lockName(other));
    const living = new Set<string>();
    const mine = new Map<string, { mark: KeptMark; order: number }>();
    const tx = db.transaction('marks', 'readwrite');
    for (const kept of await tx.store.index('user').getAll(userId)) {
      if (isLiving(kept.owner)) living.add(kept.owner);
      else if (!orders.has(kept.mark.opId)) mine.set(kept.mark.opId, kept);
    }
    const left = jotted(userId).filter(({ tab: other }) => other !== tab);
    for (const { tab: other, mark, order } of left) {
      if (isLiving(other)) living.add(other);
      else if (!mine.has(mark.opId) && !orders.has(mark.opId)) mine.set(mark.opId, { mark, order });
    }
    const inOrder = [...mine.values()].sort((a, b) => a.order - b.order);
    for (const { mark, order } of inOrder) {
      orders.set(mark.opId, order);
      await tx.store.put({ mark, userId, owner: tab, order }, mark.opId);
    }
    await tx.done;
    for (const { tab: other, mark } of left) if (!isLiving(other)) journal(other).strike(mark.opId);
    const marks = inOrder.map(({ mark }) => mark);
    leftBehind.set(new Map([...leftBehind.get(), ...marks.map((mark) => [mark.opId, mark] as const)]));
    return { marks, living };
  };

  return {
    async load(later) {
      const { marks, living } = await takeOver();
      for (const other of living)
        navigator.locks
          .request(lockName(other), { signal: closing.signal }, () => {})
          .then(takeOver)
          .then((came) => came.marks.length > 0 && later?.(came.marks))
          // Closed meanwhile, or not to be read now: what is there goes to whoever opens the next one.
          .catch(() => {});
      return marks;
    },
    note: (mark) => own.jot({ mark, userId, order: place(mark.opId) }),
    async keep(mark) {
      const db = await database();
      const tx = db.transaction('marks', 'readwrite', { durability: 'strict' });
      const put = tx.store.put({ mark, userId, owner: tab, order: place(mark.opId) }, mark.opId);
      await Promise.all([put, tx.done]);
      own.strike(mark.opId);
    },
    async drop(opId) {
      if (leftBehind.get().has(opId))
        leftBehind.set(new Map([...leftBehind.get()].filter(([known]) => known !== opId)));
      own.strike(opId);
      await (await database()).delete('marks', opId);
    },
    // What waits here still goes to whoever opens the next one, in this tab or another.
    async close() {
      closing.abort();
      leftBehind.set(new Map());
      await leave();
    },
  };
};
