import type { SessionId } from '../shared/ids.ts';
import type { buildCheckIn } from './build-checkin.ts';
import type { Stores } from './build-stores.ts';
import type { Config } from './config.ts';
import type { Alarms } from './data/alarms.ts';
import type { Classes } from './data/classes.ts';
import type { Records } from './data/records.ts';
import type { SessionRecord, Sessions } from './data/sessions.ts';
import type { Publish } from './domain/audience.ts';
import { createFinalizer, type DoneRequest } from './features/attendance/finalizer.ts';
import { createSettle } from './features/attendance/settle.ts';
import { createClockwork } from './features/sessions/clockwork.ts';
import { createSessionService } from './features/sessions/service.ts';
import { createStanding } from './features/sessions/standing.ts';
import { createStarting } from './features/sessions/starting.ts';
import { createSweeper } from './features/sessions/sweeper.ts';
import type { Checkpoint } from './kit/checkpoint.ts';
import type { Clock } from './kit/clock.ts';
import { describeError } from './kit/describe-error.ts';
import type { Log } from './kit/log.ts';
import type { Metrics } from './kit/metrics.ts';

type Parts = {
  readonly sessions: Sessions;
  readonly records: Records;
  readonly classes: Classes;
  readonly alarms: Alarms;
  readonly register: Stores['register'];
  readonly publish: Publish;
  readonly metrics: Metrics;
  readonly config: Config;
  readonly takesDevice: (deviceId: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
  /** What check-in asks of a start and of an end. */
  readonly checkIn: Pick<Awaited<ReturnType<typeof buildCheckIn>>, 'beforeFreeze' | 'keep' | 'opened'>;
};

/** Joins what starts, finishes and looks after sessions. */
export const buildSessions = (parts: Parts) => {
  const { alarms, config, log, metrics } = parts;
  const ended = (sessionId: SessionId) =>
    void alarms
      .cancel(sessionId)
      .catch((error: unknown) => log.warn({ error: describeError(error) }, 'alarm not cancelled'));

  const settling = createSettle(parts);
  const { settle } = settling;
  const finalizer = createFinalizer({
    ...parts,
    settle: settling,
    ended,
    beforeFreeze: parts.checkIn.beforeFreeze,
  });
  const finish = async (request: DoneRequest) => {
    const stop = metrics.finalizationSeconds.startTimer();
    try {
      const done = await finalizer.done(request);
      metrics.finalizations.inc({ outcome: request.by === undefined ? 'resumed' : 'done' });
      stop();
      return done;
    } catch (error) {
      metrics.finalizations.inc({ outcome: 'failed' });
      throw error;
    }
  };
  const standing = createStanding({ ...parts, settle });
  const starting = createStarting({
    ...parts,
    standing,
    finish,
    settle,
    keep: parts.checkIn.keep,
    opened: parts.checkIn.opened,
    timeZone: config.TIME_ZONE,
    maxMinutes: config.SESSION_MAX_MINUTES,
  });
  const service = createSessionService({
    ...parts,
    timeZone: config.TIME_ZONE,
    starting,
    standing,
    finish,
    settle,
    ended,
  });
  const sweeper = createSweeper({ ...parts, standing, finish, settle });
  const clockwork = createClockwork({ ...parts, sweeper, finish });

  return {
    service,
    finish,
    /** As `finish`, for one who waits for a closing that is under way: no DONE of its own. */
    join: finalizer.done,
    settle,
    clockwork,
    revive: standing.revive,
    /** Resolves when a session that is closing is over, and its records are written. Whoever only waits is not counted. */
    ended: ({ id: sessionId, classId }: SessionRecord) => finalizer.done({ classId, sessionId }),
    /** Resolves when nothing is under way any more. */
    async idle(): Promise<void> {
      await finalizer.idle();
      await settling.idle();
    },
  };
};
