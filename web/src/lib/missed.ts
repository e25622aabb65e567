import type { KeptMark, Refused } from '../../../shared/client/index.ts';
import type { FaultCode } from '../../../shared/faults.ts';
import { observable, useValue } from './observable.ts';
import { session } from './session.ts';

/** A mark that the server will never take, and why: as a rule its register was finished before the mark came. */
export type Missed = { readonly mark: KeptMark; readonly code: FaultCode };

const PREFIX = 'rollcall missed ';
const keyOf = (userId: string, opId: string) => `${PREFIX}${userId} ${opId}`;
/** What this browser would not keep (a full disk) is there for this visit. */
const unkept = new Map<string, Missed>();

const userId = (): string | undefined => {
  const now = session.state.get();
  return now.status === 'in' ? now.user.id : undefined;
};

const parsed = (text: string | null): Missed[] => {
  try {
    return text === null ? [] : [JSON.parse(text)];
  } catch {
    return [];
  }
};
/** Everything of whoever is signed in, the oldest first. */
const read = (): readonly Missed[] => {
  const id = userId();
  if (id === undefined) return [];
  const own = keyOf(id, '');
  const found = [...unkept].flatMap(([key, one]) => (key.startsWith(own) ? [one] : []));
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(own)) found.push(...parsed(localStorage.getItem(key)));
  } catch {
    // nothing is kept then
  }
  return found.sort((a, b) => (a.mark.at < b.mark.at ? -1 : 1));
};

const missed = observable(read());
const look = () => missed.set(read());
session.state.subscribe(look);
// What another tab keeps or settles.
window.addEventListener('storage', ({ key }) => {
  if (key === null || key.startsWith(PREFIX)) look();
});

/**
 * Keeps a mark until its teacher has said what becomes of it. One key for each and at once: two tabs do not overwrite each
 * other, and it is there before the outbox forgets the mark.
 */
const keep = (id: string, one: Missed): void => {
  const key = keyOf(id, one.mark.opId);
  try {
    localStorage.setItem(key, JSON.stringify(one));
    unkept.delete(key);
  } catch {
    unkept.set(key, one);
  }
};

/** Keeps a mark that was refused to this user. */
export const keepRefused = (id: string, { mark, fault }: Refused): void => {
  keep(id, { mark, code: fault.code });
  look();
};

/** Keeps these of whoever is signed in: also to bring back what was let go, or with the session that they were made in. */
export const keepMissed = (those: readonly Missed[]): void => {
  const id = userId();
  if (id === undefined) return;
  for (const one of those) keep(id, one);
  look();
};

/** They are dealt with. */
export const settleMissed = (those: readonly Missed[]): void => {
  const id = userId();
  if (id === undefined) return;
  for (const { mark } of those) {
    const key = keyOf(id, mark.opId);
    unkept.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // was never there
    }
  }
  look();
};

/** The marks of whoever is signed in that are in no record and wait for a decision, the oldest first. */
export const useMissed = (): readonly Missed[] => useValue(missed);
