import { useSyncExternalStore } from 'react';

const narrow = matchMedia('(max-width: 40rem)');

/** Whether the window is as narrow as a phone, where a table's columns stand below each other. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );
