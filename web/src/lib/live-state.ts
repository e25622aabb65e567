import type { ConnectionState, KeptMark, Refused } from '../../../shared/client/index.ts';
import { observable, useValue } from './observable.ts';

// What is known of the live connection, apart from the connection itself, which not every page needs to load.

export const connection = observable<ConnectionState>('idle');
export const waiting = observable(0);
/** Marks of an earlier visit of this browser that still wait, by opId: to be shown where they belong. */
export const leftBehind = observable<ReadonlyMap<string, KeptMark>>(new Map());

/** Where the connection stands. */
export const useConnection = (): ConnectionState => useValue(connection);
/** How many marks wait for their acknowledgement. */
export const useWaiting = (): number => useValue(waiting);

const listeners = new Set<(refused: Refused) => void>();
/** Told of each mark that the server will never take. */
export const onRefused = (listener: (refused: Refused) => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const refused = (one: Refused): void => {
  for (const tell of [...listeners]) tell(one);
};
