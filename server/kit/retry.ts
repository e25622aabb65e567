import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs something that may be run again, until it succeeds, fails for a reason that does not pass, or the waits
 * between the tries (ms) are used up; then its last error is thrown.
 */
export const retrying = async <T>(
  run: () => Promise<T>,
  { passes, waits }: { passes: (error: unknown) => boolean; waits: readonly number[] },
): Promise<T> => {
  for (let tries = 0; ; tries++) {
    try {
      return await run();
    } catch (error) {
      const pause = waits[tries];
      if (pause === undefined || !passes(error)) throw error;
      await wait(pause);
    }
  }
};
