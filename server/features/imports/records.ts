import { parse } from 'csv-parse/sync';
import type { ImportCause } from '../../../shared/rest/imports.ts';
import { type Line, MAX_LINE } from './lines.ts';

/** A row of a CSV file with the line that it begins in, or why there is none. */
export type Row =
  | { readonly line: number; readonly fields: string[] }
  | { readonly line: number; readonly problem: ImportCause };

/** Over how many lines a quoted field may reach. */
const MAX_LINES = 50;
const DELIMITERS = [',', ';', '\t'];

const isOpen = (text: string) => (text.split('"').length - 1) % 2 === 1;

/** The one row that a text is, or nothing when it is not one row as RFC 4180 has it. */
const fieldsOf = (text: string, delimiter: string): string[] | undefined => {
  if (!text.includes('"')) return text.split(delimiter);
  try {
    const rows: string[][] = parse(text, { delimiter, relax_column_count: true, record_delimiter: '\n' });
    return rows.length === 1 ? rows[0] : undefined;
  } catch {
    return undefined;
  }
};

/** What separates the columns: a comma, unless the header has more of what spreadsheets write elsewhere. */
const delimiterOf = (header: string): string => {
  const outside = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => outside.split(delimiter).length;
  return DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
};

/**
 * The rows of a CSV file (RFC 4180), the header first; blank lines are left out. A quote that is not closed costs its own
 * line only: what does not make one row together with the lines after it is read again from the next line on.
 */
export async function* rowsOf(lines: AsyncGenerator<Line>): AsyncGenerator<Row> {
  const ahead: Line[] = [];
  const at = async (place: number): Promise<Line | undefined> => {
    while (ahead.length <= place) {
      const next = await lines.next();
      if (next.done) return undefined;
      ahead.push(next.value);
    }
    return ahead[place];
  };
  let delimiter: string | undefined;
  let width: number | undefined;

  for (let first = await at(0); first; first = await at(0)) {
    const { number: line, tooLong } = first;
    if (!tooLong && first.text.trim() === '') {
      ahead.shift();
      continue;
    }
    let text = first.text;
    let taken = 1;
    while (isOpen(text) && taken < MAX_LINES && text.length < MAX_LINE) {
      const next = await at(taken);
      if (!next || next.tooLong) break;
      text += `\n${next.text}`;
      taken += 1;
    }
    delimiter ??= delimiterOf(text);
    const fields = isOpen(text) ? undefined : fieldsOf(text, delimiter);
    const fits = fields !== undefined && (width === undefined || fields.length === width);
    ahead.splice(0, fits ? taken : 1);
    if (fits) {
      width ??= fields.length;
      yield { line, fields };
    } else if (tooLong) yield { line, problem: { code: 'ROW_TOO_LONG' } };
    else if (fields === undefined || taken > 1) yield { line, problem: { code: 'ROW_QUOTES' } };
    else yield { line, problem: { code: 'ROW_COLUMNS', columns: fields.length, expected: width ?? 0 } };
  }
}
