import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { Limiters } from '../../kit/limiter.ts';
import { createOneAtATime } from '../../kit/one-at-a-time.ts';

/** Wrong proofs in a window of seconds. */
const LIMITS = {
  student: { points: 10, seconds: 300 },
  session: { points: 1000, seconds: 300 },
} as const;

/** What is thrown by a proof that may have been a guess. */
const GUESSES = new Set(['INVALID_CODE', 'TOKEN_INVALID', 'TICKET_INVALID', 'NOT_ENROLLED']);

/** More of those who take no more are not remembered; the counter still knows them. */
const REMEMBERED = 10_000;

/**
 * Slows down guessing (CI5): wrong proofs are counted per student, and per class, which has one live session at most.
 * Only a wrong proof costs anything: what counts for all processes is asked when one was shown, and remembered here. So
 * that many guesses at once do not slip through before the first is counted, a student's tries go one after the other.
 */
export const createCheckInThrottle = ({ limiters, scale }: { limiters: Limiters; scale: number }) => {
  const inTurn = createOneAtATime<UserId>();
  /** Refuses a key whose wrong proofs are used up; counts another. */
  const counting = (name: keyof typeof LIMITS) => {
    const { points, seconds } = LIMITS[name];
    const counter = limiters(`check-in:${name}`, Math.max(1, Math.ceil(points * scale)), seconds);
    /** Until when a key takes no more, in ms since 1970. */
    const shut = new Map<string, number>();
    return {
      refuse(key: string): void {
        const retryAfterMs = (shut.get(key) ?? 0) - Date.now();
        if (retryAfterMs > 0) throw new Fault('RATE_LIMITED', { retryAfterMs });
      },
      async count(key: string): Promise<void> {
        const { ok, left, retryAfterMs } = await counter.take(key);
        if (left === 0) {
          if (shut.size >= REMEMBERED) shut.clear();
          shut.set(key, Date.now() + retryAfterMs);
        }
        if (!ok) throw new Fault('RATE_LIMITED', { retryAfterMs });
      },
    };
  };
  const byStudent = counting('student');
  const bySession = counting('session');

  return {
    /** Runs a try at a target: the class that a guess is for. RATE_LIMITED. */
    guarded: <T>(student: UserId, target: string, run: () => Promise<T>): Promise<T> =>
      inTurn(student, async () => {
        byStudent.refuse(student);
        bySession.refuse(target);
        try {
          return await run();
        } catch (error) {
          if (!(error instanceof Fault) || !GUESSES.has(error.code)) throw error;
          await byStudent.count(student);
          // Who does not belong to the class cannot shut it for those who do.
          if (error.code !== 'NOT_ENROLLED') await bySession.count(target);
          throw error;
        }
      }),
  };
};
export type CheckInThrottle = ReturnType<typeof createCheckInThrottle>;
