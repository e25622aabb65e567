import { Recognition } from '../../shared/protocol/index.ts';
import { localText, momentOf } from './local-time.ts';

/** How far a device's clock may be off for a scan of now to count, in ms (DV6). */
export const SKEW_MS = 3 * 60_000;

/** A recognition that makes sense: whom it is about as the device said it, and when (ISO 8601 UTC). */
export type Recognized = {
  readonly who: { readonly id: string } | { readonly code: string };
  readonly at: string;
  readonly eventId?: string | undefined;
};

/** Reads one recognition of a device; null when it is malformed. `now` in ms since 1970. */
export const readRecognition = (said: unknown, now: number, timeZone: string): Recognized | null => {
  const parsed = Recognition.safeParse(said);
  if (!parsed.success) return null;
  const { studentId, studentCode, at, date, time, eventId } = parsed.data;
  const clock = time?.length === 5 ? `${time}:00` : time;
  const moment =
    at !== undefined
      ? Date.parse(at)
      : clock !== undefined
        ? momentOf(timeZone, `${date ?? localText(timeZone, now).slice(0, 10)} ${clock}`)
        : now;
  if (moment === null || Number.isNaN(moment)) return null;
  const code = studentCode ?? studentId ?? '';
  const isId = studentCode === undefined && /^[0-9a-f]{24}$/.test(code);
  return { who: isId ? { id: code } : { code }, at: new Date(moment).toISOString(), eventId };
};

type Window = { readonly state: string; readonly openedAt: string; readonly closedAt?: string | undefined };

/**
 * Where a recognition belongs (CI4): the session of its device in whose window it lies, or the live one when it was
 * about now. All times ISO 8601 UTC; `sessions` are the device's, the newest first.
 */
export const placeOf = <S extends Window>(
  at: string,
  now: number,
  sessions: readonly S[],
): S | 'DEVICE_NOT_BOUND' | 'CLOCK_SKEWED' => {
  const moment = Date.parse(at);
  const isNow = Math.abs(moment - now) <= SKEW_MS;
  const within = sessions.find(
    ({ openedAt, closedAt }) =>
      openedAt <= at && (closedAt === undefined ? moment <= now + SKEW_MS : at <= closedAt),
  );
  if (within) return within;
  if (!isNow) return 'CLOCK_SKEWED';
  return sessions.find(({ state }) => state === 'live') ?? 'DEVICE_NOT_BOUND';
};
