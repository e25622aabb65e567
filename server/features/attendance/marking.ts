import { isFault, isSessionOver } from '../../../shared/faults.ts';
import type { ClassId, OpId, SessionId, StudentId, UserId } from '../../../shared/ids.ts';
import type { LiveStatus } from '../../../shared/status.ts';
import { boundAt } from '../../domain/window.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { MarkOutcome, Register } from '../../live/register.ts';
import type { Reach } from './reach.ts';

/** A teacher's decision on one student as it came in. */
export type TeacherMark = {
  readonly classId: ClassId;
  readonly studentId: StudentId;
  readonly status: LiveStatus;
  readonly by: UserId;
  readonly sessionId?: SessionId | undefined;
  readonly opId?: OpId | undefined;
  readonly at?: string | undefined;
  readonly reason?: string | undefined;
};

type Deps = {
  readonly register: Register;
  readonly reach: Reach;
  readonly clock: Clock;
  readonly onMarked: (outcome: MarkOutcome) => void;
  readonly onRefused: () => void;
};

/**
 * Records teachers' marks. Every mark names the session that it was bounded by (MK7), so that one which crosses the
 * end of a session cannot land in the next with the wrong time, or at all when the sender named a session.
 */
export const createMarking = ({ register, reach, clock, onMarked, onRefused }: Deps) => {
  const attempt = async (mark: TeacherMark): Promise<MarkOutcome> => {
    const { classId, studentId, status, by, opId, reason } = mark;
    const session = await reach.sessionOf(classId);
    const time = boundAt(mark.at, session.openedAt, isoNow(clock));
    const sessionId = mark.sessionId ?? session.sessionId;
    try {
      return await register.mark(classId, {
        studentId,
        status,
        source: 'teacher',
        by,
        opId,
        reason,
        sessionId,
        ...time,
      });
    } catch (error) {
      if (isSessionOver(error)) reach.forget(classId, session.sessionId);
      throw error;
    }
  };

  /** A retry whose session is over is still answered as the first try was, while the register remembers (MK3). */
  const answerLate = (mark: TeacherMark): Promise<MarkOutcome> => {
    const { classId, studentId, status, by, opId, sessionId } = mark;
    const at = isoNow(clock);
    return register.mark(classId, { studentId, status, source: 'teacher', by, opId, sessionId, at });
  };

  const record = async (mark: TeacherMark): Promise<MarkOutcome> => {
    try {
      return await attempt(mark);
    } catch (error) {
      // What was remembered of the class was another session: once more with what is true now.
      if (isFault(error, 'SESSION_CHANGED') && mark.sessionId === undefined) return await attempt(mark);
      if (!isFault(error, 'NO_ACTIVE_SESSION')) throw error;
    }
    // The register is gone. Where it should stand, `sessionOf` opens it again; where it should not, this is the answer.
    try {
      return await attempt(mark);
    } catch (error) {
      if (isFault(error, 'NO_ACTIVE_SESSION') && mark.opId !== undefined) return await answerLate(mark);
      throw error;
    }
  };

  return {
    /** Records one mark (MK1–MK7). Errors: those of `Register.mark`. */
    async mark(mark: TeacherMark): Promise<MarkOutcome> {
      try {
        const outcome = await record(mark);
        onMarked(outcome);
        return outcome;
      } catch (error) {
        onRefused();
        throw error;
      }
    },
  };
};
export type Marking = ReturnType<typeof createMarking>;
