import { useMemo, useState, useSyncExternalStore } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import { useLanguage } from '../../../lib/language.ts';
import type { Shown } from '../../../ui/status.tsx';
import type { Book } from './book.ts';
import type { Cell } from './cell.ts';

/** One student on a card; `key` is what a search looks in. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly code?: string;
  readonly sectionId?: string;
  readonly key: string;
};

/** What cards can be filtered by. */
export type Filter = Shown | 'shared-device';

/** As a search compares: without case and accents. */
export const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Whether a cell fits a filter. */
const fits = (filter: Filter, cell: Cell): boolean => {
  if (filter === 'shared-device') return cell.flags.includes('shared-device');
  return cell.status === filter;
};

const fittingIn = (book: Book, filter: Filter): string[] =>
  book.roster().filter((id) => fits(filter, book.cell(id)));

/** Everybody on the roster by name, in the order of the language in use; who is not known by name yet stands last. */
export const usePeople = (book: Book, detail: ClassDetail | undefined): readonly Person[] => {
  const roster = useSyncExternalStore(book.subscribe, book.roster);
  const language = useLanguage();
  return useMemo(() => {
    const known = new Map(detail?.students.map((student) => [student.id as string, student]));
    const { compare } = new Intl.Collator(language, { numeric: true });
    return roster
      .map((id): Person => {
        const student = known.get(id);
        const code = student?.studentCode;
        return {
          id,
          name: student?.name ?? '',
          key: plain(`${student?.name ?? ''} ${code ?? ''}`),
          ...(code !== undefined && { code }),
          ...(student?.sectionId && { sectionId: student.sectionId }),
        };
      })
      .sort(
        (a, b) =>
          Number(a.name === '') - Number(b.name === '') || compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
      );
  }, [roster, detail, language]);
};

/**
 * A filter that never moves a card away from under a finger: who fitted when it was chosen stays until it is chosen again,
 * and who fits since joins.
 */
export const useFilter = (book: Book) => {
  const [{ filter, first }, setChosen] = useState<{ filter?: Filter; first: readonly string[] }>({
    first: [],
  });
  // A text, so that the page is drawn again only when other people fit.
  const fitting = useSyncExternalStore(book.subscribe, () =>
    filter ? fittingIn(book, filter).join(' ') : '',
  );
  return useMemo(() => {
    const now = new Set(fitting === '' ? [] : fitting.split(' '));
    return {
      filter,
      choose: (next: Filter | undefined) =>
        setChosen(next ? { filter: next, first: fittingIn(book, next) } : { first: [] }),
      /** Undefined: everybody. */
      shown: filter ? new Set([...first, ...now]) : undefined,
      /** Those who are only shown because they fitted before. */
      former: new Set(first.filter((id) => !now.has(id))),
    };
  }, [book, filter, first, fitting]);
};
