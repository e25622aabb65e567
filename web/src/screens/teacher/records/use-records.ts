import type { UseQueryResult } from '@tanstack/react-query';
import type { RecordView } from '../../../../../shared/rest/records.ts';
import { useAll } from '../../../lib/all.ts';
import { withQuery } from '../../../lib/api.ts';
import type { Shown } from '../../../lib/queries.ts';

/** All records of a session, however many pages they fill; without a network those that were last shown. */
export const useRecords = (sessionId: string): UseQueryResult<Shown<readonly RecordView[]>, Error> =>
  useAll<RecordView>(withQuery('/api/v1/attendance/records', { sessionId }));
