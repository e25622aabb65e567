import { Fault } from '../../../shared/faults.ts';
import { type StudentId, studentIdOf } from '../../../shared/ids.ts';
import type { CheckedIn, CheckIn, Method } from '../../../shared/protocol/index.ts';
import type { Status } from '../../../shared/status.ts';
import type { SessionRecord } from '../../data/sessions.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Ending } from './ending.ts';
import type { QrMethod } from './qr.ts';
import type { Student } from './service.ts';
import { isTaking } from './sessions.ts';

/**
 * Brings what was shown in time into the record of a final session, as a device's backlog is (DV7): it takes the place of
 * an automatic absence and of no teacher's decision, and leaves a trace.
 */
export type Late = (
  session: SessionRecord,
  shown: { readonly studentId: StudentId; readonly at: string; readonly source: 'qr' },
) => Promise<
  | {
      readonly status?: Status;
      readonly minutesLate?: number | undefined;
      readonly missing?: readonly Method[];
      readonly already?: true;
    }
  | { readonly refused: 'CHECK_IN_CLOSED' | 'SESSION_ENDED' | 'STRANGER' }
>;

type Deps = {
  readonly qr: Pick<QrMethod, 'method' | 'ticketIn'>;
  readonly ending: Ending;
  readonly late: Late;
  readonly clock: Clock;
};

/** Counts a scan that was bound while its session ran, though its student logged in after the end (CI10). */
export const createBound =
  ({ qr, ending, late, clock }: Deps) =>
  /** Null where that is not so: the check-in is for nothing that runs. TICKET_USED, CHECK_IN_CLOSED, NOT_ENROLLED. */
  async (data: CheckIn, student: Student): Promise<CheckedIn | null> => {
    const now = clock.now();
    const claims = data.method === 'qr' ? qr.ticketIn(data.proof, now) : undefined;
    if (data.method !== 'qr' || claims === undefined) return null;
    const session = await ending(claims.sessionId);
    if (!isTaking(session) || session.state !== 'final' || !session.methods.includes('qr')) return null;
    const { id: sessionId, classId, closingAt = session.closesAt } = session;
    if ((data.sessionId ?? sessionId) !== sessionId || (data.classId ?? classId) !== classId) return null;
    if (claims.at >= closingAt || !(await student.attends()).includes(classId)) return null;
    const { userId } = student;
    const studentId = studentIdOf(userId);
    const { at } = await qr.method.verify(data.proof, { session, studentId, userId, now });
    const told = await late(session, { studentId, at, source: 'qr' });
    if ('refused' in told)
      throw new Fault(told.refused === 'CHECK_IN_CLOSED' ? 'CHECK_IN_CLOSED' : 'NOT_ENROLLED');
    const { status = null, minutesLate, missing, already = false } = told;
    return {
      classId,
      sessionId,
      method: 'qr',
      status,
      at,
      ...(minutesLate !== undefined && { minutesLate }),
      ...(missing && { missing: [...missing] }),
      repeated: already,
    };
  };
export type Bound = ReturnType<typeof createBound>;
