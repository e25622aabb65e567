import { BOM, csvLine } from '../../../../shared/csv.ts';

type Cell = string | number | undefined;

/** Hands a table over as a file for a spreadsheet: RFC 4180, and no cell that it would run as a formula. */
export const downloadCsv = (name: string, lines: readonly (readonly Cell[])[]): void => {
  const blob = new Blob([BOM, ...lines.map(csvLine)], { type: 'text/csv;charset=utf-8' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.csv`;
  link.click();
  // Not before the browser has taken hold of it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
