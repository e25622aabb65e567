import { Fault } from '../../../shared/faults.ts';
import { studentIdOf } from '../../../shared/ids.ts';
import type { RecordHistory, RecordQuery, RecordView } from '../../../shared/rest/records.ts';
import type { Page } from '../../data/mongo.ts';
import type { Names } from '../../data/names.ts';
import type { RecordReads } from '../../data/record-reads.ts';
import type { AttendanceRecord } from '../../data/records.ts';
import { historyOf, withoutFlags } from '../../domain/correction.ts';
import type { Asker, Scope } from './scope.ts';

/** A record as the staff of its class sees it. */
export const staffView = (record: AttendanceRecord): RecordView => ({
  ...ownView(record),
  by: record.by,
  reason: record.reason,
  skewed: record.skewed,
  flags: record.flags && [...record.flags],
});

/** A record as its student sees it: not who marked, nor why (AU1), nor what the staff should look at (CI9). */
export const ownView = (record: AttendanceRecord): RecordView => ({
  id: record.id,
  classId: record.classId,
  sessionId: record.sessionId,
  studentId: record.studentId,
  date: record.date,
  status: record.status,
  source: record.source,
  at: record.at,
  minutesLate: record.minutesLate,
  withdrawn: record.withdrawn,
  corrected: record.corrections.length > 0,
  revision: record.revision,
});

type Deps = {
  readonly reads: Pick<RecordReads, 'find' | 'page'>;
  readonly scope: Scope;
  readonly names: Pick<Names, 'ofPeople'>;
};

/** Records to look at. */
export const createRecordsService = ({ reads, scope, names }: Deps) => {
  /** A record that they may see, and whether they see it as its staff. RECORD_NOT_FOUND, also for what is not theirs. */
  const find = async (who: Asker, id: string) => {
    const record = await reads.find(id);
    if (record === null) throw new Fault('RECORD_NOT_FOUND');
    const asStaff = await scope.teaches(who, record.classId);
    const own = who.role === 'student' && record.studentId === studentIdOf(who.userId);
    if (!asStaff && !own) throw new Fault('RECORD_NOT_FOUND');
    return { record, asStaff };
  };

  return {
    find,

    /** The newest first. FORBIDDEN, CLASS_NOT_FOUND, NOT_CLASS_TEACHER, SESSION_NOT_FOUND. */
    async list(
      who: Asker,
      { limit, cursor, status, from, to, ...asked }: RecordQuery,
    ): Promise<Page<RecordView>> {
      const filter = { ...(await scope.of(who, asked)), status, from, to };
      const { items, nextCursor } = await reads.page(filter, { limit, cursor });
      if (who.role === 'student') return { items: items.map(ownView), nextCursor };
      const people = await names.ofPeople([...new Set(items.map(({ studentId }) => studentId))]);
      const named = (record: AttendanceRecord) => ({
        ...staffView(record),
        studentName: people.get(record.studentId)?.name,
      });
      return { items: items.map(named), nextCursor };
    },

    async read(who: Asker, id: string): Promise<RecordView> {
      const { record, asStaff } = await find(who, id);
      return asStaff ? staffView(record) : ownView(record);
    },

    /** How the record came to say what it says; a student sees neither names nor the reasons of marks. */
    async history(who: Asker, id: string): Promise<RecordHistory> {
      const { record, asStaff } = await find(who, id);
      const lines = historyOf(record);
      if (!asStaff)
        return {
          id,
          lines: withoutFlags(lines).map(({ by: _, reason, ...line }) => ({
            ...line,
            ...(line.kind === 'correction' && { reason }),
          })),
        };
      const people = await names.ofPeople([...new Set(lines.flatMap(({ by }) => by ?? []))]);
      return { id, lines: lines.map((line) => ({ ...line, byName: people.get(line.by ?? '')?.name })) };
    },
  };
};
export type RecordsService = ReturnType<typeof createRecordsService>;
