import type { CheckedIn, Entry } from '../../../shared/protocol/index.ts';
import type { Shown } from '../../data/checkins.ts';
import type { AttendanceRecord } from '../../data/records.ts';
import { combine, presenceOf, type Said, stepEnd, type Windows, windowsAt } from '../../domain/presence.ts';
import { windowMs } from './ble.ts';
import type { Taking } from './method.ts';

/** What a check-in came to, without where. */
export type Told = Pick<CheckedIn, 'status' | 'at' | 'minutesLate' | 'repeated' | 'missing' | 'windows'>;

/** What a student hears of their row; `null` where it was taken back. */
export const toldOf = ({ status, at, minutesLate }: Said | Entry | AttendanceRecord) => ({
  status: status === 'unmarked' ? null : status,
  at,
  ...(minutesLate !== undefined && { minutesLate }),
});

/** What all that a student has shown comes to at a moment, in ms (CI7, CI8). */
export const judged = (session: Taking, shown: Shown, offered: readonly number[], now: number) => {
  const said = new Map(shown.said);
  let windows: Windows | undefined;
  if (shown.steps.length > 0) {
    const openedAt = Date.parse(session.openedAt);
    windows = windowsAt(offered, shown.steps, (step) => stepEnd(openedAt, windowMs(session), step) <= now);
    said.set('ble', { status: presenceOf(windows), at: shown.bleAt ?? session.openedAt });
  }
  return { ...combine(session.checkIn.require, said), windows };
};
