import type { ClassId, SessionId, StudentId } from '../../../shared/ids.ts';
import type { Records } from '../../data/records.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Ending } from './ending.ts';
import type { Taking } from './method.ts';

type Deps = {
  /** The rosters of classes, which check-ins may put students on. */
  readonly rosters: {
    admit(classId: ClassId, studentId: StudentId, sessionId: SessionId): Promise<boolean>;
    arrived(classId: ClassId, studentId: StudentId): Promise<void>;
    takeBack(classId: ClassId, studentId: StudentId, sessionId: SessionId): Promise<void>;
  };
  readonly records: Pick<Records, 'find'>;
  readonly ending: Ending;
  readonly log: Log;
};

/** Students whom a check-in puts on the roster (CI12): before it is judged, and for good once it was accepted. */
export const createNewcomers = ({ rosters, records, ending, log }: Deps) => ({
  /** Puts a student on the roster; false where the class does not enrol so, or its staff has taken them off. */
  admit: ({ classId, id }: Taking, studentId: StudentId) => rosters.admit(classId, studentId, id),

  arrived: ({ classId }: Taking, studentId: StudentId) => rosters.arrived(classId, studentId),

  /**
   * Takes an enrolment back whose check-in was refused because its session is over. Never throws. They stay while the
   * session runs, since their proof was right, and where another check-in of theirs was accepted in it meanwhile.
   */
  async refused({ classId, id: sessionId }: Taking, studentId: StudentId): Promise<void> {
    try {
      const ended = await ending(sessionId);
      if (ended?.open) return await rosters.arrived(classId, studentId);
      const record = await records.find(sessionId, studentId);
      if (record === null || record.source === 'system')
        await rosters.takeBack(classId, studentId, sessionId);
    } catch (error) {
      log.warn({ sessionId, classId, error: describeError(error) }, 'an enrolment was not taken back');
    }
  },
});
export type Newcomers = ReturnType<typeof createNewcomers>;
