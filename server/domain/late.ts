import type { z } from 'zod';
import type { LateRule } from '../../shared/protocol/index.ts';

/** What evidence of one moment is worth: a status, with whole minutes after the start where it is late; or nothing any more. */
export type Judgement =
  | { readonly status: 'present' | 'late'; readonly minutesLate?: number }
  | { readonly refused: 'CHECK_IN_CLOSED' };

/**
 * Judges evidence of a moment by a session's late rule (CI6); times ISO 8601 UTC. The last moment of the grace is in
 * time, the last of `lateUntilMinutes` is late. Without a rule everything is in time.
 */
export const judge = (
  lateRule: z.infer<typeof LateRule> | undefined,
  openedAtIso: string,
  atIso: string,
): Judgement => {
  if (lateRule === undefined) return { status: 'present' };
  const minutes = (Date.parse(atIso) - Date.parse(openedAtIso)) / 60_000;
  const { graceMinutes, lateUntilMinutes } = lateRule;
  if (lateUntilMinutes !== undefined && minutes > lateUntilMinutes) return { refused: 'CHECK_IN_CLOSED' };
  if (minutes <= graceMinutes) return { status: 'present' };
  return { status: 'late', minutesLate: Math.floor(minutes) };
};
