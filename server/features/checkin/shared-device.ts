import { createHash } from 'node:crypto';
import type { OpId, SessionId, StudentId } from '../../../shared/ids.ts';
import type { CheckIns } from '../../data/checkins.ts';
import type { Records } from '../../data/records.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Register } from '../../live/register.ts';
import type { Taking } from './method.ts';

type Deps = {
  readonly register: Pick<Register, 'entry' | 'mark'>;
  readonly checkIns: Pick<CheckIns, 'from' | 'sharing'>;
  readonly records: Pick<Records, 'flag'>;
  readonly log: Log;
};

/** Flags the rows of students who checked in from one browser, for the staff to see; refuses nobody (CI9). */
export const createSharedDevices = ({ register, checkIns, records, log }: Deps) => {
  const clientOf = (sessionId: SessionId, clientId: string) =>
    createHash('sha256').update(`${sessionId}:${clientId}`).digest('base64url').slice(0, 22);

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

  /** Runs for who is among several. Never throws. */
  const forSeveral = async (
    sessionId: SessionId,
    found: () => Promise<readonly StudentId[]>,
    run: (students: readonly StudentId[]) => Promise<unknown>,
  ): Promise<void> => {
    try {
      const students = await found();
      if (students.length > 1) await run(students);
    } catch (error) {
      log.warn({ sessionId, error: describeError(error) }, 'a shared device was not flagged');
    }
  };
  /** Flags rows of a live session; one that is not there yet is looked at again once it is. */
  const flagRows = (session: Taking, found: () => Promise<readonly StudentId[]>) =>
    forSeveral(session.id, found, (students) => Promise.all(students.map((one) => flag(session, one))));
  const flagRecords = (sessionId: SessionId, found: () => Promise<readonly StudentId[]>) =>
    forSeveral(sessionId, found, (students) => records.flag(sessionId, students, 'shared-device'));

  return {
    /** Notes where an accepted check-in came from. Never throws: the check-in stands in any case. */
    async note(session: Taking, studentId: StudentId, clientId: string): Promise<void> {
      const client = clientOf(session.id, clientId);
      await flagRows(session, () => checkIns.from(session, client, studentId));
    },

    /** The same of one that was accepted after the end, where the records are flagged. Never throws. */
    async noteAfterwards(
      session: { readonly id: SessionId; readonly closesAt: string },
      studentId: StudentId,
      clientId: string,
    ): Promise<void> {
      const client = clientOf(session.id, clientId);
      await flagRecords(session.id, () => checkIns.from(session, client, studentId));
    },

    /** Looks where a student came from whose row has just been made, which may be long after. Never throws. */
    rowMade: (session: Taking, studentId: StudentId): Promise<void> =>
      flagRows(session, () => checkIns.sharing(session.id, studentId)),

    /** The same of a record that something which came after the end has made another. Never throws. */
    recordMade: ({ id }: { readonly id: SessionId }, studentId: StudentId): Promise<void> =>
      flagRecords(id, () => checkIns.sharing(id, studentId)),
  };
};
export type SharedDevices = ReturnType<typeof createSharedDevices>;
