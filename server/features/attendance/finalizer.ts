import { Fault, isFault } from '../../../shared/faults.ts';
import type { ClassId, OpId, SessionId, UserId } from '../../../shared/ids.ts';
import { type Done, doneTold, sessionClosed } from '../../../shared/protocol/index.ts';
import type { Classes } from '../../data/classes.ts';
import type { Records } from '../../data/records.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { endRegister } from '../../domain/closing.ts';
import { doneView, sessionView } from '../../domain/session-view.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import { retrying } from '../../kit/retry.ts';
import type { Register } from '../../live/register.ts';
import { freezeIfThere, type Settle } from './settle.ts';

/** Who wants a class finished. No `by`: the server itself, because its time is up (SE4). */
export type DoneRequest = {
  readonly classId: ClassId;
  readonly sessionId?: SessionId | undefined;
  readonly opId?: OpId | undefined;
  readonly by?: UserId | undefined;
};

type Deps = {
  readonly sessions: Pick<Sessions, 'close' | 'finish' | 'lastOf' | 'openOf' | 'noteDone' | 'read'>;
  readonly records: Pick<Records, 'counts' | 'writeAll'>;
  readonly register: Pick<Register, 'freeze'>;
  readonly classes: Pick<Classes, 'find' | 'rosters'>;
  readonly settle: Settle;
  readonly publish: Publish;
  /** What has to be judged at the close goes into the register before it is frozen (CI8). */
  readonly beforeFreeze?: (session: SessionRecord) => Promise<void>;
  /** Told once a session is over, whoever ended it: its alarm is not needed any more. */
  readonly ended: (sessionId: SessionId) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
};

/** The steps of DONE in order: each name says what has just been done. */
export const DONE_STEPS = [
  'done:asked',
  'done:closing',
  'done:frozen',
  'done:written',
  'done:final',
  'done:told',
  'settle:dropped',
  'settle:settled',
] as const;

/** A DONE that finds nothing live but comes this shortly after another gets that one's result (DN3), in ms. */
const LATE_MS = 5_000;
/** Between the tries while a store is away; DONE can be run again at any step (DN2). */
const WAITS_MS = [50, 100, 200, 400, 800, 1_600];

/** A store that is away; other errors will not pass by trying again. */
const passes = (error: unknown) => isFault(error, 'STORE_UNAVAILABLE', 'REGISTER_UNAVAILABLE');

/** Finishes sessions: DONE, whoever asks for it, and what an earlier one that died has left (DN1–DN5). */
export const createFinalizer = (deps: Deps) => {
  const { sessions, records, register, classes, settle, publish, ended, clock, log, checkpoint } = deps;
  const running = new Map<SessionId, Promise<Done>>();

  const resultOf = (session: SessionRecord): Done => {
    if (session.counts === undefined) throw new Error(`session ${session.id} has no counts`);
    return doneView(session, session.counts);
  };

  /** In the background: whatever goes wrong now, the records are safe and the sweeper tries again. */
  const settleSoon = (session: SessionRecord, written: boolean) => {
    const { id: sessionId } = session;
    settle.settle(session, { written }).catch((error: unknown) => {
      log.warn({ sessionId, error: describeError(error) }, 'the register was not dropped; the sweeper will');
    });
  };

  const finish = async (session: SessionRecord): Promise<Done> => {
    const { id: sessionId, classId, date } = session;
    await deps.beforeFreeze?.(session);
    const frozen = await freezeIfThere(register, session);
    if (frozen === null) {
      // Dropped by another process, after it had made the session final?
      const now = await sessions.read(sessionId);
      if (now?.state === 'final') return resultOf(now);
      log.error({ sessionId, classId }, 'no register stands for a session that closes: nobody was marked');
    }
    await checkpoint('done:frozen');
    const roster = frozen?.roster ?? (await classes.find(classId))?.studentIds ?? [];
    // Whose check-in was refused because we came first is not absent: they were not in the class (CI12).
    const arrivals = await classes.rosters.arrivals(classId, sessionId);
    const marked = new Set(frozen?.rows.map(({ entry }) => entry.studentId));
    const { rows, counts } = endRegister({
      roster: roster.filter((studentId) => marked.has(studentId) || !arrivals.has(studentId)),
      rows: frozen?.rows ?? [],
      version: frozen?.version ?? 0,
      at: session.closingAt ?? isoNow(clock),
    });
    const written = await records.writeAll({ sessionId, classId, date, writtenAt: isoNow(clock), rows });
    const mine = written === rows.length;
    if (!mine) await settle.reconcile(session, rows);
    await checkpoint('done:written');
    const final = await sessions.finish(
      sessionId,
      mine ? counts : await records.counts(sessionId),
      isoNow(clock),
    );
    if (final === null) {
      const other = await sessions.read(sessionId);
      if (other?.state !== 'final') throw new Error(`session ${sessionId} left closing for ${other?.state}`);
      return resultOf(other);
    }
    await checkpoint('done:final');
    const done = resultOf(final);
    publish(doneTold, { classId }, done);
    publish(sessionClosed, { classId }, sessionView(final));
    ended(sessionId);
    await checkpoint('done:told');
    settleSoon(final, frozen !== null);
    return done;
  };

  /** Callers in this process share one run; across processes the compare-and-sets decide (DN3). */
  const finishOnce = (session: SessionRecord): Promise<Done> => {
    const shared = running.get(session.id);
    if (shared) return shared;
    const run = finish(session).finally(() => running.delete(session.id));
    running.set(session.id, run);
    return run;
  };

  /** The answer to a DONE that found no open session to close. */
  const already = async ({ classId, sessionId, opId, by }: DoneRequest): Promise<Done> => {
    if (sessionId !== undefined) {
      const named = await sessions.read(sessionId);
      if (named?.classId === classId && named.state === 'final') return resultOf(named);
      throw new Fault((await sessions.openOf(classId)) ? 'SESSION_CHANGED' : 'NO_ACTIVE_SESSION');
    }
    const last = opId === undefined ? null : await sessions.lastOf(classId);
    if (last === null) throw new Fault('NO_ACTIVE_SESSION');
    const isThis = (asked: { by?: UserId | undefined; opId?: OpId | undefined }) =>
      asked.opId === opId && asked.by === by;
    const earlier = last.earlierDone.find(isThis);
    const found = earlier ? await sessions.read(earlier.sessionId) : last;
    if (found?.state !== 'final') throw new Fault('NO_ACTIVE_SESSION');
    if (earlier || last.doneAsked.some(isThis)) return resultOf(found);
    if (clock.now() - Date.parse(found.closedAt ?? '') > LATE_MS) throw new Fault('NO_ACTIVE_SESSION');
    await sessions.noteDone(found.id, { by, opId }); // sent again later, it is known
    return resultOf(found);
  };

  return {
    /**
     * Finishes the live session of a class: every enrolled student gets exactly one record (DN1). Can be asked for
     * again at any moment, by anyone, after any crash: the records and the answer are the same (DN2, DN3).
     * NO_ACTIVE_SESSION, SESSION_CHANGED; STORE_UNAVAILABLE or REGISTER_UNAVAILABLE after some seconds of trying.
     */
    async done(request: DoneRequest): Promise<Done> {
      await checkpoint('done:asked');
      let known = request;
      return await retrying(
        async () => {
          const session = await sessions.close(request.classId, { ...known, at: isoNow(clock) });
          if (session === null) return await already(known);
          known = { ...request, sessionId: session.id }; // a second try must not end a later session
          await checkpoint('done:closing');
          return await finishOnce(session);
        },
        { passes, waits: WAITS_MS },
      );
    },

    /** Whether this process is finishing a session at this moment. */
    isFinishing: (sessionId: SessionId): boolean => running.has(sessionId),

    /** Resolves when nothing is under way any more; for shutting down. */
    async idle(): Promise<void> {
      await Promise.allSettled(running.values());
      await settle.idle();
    },
  };
};
export type Finalizer = ReturnType<typeof createFinalizer>;
