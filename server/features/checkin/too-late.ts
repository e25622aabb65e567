import type { StudentId } from '../../../shared/ids.ts';
import type { Method } from '../../../shared/protocol/index.ts';
import type { CheckIns } from '../../data/checkins.ts';
import type { Records } from '../../data/records.ts';
import type { Ending } from './ending.ts';
import { judged, type Told, toldOf } from './judged.ts';
import type { Taking } from './method.ts';

type Deps = {
  readonly checkIns: Pick<CheckIns, 'offered' | 'shownBy' | 'takeBack'>;
  readonly records: Pick<Records, 'find'>;
  readonly ending: Ending;
};
/** One method's word as it was kept. `window` is BLE's; `repeated` where it had been kept before. */
type Kept = { readonly at: string; readonly window?: number | undefined; readonly repeated: boolean };

/**
 * Settles what became of a word that was kept when its session turned out not to be live any more: the last judging may
 * have counted it or not, and only the record tells (DN4). So it is waited for. A word that it does not count is taken
 * back, so that nothing later counts what was refused.
 */
export const createTooLate =
  ({ checkIns, records, ending }: Deps) =>
  /** What the record says; null where it does not count the word. STORE_UNAVAILABLE, REGISTER_UNAVAILABLE. */
  async (session: Taking, studentId: StudentId, method: Method, kept: Kept): Promise<Told | null> => {
    const ended = await ending(session.id);
    if (ended?.state === 'live') return null; // only its register is gone: the same word comes again
    const [shown, offered, record] = await Promise.all([
      checkIns.shownBy(session.id, studentId),
      checkIns.offered(session.id),
      records.find(session.id, studentId),
    ]);
    const isThere = kept.window === undefined ? shown?.said.has(method) : shown?.steps.includes(kept.window);
    if (ended?.state === 'final' && shown !== null && isThere && record !== null) {
      const { windows, ...result } = judged(
        session,
        shown,
        offered,
        Date.parse(ended.closingAt ?? session.closesAt),
      );
      if ('combined' in result) {
        const { status, source } = result.combined;
        const says = (line: { readonly status: string; readonly source: string }) =>
          line.status === status && line.source === source;
        const stands = record.source !== 'system' && record.source !== 'teacher' && record.status === status;
        if (stands || record.history.some(says))
          return { ...toldOf(record), repeated: kept.repeated, ...(windows && { windows }) };
      }
    }
    // A device sends it again, and then it is judged by itself (DV7).
    if (!kept.repeated && method !== 'device') await checkIns.takeBack(session.id, studentId, method, kept);
    return null;
  };
export type TooLate = ReturnType<typeof createTooLate>;
