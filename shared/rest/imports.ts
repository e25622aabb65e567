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

/** One thing that is wrong with a row; which of the other fields are there goes by the code. */
const ImportCause = z
  .object({
    code: z.enum([
      'ROW_TOO_LONG',
      'ROW_QUOTES',
      /** It has letters that are no UTF-8: the file was saved in a spreadsheet's own encoding. */
      'ROW_NOT_UTF8',
      /** It has `columns`, the header has `expected`. */
      'ROW_COLUMNS',
      /** `field` has to be there. */
      'FIELD_MISSING',
      /** `field` cannot be so; `message` says why, as for the fields of a form. */
      'FIELD_INVALID',
      /** An earlier `line` has the code `value`. */
      'CODE_REPEATED',
      /** An earlier `line` has the address. */
      'EMAIL_REPEATED',
      'CODE_EXISTS',
      'EMAIL_EXISTS',
      /** Who has a log-in changes their address themselves. */
      'EMAIL_OF_ACCOUNT',
      /** No section, class, student is called `value`. */
      'SECTION_UNKNOWN',
      'CLASS_UNKNOWN',
      'STUDENT_UNKNOWN',
      /** Several sections are called `value`. */
      'SECTION_AMBIGUOUS',
      /** Somebody has deleted the department's batch meanwhile. */
      'BATCH_GONE',
    ]),
    field: z.string().optional(),
    value: z.string().optional(),
    line: z.int().optional(),
    message: z.string().optional(),
    columns: z.int().optional(),
    expected: z.int().optional(),
  })
  .meta({ id: 'ImportCause' });
export type ImportCause = z.infer<typeof ImportCause>;

/** A row that was left out: why in plain English, and the same for machines. */
const ImportProblem = z.object({ line: z.int(), reason: z.string(), causes: z.array(ImportCause) });
export type ImportProblem = z.infer<typeof ImportProblem>;

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
  problems: z.array(ImportProblem),
  /** Which column was read as what. */
  columns: z.record(z.string(), z.string()),
  ignoredColumns: z.array(z.string()),
}).meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof ImportReport>;
