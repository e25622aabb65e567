import type { KeptMark } from '../../../shared/client/index.ts';

/** A mark on its way into the database; `order` is its place among the others. */
export type Jotting = { readonly mark: KeptMark; readonly userId: string; readonly order: number };

const PREFIX = 'rollcall marks ';
const read = (key: string): Jotting[] => {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
};

/**
 * Marks of a tab for the few milliseconds until the database has them. It is written before anything is shown, at once:
 * a page that is left or reloaded in that moment would take what is not yet in the database along.
 */
export const journal = (tab: string) => {
  const key = `${PREFIX}${tab}`;
  const write = (jottings: readonly Jotting[]) => {
    try {
      if (jottings.length > 0) localStorage.setItem(key, JSON.stringify(jottings));
      else localStorage.removeItem(key);
    } catch {
      // A full disk: the database says so.
    }
  };
  return {
    jot: (jotting: Jotting): void => write([...read(key), jotting]),
    /** Forgets a mark: the database has it, or it is settled. */
    strike(opId: string): void {
      const jottings = read(key);
      const left = jottings.filter(({ mark }) => mark.opId !== opId);
      if (left.length < jottings.length) write(left);
    },
  };
};

/** What every tab of this browser has jotted down of a user's marks, by tab. */
export const jotted = (userId: string): (Jotting & { readonly tab: string })[] => {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .flatMap((key) => read(key).map((jotting) => ({ ...jotting, tab: key.slice(PREFIX.length) })))
      .filter((jotting) => jotting.userId === userId);
  } catch {
    return [];
  }
};
