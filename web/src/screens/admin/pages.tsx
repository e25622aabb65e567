import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { and, type Page } from '../../lib/all.ts';
import { useTexts } from '../../lib/language.ts';
import { readShown, type Shown } from '../../lib/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Loading, Stale } from '../../ui/feedback.tsx';
import styles from './admin.module.css';

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Shown<Page<T>>>, Error>;

/** A list of the API page by page; what is shown stays while another filter is on its way. */
export const usePages = <T,>(path: string): Pages<T> =>
  useInfiniteQuery({
    queryKey: [path, 'pages'],
    queryFn: ({ pageParam, signal }) => readShown<Page<T>>(and(path, { cursor: pageParam }), signal),
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

/** What was typed, once nobody has typed for a moment. */
export const useSettled = (text: string, ms = 200): string => {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
};
