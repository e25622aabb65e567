import type { Me } from '../../../shared/rest/auth.ts';
import { useValue } from './observable.ts';
import { session } from './session.ts';

/** How long a register may stay open at this school, in minutes; undefined where it is not known any more. */
export const useMaxMinutes = (): number | undefined => {
  const now = useValue(session.state);
  return now.status === 'in' ? now.maxSessionMinutes : undefined;
};

/** Who is signed in; only within pages that need somebody. */
export const useMe = (): Me => {
  const now = useValue(session.state);
  if (now.status !== 'in') throw new Error('nobody is signed in');
  return now.user;
};
