import { createHash } from 'node:crypto';
import type { OpId, StudentId } from '../../../shared/ids.ts';
import type { CheckIns } from '../../data/checkins.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Register } from '../../live/register.ts';
import type { Taking } from './method.ts';

type Deps = {
  readonly register: Pick<Register, 'entry' | 'mark'>;
  readonly checkIns: Pick<CheckIns, 'from' | 'sharing'>;
  readonly log: Log;
};

/** Flags the rows of students who checked in from one browser, for the staff to see; refuses nobody (CI9). */
export const createSharedDevices = ({ register, checkIns, log }: Deps) => {
  const flag = async ({ classId, id: sessionId }: Taking, studentId: StudentId) => {
    const entry = await register.entry(classId, studentId);
    if (entry === null || entry.source === 'teacher' || entry.flags?.includes('shared-device')) return;
    const { status, source, at, minutesLate } = entry;
    await register.mark(classId, {
      studentId,
      status,
      source,
      at,
      ...(minutesLate !== undefined && { minutesLate }),
      flags: [...(entry.flags ?? []), 'shared-device'],
      only: 'revision',
      opId: `flag:${studentId}` as OpId,
      sessionId,
    });
  };

  /** Flags who is among several; a row that is not there yet is looked at again once it is. Never throws. */
  const flagAll = async (session: Taking, found: () => Promise<readonly StudentId[]>): Promise<void> => {
    try {
      const students = await found();
      if (students.length > 1) await Promise.all(students.map((one) => flag(session, one)));
    } catch (error) {
      log.warn({ sessionId: session.id, error: describeError(error) }, 'a shared device was not flagged');
    }
  };

  return {
    /** Notes where an accepted check-in came from. Never throws: the check-in stands in any case. */
    async note(session: Taking, studentId: StudentId, clientId: string): Promise<void> {
      const client = createHash('sha256')
        .update(`${session.id}:${clientId}`)
        .digest('base64url')
        .slice(0, 22);
      await flagAll(session, () => checkIns.from(session, client, studentId));
    },

    /** Looks where a student came from whose row has just been made, which may be long after. Never throws. */
    rowMade: (session: Taking, studentId: StudentId): Promise<void> =>
      flagAll(session, () => checkIns.sharing(session.id, studentId)),
  };
};
export type SharedDevices = ReturnType<typeof createSharedDevices>;
