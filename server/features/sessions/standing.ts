import { Fault } from '../../../shared/faults.ts';
import type { ClassId, StudentId } from '../../../shared/ids.ts';
import { resync } from '../../../shared/protocol/index.ts';
import type { Classes } from '../../data/classes.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { LiveSession, Register } from '../../live/register.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'openOf' | 'read'>;
  readonly classes: Pick<Classes, 'find'>;
  readonly register: Pick<Register, 'enrol' | 'open' | 'withdraw'>;
  /** Takes away the register of an ended session, keeping what it holds. */
  readonly settle: (session: SessionRecord) => Promise<void>;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly log: Log;
};

/** How often the register of an ended session may be found in the way before we give up. */
const TRIES = 4;

/**
 * Sees to it that the register of a live session stands. The database says which sessions are live; the register
 * follows it: after a crash between the two, and after a register lost its memory.
 */
export const createStanding = (deps: Deps) => {
  const { sessions, classes, register, settle, publish, clock, log } = deps;
  const reviving = new Map<ClassId, Promise<boolean>>();

  /** Whoever came or left while we opened is put right; ends when the class is as we have last read it. */
  const followRoster = async (classId: ClassId, opened: readonly StudentId[]): Promise<void> => {
    let ours = new Set(opened);
    for (;;) {
      const now = new Set((await classes.find(classId))?.studentIds ?? ours);
      const come = [...now].filter((studentId) => !ours.has(studentId));
      const left = [...ours].filter((studentId) => !now.has(studentId));
      if (come.length + left.length === 0) return;
      await Promise.all([
        ...come.map((studentId) => register.enrol(classId, studentId)),
        ...left.map((studentId) => register.withdraw(classId, studentId)),
      ]);
      ours = now;
    }
  };

  /** Another session's register is in the way: of one that ended, or else we are the ones who came too late. */
  const makeRoom = async ({ sessionId, classId }: LiveSession): Promise<void> => {
    const other = await sessions.read(sessionId);
    if (other === null) throw new Error(`class ${classId}: session ${sessionId} stands, but is not stored`);
    if (!other.open) await settle(other);
  };

  /**
   * Opens the register of a session, or finds it open, with the class's present roster. False when the session
   * ended meanwhile: then nothing of it is left standing, and no mark that got in is lost (DN4).
   * CLASS_NOT_FOUND, REGISTER_UNAVAILABLE, STORE_UNAVAILABLE.
   */
  const stand = async (session: SessionRecord): Promise<boolean> => {
    const { id: sessionId, classId, openedAt, closesAt } = session;
    for (let tries = 0; tries < TRIES; tries++) {
      const info = await classes.find(classId);
      if (info === null) throw new Fault('CLASS_NOT_FOUND');
      const { visibility, studentIds: roster } = info;
      const { opened, session: standing } = await register.open({
        sessionId,
        classId,
        visibility,
        openedAt,
        closesAt,
        roster,
      });
      // Whoever was held up between reading "live" and opening must not leave an ended session's register behind.
      const now = await sessions.read(sessionId);
      if (now === null) throw new Error(`session ${sessionId} is not stored`);
      if (!now.open) {
        if (opened) await settle(now);
        return false;
      }
      if (standing.sessionId === sessionId) {
        if (opened) await followRoster(classId, roster);
        return now.state === 'live';
      }
      await makeRoom(standing);
    }
    throw new Fault('REGISTER_UNAVAILABLE');
  };

  const reviveOnce = async (classId: ClassId): Promise<boolean> => {
    const session = await sessions.openOf(classId);
    if (session?.state !== 'live' || Date.parse(session.closesAt) <= clock.now()) return false;
    log.warn({ sessionId: session.id, classId }, 'no register stood for a live session: opening it again');
    if (!(await stand(session))) return false;
    publish(resync, { classId }, { classId }); // its epoch is new (SY2)
    return true;
  };

  return {
    stand,

    /**
     * Opens the register again where the database holds a live session of the class; false where it holds none,
     * at the cost of one indexed read. Callers at the same time share one run.
     */
    revive(classId: ClassId): Promise<boolean> {
      const shared = reviving.get(classId);
      if (shared) return shared;
      const run = reviveOnce(classId).finally(() => reviving.delete(classId));
      reviving.set(classId, run);
      return run;
    },
  };
};
export type Standing = ReturnType<typeof createStanding>;
