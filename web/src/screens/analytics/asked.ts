import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useAll } from '../../lib/all.ts';

/** All classes that one may look into, by name. */
export const useClasses = () => {
  const query = useAll<ClassView>('/api/v1/classes');
  const items = query.data?.data;
  const classes = useMemo(() => items?.toSorted((a, b) => a.className.localeCompare(b.className)), [items]);
  return { ...query, classes };
};

/** What is looked at, as the address has it: it can be kept, sent and gone back to. Empty texts are the server's choice. */
export const useAddress = () => {
  const [params, setParams] = useSearchParams();
  return {
    read: (name: string): string => params.get(name) ?? '',
    write: (name: string, value: string): void =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
  };
};

const KEY = 'rollcall share';
const DEFAULT_SHARE = 80;

/** A whole share of 0 to 100 percent; undefined for anything else. */
export const readShare = (text: string): number | undefined =>
  /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : undefined;

/** The share below which people are marked: what was chosen at this browser, else 80 %. */
export const keptShare = (): number => {
  try {
    return readShare(localStorage.getItem(KEY) ?? '') ?? DEFAULT_SHARE;
  } catch {
    return DEFAULT_SHARE;
  }
};
export const keepShare = (share: number): void => {
  try {
    localStorage.setItem(KEY, String(share));
  } catch {
    // for this visit then
  }
};
