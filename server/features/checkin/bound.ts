import { Fault } from '../../../shared/faults.ts';
import { studentIdOf } from '../../../shared/ids.ts';
import type { CheckedIn, CheckIn } from '../../../shared/protocol/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Ending } from './ending.ts';
import type { LateEvidence } from './late-evidence.ts';
import type { QrMethod } from './qr.ts';
import type { Student } from './service.ts';
import { isTaking } from './sessions.ts';
import type { SharedDevices } from './shared-device.ts';

type Deps = {
  readonly qr: Pick<QrMethod, 'method' | 'ticketIn'>;
  readonly ending: Ending;
  readonly late: LateEvidence;
  readonly devices: Pick<SharedDevices, 'noteAfterwards'>;
  readonly clock: Clock;
};

/**
 * Counts a scan that was bound while its session ran, though its student logged in after the end (CI10): as late
 * evidence, which takes the place of an automatic absence and of no teacher's decision, and leaves a trace.
 */
export const createBound =
  ({ qr, ending, late, devices, clock }: Deps) =>
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
    const scan = { studentId, at };
    const told = (await late(session, 'qr', [scan])).get(scan);
    if (told === undefined || 'refused' in told)
      throw new Fault(told?.refused === 'CHECK_IN_CLOSED' ? 'CHECK_IN_CLOSED' : 'NOT_ENROLLED');
    const { status = null, minutesLate, missing, already = false } = told;
    if (data.clientId !== undefined) await devices.noteAfterwards(session, studentId, data.clientId);
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
