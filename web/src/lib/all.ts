import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { withQuery } from './api.ts';
import { AGAIN_MS, readShown, type Shown } from './queries.ts';
import { useMe } from './role.ts';

/** One page of a list of the API. */
export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

/** As many as the server puts into one page. */
const PAGE = '200';

/** A path with more to its query. */
export const and = (path: string, query: Record<string, string | undefined>): string => {
  const [bare = path, had] = path.split('?');
  return withQuery(bare, { ...Object.fromEntries(new URLSearchParams(had)), ...query });
};

/**
 * A whole list of the API, however many pages it fills: classes, sections, the sessions of some days. `enough` ends it
 * early, asked of the last one of each page. Without a network it is what was last shown.
 */
export const useAll = <T>(
  path: string,
  enough: (last: T) => boolean = () => false,
): UseQueryResult<Shown<readonly T[]>, Error> => {
  const { id } = useMe();
  return useQuery({
    // The path first, as `refresh` expects.
    queryKey: [path, id, 'all'],
    queryFn: async ({ signal }): Promise<Shown<readonly T[]>> => {
      const items: T[] = [];
      let since: number | undefined;
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Shown<Page<T>> = await readShown<Page<T>>(and(path, { limit: PAGE, cursor }), signal);
        items.push(...page.data.items);
        if (page.since !== undefined) since = Math.min(since ?? page.since, page.since);
        const last = page.data.items.at(-1);
        cursor = last === undefined || enough(last) ? null : page.data.nextCursor;
      }
      return { data: items, ...(since !== undefined && { since }) };
    },
    refetchInterval: ({ state }) => (state.data?.since === undefined ? false : AGAIN_MS),
  });
};
