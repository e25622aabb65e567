import type { z } from 'zod';
import { Fault } from '../../../shared/faults.ts';
import type { ImportFields } from '../../../shared/import-columns.ts';
import type {
  ImportCause,
  ImportKind,
  ImportProblem,
  ImportReport,
  Tally,
} from '../../../shared/rest/imports.ts';
import { type Columns, columnsOf, valuesOf } from './columns.ts';
import { linesOf } from './lines.ts';
import { problemOf } from './problems.ts';
import { rowsOf } from './records.ts';

/** What became of one row, or why it was left out. */
export type Outcome = 'created' | 'updated' | 'unchanged' | { readonly problem: ImportCause };
export type Numbered<T> = { readonly line: number; readonly row: T };

/** One kind of import, for one file. */
export type Importing<T> = {
  readonly fields: ImportFields;
  readonly schema: z.ZodType<T>;
  /** Carries out some rows, or only says what it would do; one outcome for each, in order. */
  apply(rows: readonly Numbered<T>[], dryRun: boolean): Promise<Outcome[]>;
  /** After the last row, unless it is a dry run. */
  finish?(): Promise<void>;
};

/** Makes one for each file: what stood in earlier lines is part of it. Rows are what its schema says. */
export type StartImport = () => Importing<unknown>;

/** How many rows are carried out together. */
const BATCH = 500;
const MAX_PROBLEMS = 1000;

/** A file of a school's spreadsheet, carried out row by row: a bad row is left out, the good ones are not (SC7). */
export const createImports = (kinds: { readonly [kind in ImportKind]: StartImport }) => ({
  /**
   * Never holds more than some hundred rows. INVALID_REQUEST where the header cannot be understood; then nothing was
   * changed. Whatever fails later, the rows before it stand, and the same file can be sent again.
   */
  async run(
    kind: ImportKind,
    chunks: AsyncIterable<Uint8Array>,
    options: {
      dryRun: boolean;
      map: string | undefined;
      onProgress: (tally: Tally & { problems: ImportReport['problems'] }) => void;
    },
  ): Promise<ImportReport> {
    const { dryRun, map, onProgress } = options;
    const importing = kinds[kind]();
    const tally = { rows: 0, created: 0, updated: 0, unchanged: 0, failed: 0 };
    const problems: ImportProblem[] = [];
    let fresh: ImportProblem[] = [];
    let columns: Columns | undefined;
    let batch: Numbered<unknown>[] = [];

    const fail = (line: number, ...causes: ImportCause[]) => {
      tally.failed += 1;
      fresh.push(problemOf(line, causes));
    };
    const carryOut = async () => {
      const outcomes = batch.length === 0 ? [] : await importing.apply(batch, dryRun);
      for (const [place, outcome] of outcomes.entries())
        if (typeof outcome === 'object') fail(batch[place]?.line ?? 0, outcome.problem);
        else tally[outcome] += 1;
      // What cannot be read at all is known before the rows around it are judged.
      fresh.sort((a, b) => a.line - b.line);
      problems.push(...fresh.slice(0, MAX_PROBLEMS - problems.length));
      onProgress({ ...tally, problems: fresh });
      batch = [];
      fresh = [];
    };

    for await (const read of rowsOf(linesOf(chunks))) {
      if (columns === undefined) {
        if ('problem' in read) break;
        columns = columnsOf(read.fields, importing.fields, map);
        continue;
      }
      tally.rows += 1;
      if ('problem' in read) fail(read.line, read.problem);
      else {
        const values = valuesOf(read.fields, columns);
        const parsed = importing.schema.safeParse(values);
        if (isGarbled(values)) fail(read.line, { code: 'ROW_NOT_UTF8' });
        else if (parsed.success) batch.push({ line: read.line, row: parsed.data });
        else fail(read.line, ...causesOf(parsed.error));
      }
      if (tally.rows % BATCH === 0) await carryOut();
    }
    if (columns === undefined)
      throw new Fault('INVALID_REQUEST', { details: [{ path: 'body', message: 'has no header' }] });
    await carryOut();
    if (!dryRun) await importing.finish?.();
    return {
      ...tally,
      dryRun,
      problems,
      columns: { ...columns.named },
      ignoredColumns: [...columns.ignored],
    };
  },
});
export type Imports = ReturnType<typeof createImports>;

/** Whether bytes were no UTF-8: a spreadsheet's own encoding, which would make wrong names. */
const isGarbled = (values: Record<string, string>): boolean =>
  Object.values(values).some((value) => value.includes('\uFFFD'));

const causesOf = (error: z.ZodError): ImportCause[] =>
  error.issues.map(({ path, code, message }) =>
    code === 'invalid_type'
      ? { code: 'FIELD_MISSING', field: path.join('.') }
      : { code: 'FIELD_INVALID', field: path.join('.'), message },
  );
