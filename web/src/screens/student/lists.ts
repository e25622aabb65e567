import type { Session } from '../../../../shared/protocol/index.ts';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useAll } from '../../lib/all.ts';
import type { Running } from './ways.tsx';

const NONE: readonly never[] = [];

/** The classes of whoever is signed in. */
export const useClasses = () => {
  const query = useAll<ClassView>('/api/v1/classes');
  const list = query.data?.data ?? NONE;
  return { query, list, nameOf: (id: string) => list.find((one) => one.id === id)?.className };
};

/** The sessions that are live in these classes, with the class's name. */
export const useRunning = (classes: readonly ClassView[]): readonly Running[] => {
  const { data } = useAll<Session>('/api/v1/sessions?state=live');
  const live = data?.data ?? NONE;
  return classes.flatMap(({ id, className }) => {
    const session = live.find(({ classId }) => classId === id);
    return session === undefined ? [] : [{ session, className }];
  });
};
