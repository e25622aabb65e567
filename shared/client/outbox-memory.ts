import type { KeptMark, OutboxStore } from './outbox-store.ts';

/** Keeps marks as long as the process lives: over disconnects, not over a crash. */
export const memoryOutbox = (): OutboxStore => {
  const kept = new Map<string, KeptMark>();
  return {
    load: async () => [...kept.values()],
    keep: async (mark) => void kept.set(mark.opId, mark),
    drop: async (opId) => void kept.delete(opId),
    close: async () => {},
  };
};
