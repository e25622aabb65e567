import type { Status } from '../../shared/status.ts';

/** How many records say what. */
export type Tally = { readonly [status in Status]: number };

/** `part` of `whole` in percent, to two decimals; null of nothing. */
export const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 100;

/** Everyone but the excused: what percentages are of (AN2). */
export const expected = (tally: Tally): number => tally.present + tally.late + tally.partial + tally.absent;

/** Whoever was there at some time: present, late and partial (AN2). */
export const attended = (tally: Tally): number => tally.present + tally.late + tally.partial;

/** Whoever was there, in percent of everyone but the excused (AN2). */
export const attendance = (tally: Tally): number | null => percent(attended(tally), expected(tally));

/** Several counts in one. */
export const sumOf = (tallies: readonly Tally[]): Tally => {
  const of = (status: Status) => tallies.reduce((sum, tally) => sum + tally[status], 0);
  return {
    present: of('present'),
    late: of('late'),
    partial: of('partial'),
    absent: of('absent'),
    excused: of('excused'),
  };
};
