import { Fault, isFault } from '../../../shared/faults.ts';
import type { ClassId, SessionId, StudentId, UserId } from '../../../shared/ids.ts';
import type { Role, Status } from '../../../shared/status.ts';
import type { LiveSession, Register } from '../../live/register.ts';

/** Who asks, and which classes they teach or attend at this moment. */
export type Asker = {
  readonly userId: UserId;
  readonly role: Role;
  readonly teaches: readonly ClassId[];
  readonly attends: readonly ClassId[];
};

type Deps = {
  readonly register: Register;
  /** Opens the register again where the database holds a live session but the register does not; false where neither does. */
  readonly revive: (classId: ClassId) => Promise<boolean>;
};

/** Finds the class and the live session that a message means. */
export const createReach = ({ register, revive }: Deps) => {
  /** The last known live session of each class; a mark names it, so that a stale one is noticed (SESSION_CHANGED). */
  const known = new Map<ClassId, LiveSession>();

  /** Runs against a live register; where it is gone but should stand, opens it again and runs once more. */
  const alive = async <T>(classId: ClassId, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      if (!isFault(error, 'NO_ACTIVE_SESSION')) throw error;
      known.delete(classId);
      if (!(await revive(classId))) throw error;
      return await run();
    }
  };

  const inReach = (asker: Asker, as: 'teaches' | 'attends', classId: ClassId) => {
    if (asker[as].includes(classId) || asker.role === 'admin') return classId;
    throw new Fault(as === 'teaches' ? 'NOT_CLASS_TEACHER' : 'NOT_ENROLLED');
  };

  return {
    alive,

    /**
     * The class that a message means: the one it names, or the only one of the sender's with a live session.
     * Errors: NOT_CLASS_TEACHER, NOT_ENROLLED, NO_ACTIVE_SESSION, CLASS_AMBIGUOUS, CLASS_NAME_NEEDED.
     */
    async classOf(asker: Asker, as: 'teaches' | 'attends', named: ClassId | undefined): Promise<ClassId> {
      if (named !== undefined) return inReach(asker, as, named);
      if (asker.role === 'admin') throw new Fault('CLASS_NAME_NEEDED');
      const [only, ...more] = asker[as];
      if (only === undefined) throw new Fault('NO_ACTIVE_SESSION');
      if (more.length === 0) return only;
      const live = await register.live(asker[as]);
      if (live.length > 1) throw new Fault('CLASS_AMBIGUOUS');
      if (live[0]) return live[0].classId;
      // None stands: perhaps one should.
      for (const classId of asker[as]) if (await revive(classId)) return classId;
      throw new Fault('NO_ACTIVE_SESSION');
    },

    /** The live session of a class; remembered until it turns out to be over. NO_ACTIVE_SESSION when there is none. */
    async sessionOf(classId: ClassId): Promise<LiveSession> {
      const remembered = known.get(classId);
      if (remembered) return remembered;
      const session = await alive(classId, async () => {
        const [live] = await register.live([classId]);
        if (!live) throw new Fault('NO_ACTIVE_SESSION');
        return live;
      });
      if (known.size > 10_000) known.clear();
      known.set(classId, session);
      return session;
    },

    /** The status of one student in the live session of a class; null when unmarked, undefined when nothing is live. */
    async statusOf(classId: ClassId, studentId: StudentId): Promise<Status | null | undefined> {
      try {
        return (await alive(classId, () => register.entry(classId, studentId)))?.status ?? null;
      } catch (error) {
        if (isFault(error, 'NO_ACTIVE_SESSION')) return undefined;
        throw error;
      }
    },

    /** Forgets what was remembered of a class, when it turned out to be another session. */
    forget(classId: ClassId, sessionId: SessionId): void {
      if (known.get(classId)?.sessionId === sessionId) known.delete(classId);
    },
  };
};
export type Reach = ReturnType<typeof createReach>;
