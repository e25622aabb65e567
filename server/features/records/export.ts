import type { z } from 'zod';
import { BOM, csvLine } from '../../../shared/csv.ts';
import type { ExportQuery } from '../../../shared/rest/records.ts';
import type { Names, Naming } from '../../data/names.ts';
import type { RecordReads } from '../../data/record-reads.ts';
import type { Asker, Scope } from './scope.ts';

/** New ones come last: people's spreadsheets count on the place of those that there are. */
const COLUMNS = ['code', 'name', 'date', 'session', 'status', 'minutesLate', 'markedBy', 'reason', 'flags'];
/** How many people's names are remembered on the way. */
const REMEMBERED = 10_000;

type Deps = {
  readonly reads: Pick<RecordReads, 'walk'>;
  readonly scope: Pick<Scope, 'of'>;
  readonly names: Pick<Names, 'ofPeople'>;
};

/** Records as a table for spreadsheets. */
export const createExporting = ({ reads, scope, names }: Deps) => {
  const lines = async function* (filter: Parameters<RecordReads['walk']>[0]): AsyncGenerator<string> {
    const known = new Map<string, Naming>();
    let head = BOM + csvLine(COLUMNS); // goes with the first piece: a database that is away is a fault, not half a table
    for await (const batch of reads.walk(filter)) {
      if (known.size > REMEMBERED) known.clear();
      const ids = new Set(batch.flatMap(({ studentId, by }) => (by ? [studentId, by] : [studentId])));
      const unknown = [...ids].filter((id) => !known.has(id));
      for (const [id, naming] of await names.ofPeople(unknown)) known.set(id, naming);
      const table = batch.map(({ studentId, by, date, sessionId, status, minutesLate, reason, flags }) => {
        const { code, name } = known.get(studentId) ?? { code: studentId, name: '' };
        const markedBy = by === undefined ? undefined : (known.get(by)?.name ?? by);
        return csvLine([
          code,
          name,
          date,
          sessionId,
          status,
          minutesLate,
          markedBy,
          reason,
          flags?.join(' '),
        ]);
      });
      yield head + table.join('');
      head = '';
    }
    if (head !== '') yield head;
  };

  return {
    /**
     * The records that count, by day, session and student, in pieces of at most 500 lines that are made as they are
     * fetched. The faults of `Scope.of` come before the first piece.
     */
    async csv(
      who: Asker,
      { from, to, status, ...asked }: z.output<typeof ExportQuery>,
    ): Promise<AsyncIterable<string>> {
      return lines({ ...(await scope.of(who, asked)), status, from, to });
    },
  };
};
export type Exporting = ReturnType<typeof createExporting>;
