import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { RecordView } from '../../../../../shared/rest/records.ts';
import { withQuery } from '../../../lib/api.ts';
import { readShown, type Shown } from '../../../lib/queries.ts';

type Page = { items: RecordView[]; nextCursor: string | null };

/** All records of a session, however many pages they fill; without a network those that were last shown. */
export const useRecords = (sessionId: string): UseQueryResult<Shown<RecordView[]>, Error> => {
  const path = (cursor?: string) =>
    withQuery('/api/v1/attendance/records', { sessionId, limit: 200, cursor });
  return useQuery({
    queryKey: [path()],
    queryFn: async ({ signal }) => {
      const records: RecordView[] = [];
      let since: number | undefined;
      for (let next: string | null | undefined; next !== null; ) {
        const page: Shown<Page> = await readShown<Page>(path(next), signal);
        records.push(...page.data.items);
        if (page.since !== undefined) since = Math.min(since ?? page.since, page.since);
        next = page.data.nextCursor;
      }
      return { data: records, ...(since !== undefined && { since }) };
    },
  });
};
