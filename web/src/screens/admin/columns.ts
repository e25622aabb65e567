import { guessColumns, IMPORT_FIELDS } from '../../../../shared/import-columns.ts';
import type { ImportKind } from '../../../../shared/rest/imports.ts';

/** What each kind of file can hold, in the order in which one would write it; `needed` may not be missing. */
export const fieldsOf = (kind: ImportKind): readonly { readonly name: string; readonly needed: boolean }[] =>
  Object.entries(IMPORT_FIELDS[kind]).map(([name, { required = false }]) => ({ name, needed: required }));

/** Which column the server will read as which field, where somebody chose some of them; fields without one are left out. */
export const guessOf = (
  kind: ImportKind,
  headers: readonly string[],
  chosen: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const asked = new Map(Object.entries(chosen).map(([field, header]) => [field, headers.indexOf(header)]));
  for (const [field, place] of asked) if (place < 0) asked.delete(field);
  const at = guessColumns(headers, IMPORT_FIELDS[kind], asked);
  return Object.fromEntries([...at].map(([field, place]) => [field, headers[place] ?? '']));
};

/** A file as one would write it, in three lines. */
export const SAMPLES: Readonly<Record<ImportKind, readonly (readonly string[])[]>> = {
  students: [
    ['studentCode', 'firstName', 'lastName', 'email', 'section', 'dep', 'batch'],
    ['S-001', 'Ana', 'Ruiz', 'ana@school.example', '7A', 'School', '2026'],
    ['S-002', 'Omar', 'Haddad', '', '', '', ''],
  ],
  teachers: [
    ['teacherCode', 'firstName', 'lastName', 'email'],
    ['T-01', 'Maria', 'Lopez', 'maria@school.example'],
    ['T-02', 'Lena', 'Weber', ''],
  ],
  sections: [
    ['name', 'dep', 'batch'],
    ['7A', 'School', '2026'],
    ['7B', 'School', '2026'],
  ],
  rosters: [
    ['classCode', 'studentCode'],
    ['MATH-7', 'S-001'],
    ['MATH-7', 'S-002'],
  ],
};

/** As much of a file as its header can take, in bytes. */
const HEAD_BYTES = 64 * 1024;

/** The names of a file's columns: its first line that is not blank, split by what it has most of. */
export const headersOf = async (file: Blob): Promise<string[]> => {
  const text = (await file.slice(0, HEAD_BYTES).text()).replace(/^\uFEFF/, '').trimStart();
  const cells: string[] = [];
  const separator = separatorOf(text.split(/\r?\n/, 1)[0] ?? '');
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i] ?? '';
    if (sign === '"') {
      if (quoted && text[i + 1] === '"') {
        cell += sign;
        i += 1;
      } else quoted = !quoted;
    } else if (!quoted && sign === separator) {
      cells.push(cell);
      cell = '';
    } else if (!quoted && (sign === '\n' || sign === '\r')) break;
    else cell += sign;
  }
  return [...cells, cell].map((name) => name.trim()).filter(Boolean);
};

const separatorOf = (line: string): string => {
  const count = (one: string) => line.replace(/"[^"]*"/g, '').split(one).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
};

/** What somebody chose, as the API's `map`; columns are compared by letters and digits, so that a comma may go. */
export const mapOf = (chosen: Readonly<Record<string, string>>): string =>
  Object.entries(chosen)
    .filter(([, header]) => header !== '')
    .map(([field, header]) => `${field}:${header.replaceAll(',', ' ')}`)
    .join(',');

const cellOf = (text: string | number): string => {
  // A cell that a spreadsheet would take for a formula begins with an apostrophe, as in the exports.
  const safe = typeof text === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : String(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A table as CSV for spreadsheets: RFC 4180, UTF-8 with a byte order mark. */
export const csvOf = (rows: readonly (readonly (string | number)[])[]): Blob =>
  new Blob(['\uFEFF', ...rows.map((row) => `${row.map(cellOf).join(',')}\r\n`)], { type: 'text/csv' });
