import { type Query, QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Fault } from '../../../shared/faults.ts';
import { isAway } from './api.ts';
import { useValue } from './observable.ts';
import { authorized, type SessionState, session } from './session.ts';
import { keepKnown, lastKnown } from './store.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // Asked even when the browser believes to be offline: it is often wrong in a school's own network.
      networkMode: 'always',
      retry: (failures, error) => isAway(error) && failures < 2,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** An answer, and since when it is not the newest: ms since 1970 where the server is away, else undefined. */
export type Shown<T> = { readonly data: T; readonly since?: number };

const userIn = (state: SessionState): string | undefined =>
  state.status === 'in' ? state.user.id : undefined;

// What one user was shown is not there for the next. Somebody may be signed in already when this is loaded.
let lastUser = userIn(session.state.get());
session.state.subscribe(() => {
  const id = userIn(session.state.get());
  if (id !== lastUser) queryClient.clear();
  lastUser = id;
});

/** Reads from the server, and while that is away what it said last. UNAUTHORIZED also when another has signed in since. */
export const readShown = async <T>(path: string, signal?: AbortSignal): Promise<Shown<T>> => {
  const id = userIn(session.state.get());
  if (id === undefined) throw new Fault('UNAUTHORIZED');
  try {
    const data = await authorized<T>('GET', path, signal ? { signal } : {});
    if (userIn(session.state.get()) !== id) throw new Fault('UNAUTHORIZED');
    void keepKnown(id, path, data);
    return { data };
  } catch (error) {
    const last = isAway(error) ? await lastKnown<T>(id, path) : undefined;
    if (!last) throw error;
    return { data: last.data, since: last.at };
  }
};

/** How often what could not be brought up to date is asked for again, in ms. */
export const AGAIN_MS = 5_000;

/** What a path of the API answers, kept for a while and over times without a network. Undefined: not asked. */
export const useShown = <T>(path: string | undefined): UseQueryResult<Shown<T>, Error> => {
  const user = userIn(useValue(session.state));
  return useQuery({
    // The path first, as `refresh` expects. Each user's own: two may use this browser one after the other.
    queryKey: [path, user],
    queryFn: ({ signal }) => readShown<T>(path ?? '', signal),
    enabled: path !== undefined,
    // What is shown as not the newest is brought up to date as soon as there is a connection.
    refetchInterval: ({ state }) => (state.data?.since === undefined ? false : AGAIN_MS),
  });
};

/** Has everything asked for again whose path begins so. */
export const refresh = async (prefix: string): Promise<void> => {
  const asked = {
    predicate: ({ queryKey: [path] }: Pick<Query, 'queryKey'>) =>
      typeof path === 'string' && path.startsWith(prefix),
  };
  // A first answer that is still on its way may be older than what we were told of; it would be waited for otherwise.
  await queryClient.cancelQueries(asked);
  await queryClient.invalidateQueries(asked);
};
