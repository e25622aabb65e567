import { type KeptMark, newOpId, type OutboxStore } from '../../../shared/client/index.ts';
import { leftBehind } from './live-state.ts';
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
 * takes over those of tabs that are gone.
 */
export const indexedDbOutbox = (userId: string, tab: string = newOpId()): OutboxStore => {
  const leave = liveAs(tab);
  let order = Date.now();
  return {
    async load() {
      const db = await database();
      const living = await livingTabs();
      const tx = db.transaction('marks', 'readwrite');
      const mine: { mark: KeptMark; order: number }[] = [];
      for (const kept of await tx.store.index('user').getAll(userId)) {
        if (kept.owner !== tab && living.has(lockName(kept.owner))) continue;
        await tx.store.put({ ...kept, owner: tab }, kept.mark.opId);
        mine.push(kept);
      }
      await tx.done;
      const marks = mine.sort((a, b) => a.order - b.order).map(({ mark }) => mark);
      leftBehind.set(new Map(marks.map((mark) => [mark.opId, mark])));
      return marks;
    },
    async keep(mark) {
      const db = await database();
      const tx = db.transaction('marks', 'readwrite', { durability: 'strict' });
      const known = await tx.store.get(mark.opId);
      order += 1;
      await tx.store.put({ mark, userId, owner: tab, order: known?.order ?? order }, mark.opId);
      await tx.done;
    },
    async drop(opId) {
      if (leftBehind.get().has(opId))
        leftBehind.set(new Map([...leftBehind.get()].filter(([known]) => known !== opId)));
      await (await database()).delete('marks', opId);
    },
    // What waits here still goes to whoever opens the next one, in this tab or another.
    async close() {
      leftBehind.set(new Map());
      await leave();
    },
  };
};
