import type { Me } from '../../../shared/rest/auth.ts';
import { useValue } from './observable.ts';
import { session } from './session.ts';

/** Who is signed in; only within pages that need somebody. */
export const useMe = (): Me => {
  const now = useValue(session.state);
  if (now.status !== 'in') throw new Error('nobody is signed in');
  return now.user;
};
