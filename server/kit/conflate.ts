/** Runs only the latest of the actions given under one key, at most once per window. */
export type Conflate = (key: string, action: () => void) => void;

/**
 * Makes a conflater: the first action of a quiet key runs after `windowMs`, and whatever is given meanwhile takes its
 * place. `stop` forgets what is waiting.
 */
export const createConflate = (windowMs: number): { conflate: Conflate; stop: () => void } => {
  const waiting = new Map<string, { action: () => void; timer: NodeJS.Timeout }>();
  return {
    conflate(key, action) {
      const standing = waiting.get(key);
      if (standing) {
        standing.action = action;
        return;
      }
      const timer = setTimeout(() => {
        const last = waiting.get(key);
        waiting.delete(key);
        last?.action();
      }, windowMs);
      waiting.set(key, { action, timer });
    },
    stop() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
};
