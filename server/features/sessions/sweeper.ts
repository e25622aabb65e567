import type { ClassId, SessionId } from '../../../shared/ids.ts';
import { type Done, sessionClosed } from '../../../shared/protocol/index.ts';
import type { Alarms } from '../../data/alarms.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { sessionView } from '../../domain/session-view.ts';
import type { Clock } from '../../kit/clock.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Register } from '../../live/register.ts';
import type { Standing } from './standing.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'endedSince' | 'unsettled'>;
  readonly register: Pick<Register, 'live'>;
  readonly standing: Pick<Standing, 'stand'>;
  /** DONE (finalizer). */
  readonly finish: (request: { classId: ClassId; sessionId: SessionId }) => Promise<Done>;
  readonly settle: (session: SessionRecord) => Promise<void>;
  readonly alarms: Pick<Alarms, 'schedule'>;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly log: Log;
  /** How long whoever is at it is left alone, in ms. */
  readonly patienceMs?: number;
};

/** How long after its end a session is looked at once more for a register that should not stand, in ms. */
const LOOK_BACK_MS = 10 * 60_000;

/**
 * Finishes what a dead process has left, whatever step it died at (DN2): sessions that are closing or overdue,
 * registers that should stand or should not. Everything it does can be done by several instances at once.
 */
export const createSweeper = (deps: Deps) => {
  const { sessions, register, standing, finish, settle, alarms, publish, clock, log } = deps;
  const { patienceMs = 3_000 } = deps;

  const isOld = (at: string | undefined) => clock.now() - Date.parse(at ?? '') >= patienceMs;

  /** What there was to do for a session; undefined when all is well with it. */
  const tend = async (
    session: SessionRecord,
    stands: ReadonlySet<SessionId>,
  ): Promise<string | undefined> => {
    const { id: sessionId, classId, state } = session;
    if (state === 'live') {
      if (Date.parse(session.closesAt) <= clock.now()) {
        await finish({ classId, sessionId });
        return 'closed';
      }
      if (stands.has(sessionId) || !isOld(session.openedAt)) return undefined;
      if (!(await standing.stand(session))) return undefined;
      await alarms.schedule(sessionId, session.closesAt);
      return 'opened';
    }
    if (state === 'closing') {
      if (!isOld(session.closingAt)) return undefined;
      await finish({ classId, sessionId });
      return 'finished';
    }
    if (session.settledAt !== undefined ? !stands.has(sessionId) : !isOld(session.closedAt)) return undefined;
    await settle(session);
    // Whoever ended it may have died before telling; those who show the class take a repetition well.
    publish(sessionClosed, { classId }, sessionView(session));
    return 'settled';
  };

  return {
    /** Tends every session that needs it; resolves with how many did. One that fails does not hold up the others. */
    async sweep(): Promise<number> {
      const since = new Date(clock.now() - LOOK_BACK_MS).toISOString();
      const [unsettled, ended] = await Promise.all([sessions.unsettled(), sessions.endedSince(since)]);
      const all = [...unsettled, ...ended];
      if (all.length === 0) return 0;
      const live = await register.live([...new Set(all.map((session) => session.classId))]);
      const stands = new Set(live.map((session) => session.sessionId));
      let tended = 0;
      for (const session of all) {
        const { id: sessionId, classId } = session;
        try {
          const what = await tend(session, stands);
          if (what === undefined) continue;
          tended += 1;
          log.info({ sessionId, classId, what }, 'swept');
        } catch (error) {
          log.warn({ sessionId, classId, error: describeError(error) }, 'not swept; next time');
        }
      }
      return tended;
    },
  };
};
export type Sweeper = ReturnType<typeof createSweeper>;
