import { Fault } from '../faults.ts';
import type { Done } from '../protocol/index.ts';
import { createBackoff } from './backoff.ts';
import type { Call } from './calls.ts';
import { deferred } from './deferred.ts';
import type { Timers } from './timers.ts';

/** How long one sending of DONE may take, in ms: a whole class is written meanwhile. */
const TRY_MS = 30_000;

/**
 * Finishes a class: waits until `drained`, then sends DONE, and again under the same name after a disconnect or
 * a passing failure (DN2), until the time is up (TIMEOUT).
 */
export const finish = async ({
  request,
  timeoutMs,
  drained,
  connected,
  call,
  timers,
  random,
}: {
  /** Made once the class is drained: the session may be known by then only. */
  request: () => { classId: string; sessionId?: string; opId: string };
  timeoutMs: number;
  drained: () => Promise<void>;
  connected: () => Promise<void>;
  call: Call;
  timers: Timers;
  random: () => number;
}): Promise<Done> => {
  const up = deferred<never>();
  const end = timers.now() + timeoutMs;
  const stopTimer = timers.after(timeoutMs, () => up.reject(new Fault('TIMEOUT')));
  const backoff = createBackoff({ random });
  try {
    await Promise.race([drained(), up.promise]);
    const data = request();
    for (;;) {
      await Promise.race([connected(), up.promise]);
      try {
        return await call('DONE', data, { timeoutMs: Math.max(1, Math.min(TRY_MS, end - timers.now())) });
      } catch (cause) {
        if (!(cause instanceof Fault) || !cause.kind.retry || timers.now() >= end) throw cause;
      }
      const pause = deferred<void>();
      const stopPause = timers.after(backoff.next(), pause.resolve);
      await Promise.race([pause.promise, up.promise]).finally(stopPause);
    }
  } finally {
    stopTimer();
  }
};
