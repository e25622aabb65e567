import { Fault, isSessionOver } from '../../../shared/faults.ts';
import { type ClassId, type SessionId, type StudentId, studentIdOf } from '../../../shared/ids.ts';
import type { MarkedEntry } from '../../../shared/protocol/index.ts';
import type { RecordView } from '../../../shared/rest/records.ts';
import type { Source, Status } from '../../../shared/status.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import { localText } from '../../domain/local-time.ts';
import { readRowId, rowId } from '../../domain/row-id.ts';
import type { Register } from '../../live/register.ts';
import type { Marking } from '../attendance/marking.ts';
import type { Reach } from '../attendance/reach.ts';
import type { Correcting } from './correcting.ts';
import type { RecordsService } from './records.ts';
import type { Asked, Asker, Scope } from './scope.ts';

/**
 * What is said of one student in one session, live or final. `id`: the record's, and `<session>-<student>` while the
 * session is live, which stays good after it. `time`: HH:MM:SS by the school's clocks.
 */
export type Row = {
  readonly id: string;
  readonly classId: ClassId;
  readonly sessionId: SessionId;
  readonly studentId: StudentId;
  readonly date: string;
  readonly time: string;
  readonly status: Status;
  readonly source: Source;
};

type Deps = {
  readonly sessions: Pick<Sessions, 'open' | 'read'>;
  readonly register: Pick<Register, 'since'>;
  readonly alive: Reach['alive'];
  readonly marking: Marking;
  readonly records: Pick<RecordsService, 'list'>;
  readonly correcting: Correcting;
  readonly scope: Scope;
  readonly timeZone: string;
};

/** Live rows and records as one list, for clients that know no difference. */
export const createRows = (deps: Deps) => {
  const { sessions, register, alive, marking, records, correcting, scope } = deps;
  const timeOf = (at: string) => localText(deps.timeZone, Date.parse(at)).slice(11);

  const ofRecord = (record: RecordView): Row => ({ ...record, time: timeOf(record.at) });
  const ofEntry = ({ id: sessionId, classId, date }: SessionRecord, entry: MarkedEntry): Row => {
    const { studentId, status, source, at } = entry;
    const id = rowId(sessionId, studentId);
    return { id, classId, sessionId, studentId, date, time: timeOf(at), status, source };
  };

  const liveRows = async (session: SessionRecord): Promise<Row[]> => {
    try {
      const now = await alive(session.classId, () => register.since(session.classId));
      if (now.mode !== 'snapshot' || now.sessionId !== session.id) return [];
      return now.entries.map((entry) => ofEntry(session, entry));
    } catch (error) {
      if (isSessionOver(error)) return [];
      throw error;
    }
  };

  /** Where the row of an id is: the record, or the session and the student. RECORD_NOT_FOUND. */
  const placeOf = async (who: Asker, id: string) => {
    if (/^[0-9a-f]{24}$/.test(id)) return { recordId: id };
    const named = readRowId(id);
    if (named === null) throw new Fault('RECORD_NOT_FOUND');
    const session = await sessions.read(named.sessionId);
    if (!session || !(await scope.teaches(who, session.classId))) throw new Fault('RECORD_NOT_FOUND');
    if (session.state === 'live') return { session, studentId: named.studentId };
    const [record] = (await records.list(who, { ...named, limit: 1 })).items;
    if (!record) throw new Fault('RECORD_NOT_FOUND');
    return { recordId: record.id };
  };

  return {
    /**
     * The records, the newest first, at most `limit`; on the first page the rows of live sessions before them, which are
     * not counted. The faults of `RecordsService.list`.
     */
    async list(
      who: Asker,
      query: Asked & { date?: string | undefined; limit: number; cursor?: string | undefined },
    ): Promise<Row[]> {
      const { date, limit, cursor, ...asked } = query;
      const { classIds, studentId, sessionId } = await scope.of(who, asked);
      const page = records.list(who, { ...asked, from: date, to: date, limit, cursor });
      const final = (await page).items.map(ofRecord);
      if (cursor !== undefined) return final;
      const reached = classIds ?? (who.role === 'student' ? await scope.attends(who) : undefined);
      const open = (await sessions.open(reached)).filter(
        (one) =>
          (sessionId === undefined || one.id === sessionId) && (date === undefined || one.date === date),
      );
      const live = (await Promise.all(open.map(liveRows))).flat();
      return [...live.filter((row) => studentId === undefined || row.studentId === studentId), ...final];
    },

    /** All rows of a session; a student's own only. SESSION_NOT_FOUND, also for those who have no part in its class. */
    async ofSession(who: Asker, sessionId: SessionId, most: number): Promise<Row[]> {
      const session = await sessions.read(sessionId);
      const belongs =
        session !== null &&
        (who.role === 'student'
          ? (await scope.attends(who)).includes(session.classId)
          : await scope.teaches(who, session.classId));
      if (!belongs) throw new Fault('SESSION_NOT_FOUND');
      const own = who.role === 'student' ? studentIdOf(who.userId) : undefined;
      if (session.state === 'live')
        return (await liveRows(session)).filter((row) => own === undefined || row.studentId === own);
      return (await records.list(who, { sessionId, limit: most })).items.map(ofRecord);
    },

    /**
     * Another status: a teacher's mark while the session is live, a correction after it (CR1). RECORD_NOT_FOUND,
     * NOT_CLASS_TEACHER, STUDENT_NOT_ON_ROSTER, CONFLICT, SESSION_CLOSING.
     */
    async edit(who: Asker, id: string, { status, reason }: { status: Status; reason: string }): Promise<Row> {
      const place = await placeOf(who, id);
      if ('recordId' in place)
        return ofRecord(await correcting.correct(who, place.recordId, { status, reason }));
      const { session, studentId } = place;
      const { id: sessionId, classId } = session;
      try {
        const { entry } = await marking.mark({
          classId,
          studentId,
          sessionId,
          status,
          reason,
          by: who.userId,
        });
        return ofEntry(session, { ...entry, status });
      } catch (error) {
        throw isSessionOver(error) ? new Fault('SESSION_CLOSING') : error;
      }
    },

    /** Takes a record away, and leaves a line in the audit. RECORD_NOT_FOUND; CLASS_IN_SESSION while the session is live. */
    async remove(who: Asker, id: string, reason: string): Promise<void> {
      const place = await placeOf(who, id);
      if (!('recordId' in place)) throw new Fault('CLASS_IN_SESSION');
      await correcting.remove(who, place.recordId, reason);
    },
  };
};
export type Rows = ReturnType<typeof createRows>;
