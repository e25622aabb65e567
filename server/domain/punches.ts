import { localText, offsetMinutes } from './local-time.ts';

/**
 * The rows of a terminal's ATTLOG as recognitions; `PIN⇥YYYY-MM-DD HH:MM:SS⇥…`, local time, LF or CRLF, two fields at
 * least. A row that is none stays the text that it is, so that it is kept as malformed.
 */
export const readPunches = (text: string): unknown[] =>
  text
    .split(/\r\n|\n|\r/)
    .filter((row) => row.trim() !== '')
    .map((row) => {
      const [pin = '', when = ''] = row.split('\t').map((field) => field.trim());
      const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(when) ?? [];
      return pin === '' || date === undefined ? row : { studentCode: pin, date, time };
    });

/** What a terminal is told when it comes up: send punches at once, keep templates and photos, in plain text. */
export const terminalOptions = (serial: string, timeZone: string, now: number): string => {
  const offset = offsetMinutes(timeZone, now);
  return [
    `GET OPTION FROM: ${serial}`,
    'ATTLOGStamp=None',
    'OPERLOGStamp=9999',
    'ATTPHOTOStamp=None',
    // What older firmware calls the first two.
    'Stamp=None',
    'OpStamp=9999',
    'ErrorDelay=30',
    'Delay=10',
    'TransTimes=00:00;14:05',
    'TransInterval=1',
    'TransFlag=TransData AttLog\tOpLog',
    `TimeZone=${offset % 60 === 0 ? offset / 60 : offset}`,
    'Realtime=1',
    'Encrypt=None',
    'ServerVer=2.4.1',
    'PushProtVer=2.4.1',
    '',
  ].join('\n');
};

/** A moment as a terminal counts: seconds since 2000 of months that have 31 days each, in local time. */
export const terminalSeconds = (timeZone: string, now: number): number => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = localText(timeZone, now)
    .split(/[- :]/)
    .map(Number);
  const days = (year - 2000) * 12 * 31 + (month - 1) * 31 + day - 1;
  return days * 86_400 + hour * 3600 + minute * 60 + second;
};

/** What is asked of a terminal: the punches of a time once more, or that it sets its clock. Never anything else. */
export type TerminalCommand =
  | { readonly kind: 'query'; readonly from: string; readonly to: string }
  | { readonly kind: 'clock' };

/** The command in the terminal's words. */
export const terminalText = (command: TerminalCommand, timeZone: string, now: number): string => {
  if (command.kind === 'clock') return `SET OPTION DateTime=${terminalSeconds(timeZone, now)}`;
  const local = (at: string) => localText(timeZone, Date.parse(at));
  return `DATA QUERY ATTLOG StartTime=${local(command.from)}\tEndTime=${local(command.to)}`;
};

/** The ids of the commands that a terminal says it has carried out, with what came of each. */
export const readCommandAnswers = (text: string): { id: number; returned: number }[] =>
  text.split(/\r\n|\n|\r/).flatMap((row) => {
    const said = new URLSearchParams(row.trim());
    const id = Number(said.get('ID') ?? Number.NaN);
    const returned = Number(said.get('Return') ?? Number.NaN);
    return Number.isSafeInteger(id) && Number.isSafeInteger(returned) ? [{ id, returned }] : [];
  });
