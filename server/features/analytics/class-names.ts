import type { ClassId } from '../../../shared/ids.ts';
import type { Names } from '../../data/names.ts';
import type { Clock } from '../../kit/clock.ts';

/** How long a class's name is taken for true, in ms: reports of a whole school need hundreds, which hardly ever change. */
const TRUE_FOR_MS = 60_000;

/** The names of classes, read again after a minute at the latest. A class that is gone has none. */
export const createClassNames = ({ names, clock }: { names: Pick<Names, 'ofClasses'>; clock: Clock }) => {
  let known = new Map<ClassId, string | undefined>();
  let since = 0;

  return async (classIds: readonly ClassId[]): Promise<ReadonlyMap<ClassId, string | undefined>> => {
    if (clock.now() - since > TRUE_FOR_MS) {
      known = new Map();
      since = clock.now();
    }
    const mine = known;
    const unknown = classIds.filter((id) => !mine.has(id));
    if (unknown.length > 0) {
      const found = await names.ofClasses(unknown);
      for (const id of unknown) mine.set(id, found.get(id));
    }
    return mine;
  };
};
