import type { ConnectionState, KeptMark, Refused } from '../../../shared/client/index.ts';
import { observable, useValue } from './observable.ts';

// What is known of the live connection, apart from the connection itself, which not every page needs to load.

export const connection = observable<ConnectionState>('idle');
/** How many students have a mark that waits: as many as cards that say so, however often each was tapped. */
export const waiting = observable(0);
/** Marks of an earlier visit of this browser that still wait, by opId: to be shown where they belong. */
export const leftBehind = observable<ReadonlyMap<string, KeptMark>>(new Map());

/** Where the connection stands. */
export const useConnection = (): ConnectionState => useValue(connection);
/** How many students’ marks wait for their acknowledgement. */
export const useWaiting = (): number => useValue(waiting);

/** An answer that takes no longer than this, in ms, is not worth saying that one waits for it. */
export const SOON_MS = 700;
const longWaiting = observable(0);
let soon: ReturnType<typeof setTimeout> | undefined;
const tellWaiting = () => {
  clearTimeout(soon);
  soon = undefined;
  longWaiting.set(waiting.get());
};
const followWaiting = () => {
  if (waiting.get() === 0 || longWaiting.get() > 0 || connection.get() !== 'connected') tellWaiting();
  else soon ??= setTimeout(tellWaiting, SOON_MS);
};
waiting.subscribe(followWaiting);
connection.subscribe(followWaiting);
/** How many students’ marks have to be said to wait: those without an answer for a while, or without a connection. */
export const useLongWaiting = (): number => useValue(longWaiting);

const listeners = new Set<(refused: Refused) => void>();
/** Told of each mark that the server will never take. */
export const onRefused = (listener: (refused: Refused) => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const refused = (one: Refused): void => {
  for (const tell of [...listeners]) tell(one);
};
