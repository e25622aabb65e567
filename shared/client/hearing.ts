import { Fault } from '../faults.ts';
import type { DataOf, EVENTS, EventName } from '../protocol/index.ts';
import { deferred } from './deferred.ts';
import type { Timers } from './timers.ts';

type EventNamed<Name extends EventName> = Extract<(typeof EVENTS)[number], { name: Name }>;

/** What an event carries; where a name is told in several shapes, one of them. */
export type HeardData<Name extends EventName> = DataOf<EventNamed<Name>>;

/** Listening to what the server sends on its own. */
export type Listen = {
  /** Calls for every such event; the result stops it. */
  heard<Name extends EventName>(name: Name, listener: (data: HeardData<Name>) => void): () => void;
  /** Calls for every event of any name, in the order of arrival. */
  heardAny(listener: (name: string, data: unknown) => void): () => void;
  /** The next such event from now on for which the predicate holds; TIMEOUT after `timeoutMs` (10 s). */
  next<Name extends EventName>(
    name: Name,
    predicate?: (data: HeardData<Name>) => boolean,
    options?: { timeoutMs?: number },
  ): Promise<HeardData<Name>>;
  /** Every such event from now on, one after the other, until the client is closed. */
  events<Name extends EventName>(name: Name): AsyncIterableIterator<HeardData<Name>>;
};

export type Hearing = Listen & {
  tell(name: string, data: unknown): void;
  close(): void;
};

/** Events that an iterator holds for a slow reader; beyond that the oldest are dropped. */
const BUFFERED = 10_000;

/** Hands events to whoever listens for them. */
export const createHearing = (timers: Timers): Hearing => {
  const byName = new Map<string, Set<(data: never) => void>>();
  const any = new Set<(name: string, data: unknown) => void>();
  const endings = new Set<() => void>();

  const listen: Hearing['heard'] = (name, listener) => {
    const listeners = byName.get(name) ?? new Set();
    byName.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  };
  return {
    heard: listen,
    heardAny(listener) {
      any.add(listener);
      return () => void any.delete(listener);
    },
    next(name, predicate = () => true, { timeoutMs = 10_000 } = {}) {
      const { promise, resolve, reject } = deferred<HeardData<typeof name>>();
      const stop = listen(name, (data) => predicate(data) && resolve(data));
      const stopTimer = timers.after(timeoutMs, () =>
        reject(new Fault('TIMEOUT', { text: `No ${name} in time` })),
      );
      const end = () => reject(new Fault('DISCONNECTED'));
      endings.add(end);
      const result = promise.finally(() => {
        stop();
        stopTimer();
        endings.delete(end);
      });
      result.catch(() => {}); // it may well be awaited only later
      return result;
    },
    events(name) {
      const waiting: HeardData<typeof name>[] = [];
      let wake = deferred<void>();
      let over = false;
      const stop = listen(name, (data) => {
        if (waiting.push(data) > BUFFERED) waiting.shift();
        wake.resolve();
      });
      const end = () => {
        over = true;
        wake.resolve();
      };
      endings.add(end);
      const leave = () => {
        stop();
        endings.delete(end);
        over = true;
        return Promise.resolve({ done: true as const, value: undefined });
      };
      return {
        async next() {
          for (;;) {
            const value = waiting.shift();
            if (value !== undefined) return { done: false, value };
            if (over) return await leave();
            wake = deferred();
            await wake.promise;
          }
        },
        return: leave,
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    tell(name, data) {
      for (const listener of [...any]) listener(name, data);
      const listeners = byName.get(name);
      if (listeners) for (const listener of [...listeners]) (listener as (data: unknown) => void)(data);
    },
    close() {
      for (const end of [...endings]) end();
      byName.clear();
      any.clear();
    },
  };
};
