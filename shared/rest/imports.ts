import { z } from 'zod';

/** What a spreadsheet can bring. */
export const ImportKind = z.enum(['students', 'teachers', 'sections', 'rosters']);
export type ImportKind = z.infer<typeof ImportKind>;

export const ImportPath = z.strictObject({ kind: ImportKind });
export const ImportQuery = z.strictObject({
  /** `true`: says what would happen and changes nothing. */
  dryRun: z.enum(['true', 'false']).default('false'),
  /** Which column holds what, where the header does not say it: `studentCode:Matricule,lastName:Nom`. */
  map: z.string().max(2000).optional(),
});

const Problem = z.object({ line: z.int(), reason: z.string() });
const Tally = z.object({
  /** Rows read so far, without the header and blank lines. */
  rows: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  /** Rows that were left out. */
  failed: z.int(),
});
export type Tally = z.infer<typeof Tally>;

/** What became of a file. The lines are the file's, the header is line 1; at most 1,000 problems are listed. */
export const ImportReport = Tally.extend({
  dryRun: z.boolean(),
  problems: z.array(Problem),
  /** Which column was read as what. */
  columns: z.record(z.string(), z.string()),
  ignoredColumns: z.array(z.string()),
}).meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof ImportReport>;
