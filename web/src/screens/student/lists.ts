import type { Session } from '../../../../shared/protocol/index.ts';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useShown } from '../../lib/queries.ts';
import type { Running } from './ways.tsx';

type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };
const NONE: readonly never[] = [];

/** The classes of whoever is signed in. */
export const useClasses = () => {
  const query = useShown<Page<ClassView>>('/api/v1/classes?limit=200');
  const list = query.data?.data.items ?? NONE;
  return { query, list, nameOf: (id: string) => list.find((one) => one.id === id)?.className };
};

/** The sessions that are live in these classes, with the class's name. */
export const useRunning = (classes: readonly ClassView[]): readonly Running[] => {
  const { data } = useShown<Page<Session>>('/api/v1/sessions?state=live&limit=200');
  const live = data?.data.items ?? NONE;
  return classes.flatMap(({ id, className }) => {
    const session = live.find(({ classId }) => classId === id);
    return session === undefined ? [] : [{ session, className }];
  });
};
