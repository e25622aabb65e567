/** Where the time comes from; tests move their own. */
export type Clock = { now(): number };

/** The machine's clock, milliseconds since 1970. */
export const systemClock: Clock = { now: () => Date.now() };

let lastMs = Number.NaN;
let lastIso = '';

/** ISO 8601 UTC with milliseconds. Many marks share a millisecond: its text is made once. */
export const isoNow = (clock: Clock): string => {
  const now = clock.now();
  if (now !== lastMs) {
    lastMs = now;
    lastIso = new Date(now).toISOString();
  }
  return lastIso;
};

/** The calendar day (`YYYY-MM-DD`) of a moment in a time zone (IANA name). */
export const dayIn = (timeZone: string, at: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    at,
  );
