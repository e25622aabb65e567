import { Fault } from '../../../shared/faults.ts';
import type { ClassId, UserId } from '../../../shared/ids.ts';
import { type Done, type SessionOptions, sessionStarted } from '../../../shared/protocol/index.ts';
import type { Alarms } from '../../data/alarms.ts';
import type { EarlierDone, NewSession, SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { closingTime } from '../../domain/closing-time.ts';
import { sessionView } from '../../domain/session-view.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import { type Clock, dayIn, isoNow } from '../../kit/clock.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Standing } from './standing.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'cancel' | 'insert' | 'lastOf' | 'openOf' | 'openOfDevice' | 'read'>;
  readonly standing: Pick<Standing, 'stand'>;
  /** DONE, for a session whose end is under way or overdue. */
  readonly finish: (request: { classId: ClassId; sessionId: SessionRecord['id'] }) => Promise<Done>;
  readonly settle: (session: SessionRecord) => Promise<void>;
  readonly alarms: Pick<Alarms, 'schedule'>;
  /** What a session keeps for its check-in; asked again when the code that it names is taken. INVALID_REQUEST. */
  readonly keep?: (
    options: SessionOptions,
    times: { openedAt: string; closesAt: string },
  ) => Pick<NewSession, 'methods' | 'checkIn'>;
  /** Told of every session that stands here, before anybody else is. */
  readonly opened?: (session: SessionRecord) => void;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether there is a device of this name that a session may be bound to. */
  readonly takesDevice: (deviceId: string) => Promise<boolean>;
  readonly timeZone: string;
  readonly maxMinutes: number;
  readonly checkpoint: Checkpoint;
};

/** The steps of a start in order: each name says what has just been done. */
export const START_STEPS = ['start:stored', 'start:standing'] as const;

/** How many DONEs of earlier sessions a session remembers. */
const REMEMBERED = 20;
const TRIES = 4;

/** The DONEs that must not end a session of this class that comes after `last`. */
const earlierDoneOf = (last: SessionRecord | null): EarlierDone[] => {
  if (last === null) return [];
  const named = last.doneAsked.filter((asked) => asked.opId !== undefined);
  return [...last.earlierDone, ...named.map((asked) => ({ ...asked, sessionId: last.id }))].slice(
    -REMEMBERED,
  );
};

const deviceBusy = (other: SessionRecord | undefined): Fault =>
  new Fault(
    'DEVICE_BUSY',
    other && {
      details: [
        { path: 'sessionId', message: other.id },
        { path: 'classId', message: other.classId },
      ],
    },
  );

/** Starts sessions: the database first, then the register; a crash in between is healed by the sweeper. */
export const createStarting = (deps: Deps) => {
  const { sessions, standing, finish, settle, alarms, publish, clock, log, checkpoint } = deps;

  /** A session that could not be opened is not left half-open: it is cancelled, whatever got in is kept. */
  const giveUp = async (session: SessionRecord): Promise<void> => {
    const at = isoNow(clock);
    const cancelled = await sessions.cancel(session.id, { at, reason: 'the register could not be opened' });
    if (cancelled) await settle(cancelled);
  };

  const openUp = async (session: SessionRecord): Promise<SessionRecord> => {
    const { id: sessionId, classId } = session;
    await checkpoint('start:stored');
    try {
      // Ended by someone else already? Then it is as it is.
      if (!(await standing.stand(session))) return (await sessions.read(sessionId)) ?? session;
    } catch (error) {
      await giveUp(session).catch((again: unknown) =>
        log.warn({ sessionId, error: describeError(again) }, 'the sweeper will open or settle this session'),
      );
      throw error;
    }
    await checkpoint('start:standing');
    deps.opened?.(session);
    publish(sessionStarted, { classId }, sessionView(session));
    await alarms
      .schedule(sessionId, session.closesAt)
      .catch((error: unknown) =>
        log.warn({ sessionId, error: describeError(error) }, 'no alarm set; the sweeper will close it'),
      );
    return session;
  };

  return {
    /**
     * Starts a session, or finds the one that runs (SE1). The caller has checked who asks (SE2). DEVICE_NOT_FOUND;
     * DEVICE_BUSY, whose details name the session in the way to those who `mayKnow` it (SE5).
     */
    async begin(
      openedBy: UserId,
      options: SessionOptions,
      mayKnow: (session: SessionRecord) => Promise<boolean> = async () => false,
    ): Promise<{ session: SessionRecord; began: boolean }> {
      const { classId, lateRule, deviceId, room } = options;
      if (deviceId !== undefined && !(await deps.takesDevice(deviceId))) throw new Fault('DEVICE_NOT_FOUND');
      const now = clock.now();
      const openedAt = new Date(now).toISOString();
      const closesAt = closingTime(options, now, deps.maxMinutes);
      for (let tries = 0; tries < TRIES; tries++) {
        const outcome = await sessions.insert({
          classId,
          openedBy,
          ...(deps.keep?.(options, { openedAt, closesAt }) ?? { methods: ['teacher'] }),
          date: dayIn(deps.timeZone, now),
          openedAt,
          closesAt,
          lateRule,
          deviceId,
          room,
          earlierDone: earlierDoneOf(await sessions.lastOf(classId)),
        });
        if ('stored' in outcome) return { session: await openUp(outcome.stored), began: true };
        if (outcome.busy === 'code') continue;
        const running = await sessions.openOf(classId);
        if (running === null && outcome.busy === 'device' && deviceId !== undefined) {
          const other = await sessions.openOfDevice(deviceId);
          if (other === null) continue; // it has ended just now
          throw deviceBusy((await mayKnow(other)) ? other : undefined);
        }
        if (running === null) continue; // it has ended just now
        if (running.state === 'live' && Date.parse(running.closesAt) > clock.now())
          return { session: running, began: false };
        await finish({ classId, sessionId: running.id });
      }
      throw new Fault('BUSY');
    },
  };
};
export type Starting = ReturnType<typeof createStarting>;
