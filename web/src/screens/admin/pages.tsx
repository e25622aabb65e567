import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { withQuery } from '../../lib/api.ts';
import { useTexts } from '../../lib/language.ts';
import { readShown, type Shown } from '../../lib/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Loading, Stale } from '../../ui/feedback.tsx';
import styles from './admin.module.css';

type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

const after = (path: string, query: Record<string, string | undefined>): string => {
  const [bare = path, had] = path.split('?');
  return withQuery(bare, { ...Object.fromEntries(new URLSearchParams(had)), ...query });
};

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Shown<Page<T>>>, Error>;

/** A list of the API page by page; what is shown stays while another filter is on its way. */
export const usePages = <T,>(path: string): Pages<T> =>
  useInfiniteQuery({
    queryKey: [path, 'pages'],
    queryFn: ({ pageParam, signal }) => readShown<Page<T>>(after(path, { cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ data }) => data.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });

/** A list as far as it was asked for, with a button for more; `empty` where there is nothing. */
export const Listed = <T,>({
  pages,
  empty,
  children,
}: {
  pages: Pages<T>;
  empty: ReactNode;
  children: (items: readonly T[]) => ReactNode;
}) => {
  const { common } = useTexts();
  if (!pages.data)
    return pages.isError ? <Failure error={pages.error} onRetry={() => void pages.refetch()} /> : <Loading />;
  const items = pages.data.pages.flatMap(({ data }) => data.items);
  return (
    <div className={styles.list} aria-busy={pages.isPlaceholderData}>
      <Stale since={pages.data.pages.find(({ since }) => since !== undefined)?.since} />
      {items.length === 0 ? empty : children(items)}
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {common.showMore}
        </Button>
      )}
    </div>
  );
};

/** More pages than any school's classes or sections have. */
const MOST_PAGES = 25;

/** A whole list of the API, where it is one that fits a page: classes, sections, devices. */
export const useAll = <T,>(path: string) =>
  useQuery({
    queryKey: [path, 'all'],
    queryFn: async ({ signal }): Promise<Shown<readonly T[]>> => {
      const items: T[] = [];
      let since: number | undefined;
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { data, since: old } = await readShown<Page<T>>(after(path, { limit: '200', cursor }), signal);
        items.push(...data.items);
        since ??= old;
        if (data.nextCursor === null) break;
        cursor = data.nextCursor;
      }
      return since === undefined ? { data: items } : { data: items, since };
    },
  });

/** What was typed, once nobody has typed for a moment. */
export const useSettled = (text: string, ms = 200): string => {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
};
