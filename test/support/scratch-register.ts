import { Fault } from '../../shared/faults.ts';
import type { Status } from '../../shared/status.ts';

export type ScratchMark = {
  studentId: string;
  status: Status;
  opId?: string;
  sessionId?: string;
  at?: string;
};
type Row = { studentId: string; status: Status; version: number; source: 'teacher'; at: string };

let ids = 0;
/** A fresh id of the shape that the contract asks for. */
export const newId = (): string => (ids++).toString(16).padStart(24, '0');

/** A class's register in memory, with just enough of the rules for a client to be tried against. */
export const scratchRegister = (classId: string, roster: string[]) => {
  let session = { sessionId: newId(), epoch: newId(), openedAt: new Date().toISOString() };
  let live = true;
  let version = 0;
  let log: Row[] = [];
  let rows = new Map<string, Row>();
  let answers = new Map<string, object>();
  /** Every mark that had an effect, in order, over all sessions. */
  const effects: (ScratchMark & { inSession: string })[] = [];

  const counts = () => {
    const of = (status: Status) => [...rows.values()].filter((row) => row.status === status).length;
    return {
      present: of('present'),
      absent: of('absent'),
      late: of('late'),
      partial: of('partial'),
      excused: of('excused'),
      unmarked: roster.length - rows.size,
      enrolled: roster.length,
    };
  };
  const at = () => ({ classId, sessionId: session.sessionId, epoch: session.epoch });
  return {
    classId,
    roster,
    effects,
    rows: () => rows,
    version: () => version,
    session: () => session,
    counts,
    at,
    mark(data: ScratchMark) {
      const known = data.opId === undefined ? undefined : answers.get(data.opId);
      if (known) return { reply: { ...known, repeated: true } };
      if (!live) throw new Fault('NO_ACTIVE_SESSION');
      if (data.sessionId !== undefined && data.sessionId !== session.sessionId)
        throw new Fault('SESSION_CHANGED');
      if (!roster.includes(data.studentId)) throw new Fault('STUDENT_NOT_ON_ROSTER');
      version += 1;
      const { studentId, status } = data;
      const row: Row = {
        studentId,
        status,
        version,
        source: 'teacher',
        at: data.at ?? new Date().toISOString(),
      };
      rows.set(studentId, row);
      log.push(row);
      effects.push({ ...data, inSession: session.sessionId });
      const reply = { ...at(), version, entry: row, repeated: false };
      if (data.opId !== undefined) answers.set(data.opId, reply);
      return { reply, told: { ...row, ...at() } };
    },
    /** `own`: the student who asks; the staff sees all. */
    sync(known: { epoch?: string; version?: number }, own: string | undefined) {
      if (!live) return { mode: 'none', classId };
      const mine = (row: Row) => own === undefined || row.studentId === own;
      const base = { ...at(), version, counts: counts() };
      if (known.epoch === session.epoch && known.version !== undefined) {
        const since = known.version;
        const changes = log.filter((row) => row.version > since && mine(row));
        return { mode: 'delta', ...base, changes };
      }
      return {
        mode: 'snapshot',
        ...base,
        openedAt: session.openedAt,
        closesAt: session.openedAt,
        visibility: 'private',
        entries: [...rows.values()].filter(mine),
        ...(own === undefined ? { roster } : {}),
      };
    },
    /** The register was rebuilt: same session, another past (SY2). */
    newEpoch() {
      session = { ...session, epoch: newId() };
      log = [];
    },
    end() {
      live = false;
    },
    restart(openedAt = new Date().toISOString()) {
      session = { sessionId: newId(), epoch: newId(), openedAt };
      live = true;
      version = 0;
      log = [];
      rows = new Map();
      answers = new Map();
    },
  };
};
export type ScratchRegister = ReturnType<typeof scratchRegister>;
