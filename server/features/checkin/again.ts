import { isFault } from '../../../shared/faults.ts';
import type { StudentId } from '../../../shared/ids.ts';
import type { Method } from '../../../shared/protocol/index.ts';
import type { Source } from '../../../shared/status.ts';
import type { CheckIns, Shown } from '../../data/checkins.ts';
import type { Records } from '../../data/records.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Register } from '../../live/register.ts';
import type { Ending } from './ending.ts';
import { judged, type Told, toldOf } from './judged.ts';
import type { Taking } from './method.ts';
import { combines } from './sessions.ts';

type Deps = {
  readonly register: Pick<Register, 'entry' | 'live'>;
  readonly checkIns: Pick<CheckIns, 'offered' | 'shownBy'>;
  readonly records: Pick<Records, 'find'>;
  readonly ending: Ending;
  readonly clock: Clock;
};

const isCheckIn = ({ source }: { readonly source: Source }) => source !== 'teacher' && source !== 'system';
const hasSaid = (shown: Shown | null, method: Method): shown is Shown =>
  shown !== null && (method === 'ble' ? shown.steps.length > 0 : shown.said.has(method));

/** Answers who comes again with a proof that does not count any more, but had checked in while it did (CI2). */
export const createAgain = ({ register, checkIns, records, ending, clock }: Deps) => {
  const whileLive = async (session: Taking, studentId: StudentId, method: Method): Promise<Told | null> => {
    const { id, classId } = session;
    const [entry, shown] = await Promise.all([
      register.entry(classId, studentId),
      combines(session) ? checkIns.shownBy(id, studentId) : null,
    ]);
    const said = hasSaid(shown, method);
    if (entry !== null && (said || isCheckIn(entry))) return { ...toldOf(entry), repeated: true };
    if (!said) return null;
    const result = judged(session, shown, await checkIns.offered(id), clock.now());
    if ('combined' in result) return null;
    const at = shown.said.get(method)?.at ?? shown.bleAt ?? session.openedAt;
    return { status: null, at, repeated: true, missing: [...result.missing] };
  };

  /** Once its session is over a check-in stands in the record, or beneath what a teacher made of it. */
  const afterwards = async ({ id }: Taking, studentId: StudentId): Promise<Told | null> => {
    if ((await ending(id))?.state !== 'final') return null;
    const record = await records.find(id, studentId);
    const checkedIn = record !== null && [record, ...record.history].some(isCheckIn);
    return checkedIn ? { ...toldOf(record), repeated: true } : null;
  };

  /** What stands of a student who has checked in to a session; null for one who has not. */
  return async (session: Taking, studentId: StudentId, method: Method): Promise<Told | null> => {
    const [live] = await register.live([session.classId]);
    if (live?.sessionId !== session.id) return await afterwards(session, studentId);
    return await whileLive(session, studentId, method).catch((error: unknown) => {
      if (!isFault(error, 'NO_ACTIVE_SESSION')) throw error;
      return afterwards(session, studentId);
    });
  };
};
export type Again = ReturnType<typeof createAgain>;
