import { Fault } from '../../shared/faults.ts';

/**
 * When a session closes by itself (SE4), ISO 8601 UTC: as asked for, at most `maxMinutes` from `now` (milliseconds
 * since 1970), which is also what it gets where nothing was asked for. INVALID_REQUEST says what was wrong.
 */
export const closingTime = (
  asked: { readonly minutes?: number | undefined; readonly closesAt?: string | undefined },
  now: number,
  maxMinutes: number,
): string => {
  const refuse = (path: string, message: string) =>
    new Fault('INVALID_REQUEST', { details: [{ path, message }] });
  const latest = now + maxMinutes * 60_000;
  const { minutes, closesAt } = asked;
  if (minutes !== undefined && closesAt !== undefined)
    throw refuse('closesAt', 'give either minutes or closesAt');
  const tooLong = `a session may stay open for ${maxMinutes} minutes at most`;
  if (minutes !== undefined) {
    const at = now + minutes * 60_000;
    if (at > latest) throw refuse('minutes', tooLong);
    return new Date(at).toISOString();
  }
  if (closesAt !== undefined) {
    const at = Date.parse(closesAt);
    if (at <= now) throw refuse('closesAt', 'must be in the future');
    if (at > latest) throw refuse('closesAt', tooLong);
    return new Date(at).toISOString();
  }
  return new Date(latest).toISOString();
};
