import { QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Fault } from '../../../shared/faults.ts';
import { isAway } from './api.ts';
import { authorized, session } from './session.ts';
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

const userId = (): string => {
  const now = session.state.get();
  if (now.status !== 'in') throw new Fault('UNAUTHORIZED');
  return now.user.id;
};

/** Reads from the server, and while that is away what it said last. */
export const readShown = async <T>(path: string, signal?: AbortSignal): Promise<Shown<T>> => {
  const id = userId();
  try {
    const data = await authorized<T>('GET', path, signal ? { signal } : {});
    void keepKnown(id, path, data);
    return { data };
  } catch (error) {
    const last = isAway(error) ? await lastKnown<T>(id, path) : undefined;
    if (!last) throw error;
    return { data: last.data, since: last.at };
  }
};

/** What a path of the API answers, kept for a while and over times without a network. Undefined: not asked. */
export const useShown = <T>(path: string | undefined): UseQueryResult<Shown<T>, Error> =>
  useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => readShown<T>(path ?? '', signal),
    enabled: path !== undefined,
  });

/** Has everything asked for again whose path begins so. */
export const refresh = (prefix: string): Promise<void> =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith(prefix),
  });
