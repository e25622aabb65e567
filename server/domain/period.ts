/** A stretch of calendar days, both ends inside, `YYYY-MM-DD`. */
export type Span = { readonly from: string; readonly to: string };

/** How the year is cut where nothing else is configured: `MM-DD` of each start. */
export const HALF_YEARS: readonly string[] = ['01-01', '07-01'];

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The day that comes so many days after another; before it, when negative. */
export const addDays = (day: string, days: number): string => iso(Date.parse(day) + days * 86_400_000);

/** The calendar month of a day. */
export const monthOf = (day: string): Span => {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return { from: `${day.slice(0, 7)}-01`, to: iso(Date.UTC(year, month, 0)) };
};

/** The semester of a day: from the last start (`MM-DD`) that is not after it to the day before the next one. */
export const semesterOf = (day: string, starts: readonly string[] = HALF_YEARS): Span => {
  const year = Number(day.slice(0, 4));
  const all = [year - 1, year, year + 1].flatMap((each) => starts.map((start) => `${each}-${start}`)).sort();
  const from = all.findLast((start) => start <= day);
  const next = all.find((start) => start > day);
  if (from === undefined || next === undefined) throw new Error('semesters need a start');
  return { from, to: addDays(next, -1) };
};
