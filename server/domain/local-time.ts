const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  return format;
};

/** A moment (ms since 1970) as the clocks of a zone show it: `YYYY-MM-DD HH:MM:SS`. */
export const localText = (timeZone: string, at: number): string => {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
};

const asUtc = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);

/** How far the clocks of a zone are ahead of UTC at a moment, in minutes. */
export const offsetMinutes = (timeZone: string, at: number): number =>
  Math.round((asUtc(localText(timeZone, at)) - Math.floor(at / 1000) * 1000) / 60_000);

/**
 * The moment (ms since 1970) at which the clocks of a zone show a local time `YYYY-MM-DD HH:MM:SS`; null when that is
 * no date or time. Of an hour that happens twice it is the first; one that is skipped counts as if it were not.
 */
export const momentOf = (timeZone: string, local: string): number | null => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(local)) return null;
  const wall = asUtc(local);
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19).replace('T', ' ') !== local)
    return null;
  const day = 24 * 3600_000;
  const candidates = [wall - day, wall + day].map((near) => wall - offsetMinutes(timeZone, near) * 60_000);
  return candidates.find((at) => localText(timeZone, at) === local) ?? candidates[0] ?? null;
};
