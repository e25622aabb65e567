import { useSyncExternalStore } from 'react';

/** What an address's fragment says, decoded; as it stands where it is no encoded text. */
export const fragmentText = (hash: string): string => {
  const said = hash.slice(1);
  try {
    return decodeURIComponent(said);
  } catch {
    return said;
  }
};

const CHANGES = ['hashchange', 'popstate'] as const;
const watch = (listener: () => void) => {
  for (const name of CHANGES) window.addEventListener(name, listener);
  return () => {
    for (const name of CHANGES) window.removeEventListener(name, listener);
  };
};

/** What the fragment says now: a second link that is opened in the same tab changes it, and loads no page. */
export const useFragmentText = (): string => fragmentText(useSyncExternalStore(watch, () => location.hash));
