import { ImportPath, ImportQuery, ImportReport } from '../../../shared/rest/imports.ts';
import type { Route } from '../../rest/route.ts';
import { uploadRoute } from '../../rest/upload.ts';
import type { Imports } from './imports.ts';

const MAX_BYTES = 32 * 1024 * 1024;

/** `/api/v1/imports`, for admins. */
export const importRoutes = ({ imports }: { imports: Imports }): Route[] => [
  uploadRoute(
    {
      method: 'post',
      path: '/api/v1/imports/:kind',
      roles: ['admin'],
      summary:
        'Bring in students, teachers, sections or rosters from a CSV file; try it with dryRun=true first.',
      description:
        'RFC 4180 in UTF-8, with a header; at most 32 MiB. Students: studentCode, firstName, lastName, email, section, ' +
        'dep, batch. Teachers: teacherCode, firstName, lastName, email. Sections: name, dep, batch. Rosters: classCode, ' +
        'studentCode. Codes say who is meant: sending a file twice changes nothing. Bad rows are reported with their ' +
        'line and left out. With `Accept: application/x-ndjson` the answer comes in lines: `{"progress": …}` after ' +
        'each 500 rows, and at the end what a plain answer would be.',
      tags: ['imports'],
      params: ImportPath,
      query: ImportQuery,
      upload: { type: 'text/csv', maxBytes: MAX_BYTES },
      reply: ImportReport,
      faults: ['REGISTER_UNAVAILABLE'],
      limit: { perMinute: 60, by: 'account' },
    },
    ({ params, query }, { chunks, received, announced, tell }) =>
      imports.run(params.kind, chunks, {
        dryRun: query.dryRun === 'true',
        map: query.map,
        onProgress: (tally) => tell({ ...tally, bytes: received(), ofBytes: announced }),
      }),
  ),
];
