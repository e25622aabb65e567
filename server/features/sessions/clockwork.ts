import { isFault } from '../../../shared/faults.ts';
import type { ClassId, SessionId } from '../../../shared/ids.ts';
import type { Done } from '../../../shared/protocol/index.ts';
import type { AlarmCalls } from '../../data/alarms.ts';
import type { Sessions } from '../../data/sessions.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Sweeper } from './sweeper.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'read'>;
  readonly sweeper: Sweeper;
  /** DONE (finalizer). */
  readonly finish: (request: { classId: ClassId; sessionId: SessionId }) => Promise<Done>;
  readonly log: Log;
};

/** What rings when: a session's time is up (SE4), or it is time to sweep (DN2). */
export const createClockwork = ({ sessions, sweeper, finish, log }: Deps): AlarmCalls => ({
  async due(sessionId) {
    try {
      const session = await sessions.read(sessionId);
      if (session?.open) await finish({ classId: session.classId, sessionId });
    } catch (error) {
      // Someone ended it otherwise; anything else the sweeper tries again.
      if (isFault(error, 'NO_ACTIVE_SESSION')) return;
      log.warn({ sessionId, error: describeError(error) }, 'not closed in time; the sweeper will');
    }
  },
  async sweep() {
    try {
      await sweeper.sweep();
    } catch (error) {
      log.warn({ error: describeError(error) }, 'sweep failed; next time');
    }
  },
});
