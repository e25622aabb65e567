import type { SessionId } from '../../../shared/ids.ts';
import type { Counts } from '../../../shared/status.ts';
import type { Records } from '../../data/records.ts';
import type { Sessions } from '../../data/sessions.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'recount'>;
  readonly records: Pick<Records, 'counts'>;
};

const same = (a: Counts, b: Counts): boolean =>
  Object.entries(a).every(([key, n]) => b[key as keyof Counts] === n);

/**
 * Puts the counts of a final session where its records are. It looks again after it has written: of two whose
 * records change at the same time neither may leave counts behind that were true a moment ago.
 */
export const createRecount =
  ({ sessions, records }: Deps) =>
  async (sessionId: SessionId): Promise<void> => {
    let counts = await records.counts(sessionId);
    for (let written: Counts | undefined; !written || !same(written, counts); ) {
      written = counts;
      await sessions.recount(sessionId, counts);
      counts = await records.counts(sessionId);
    }
  };
export type Recount = ReturnType<typeof createRecount>;
