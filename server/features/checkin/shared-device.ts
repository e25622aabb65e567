import { createHash } from 'node:crypto';
import type { OpId, StudentId } from '../../../shared/ids.ts';
import type { CheckIns } from '../../data/checkins.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Register } from '../../live/register.ts';
import type { Taking } from './method.ts';

type Deps = {
  readonly register: Pick<Register, 'entry' | 'mark'>;
  readonly checkIns: Pick<CheckIns, 'from'>;
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

  return {
    /** Notes where an accepted check-in came from. Never throws: the check-in stands in any case. */
    async note(session: Taking, studentId: StudentId, clientId: string): Promise<void> {
      try {
        const client = createHash('sha256')
          .update(`${session.id}:${clientId}`)
          .digest('base64url')
          .slice(0, 22);
        const students = await checkIns.from(session, client, studentId);
        if (students.length > 1) await Promise.all(students.map((one) => flag(session, one)));
      } catch (error) {
        log.warn({ sessionId: session.id, error: describeError(error) }, 'a shared device was not flagged');
      }
    },
  };
};
export type SharedDevices = ReturnType<typeof createSharedDevices>;
