import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { Limiters } from '../../kit/limiter.ts';

/** Wrong proofs in a window of seconds. */
const LIMITS = {
  student: { points: 10, seconds: 300 },
  session: { points: 1000, seconds: 300 },
} as const;

/** What is thrown by a proof that may have been a guess. */
const GUESSES = new Set(['INVALID_CODE', 'TOKEN_INVALID', 'TICKET_INVALID', 'NOT_ENROLLED']);

/**
 * Slows down guessing (CI5): wrong proofs are counted per student, and per class, which has one live session at most.
 * A right proof costs nothing.
 */
export const createCheckInThrottle = ({ limiters, scale }: { limiters: Limiters; scale: number }) => {
  const make = (name: keyof typeof LIMITS) =>
    limiters(`check-in:${name}`, Math.max(1, Math.ceil(LIMITS[name].points * scale)), LIMITS[name].seconds);
  const byStudent = make('student');
  const bySession = make('session');
  /** Until when a target takes no more, in ms since 1970; so that honest ones need not ask. */
  const shut = new Map<string, number>();
  const refuse = (retryAfterMs: number) => new Fault('RATE_LIMITED', { retryAfterMs });

  return {
    /** Runs a try at a target: the class that a guess is for. RATE_LIMITED. */
    async guarded<T>(student: UserId, target: string, run: () => Promise<T>): Promise<T> {
      const waits = (shut.get(target) ?? 0) - Date.now();
      if (waits > 0) throw refuse(waits);
      // Counted before it is looked at: fifty tries at once must not all slip through.
      const taken = await byStudent.take(student);
      if (!taken.ok) throw refuse(taken.retryAfterMs);
      try {
        const result = await run();
        void byStudent.giveBack(student).catch(() => {});
        return result;
      } catch (error) {
        if (!(error instanceof Fault) || !GUESSES.has(error.code)) {
          void byStudent.giveBack(student).catch(() => {});
          throw error;
        }
        // Who does not belong to the class cannot shut it for those who do.
        if (error.code === 'NOT_ENROLLED') throw error;
        const all = await bySession.take(target);
        if (!all.ok) {
          if (shut.size > 10_000) shut.clear();
          shut.set(target, Date.now() + all.retryAfterMs);
          throw refuse(all.retryAfterMs);
        }
        throw error;
      }
    },
  };
};
export type CheckInThrottle = ReturnType<typeof createCheckInThrottle>;
