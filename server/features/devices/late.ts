import type { StudentId } from '../../../shared/ids.ts';
import { corrected, type MarkedEntry } from '../../../shared/protocol/index.ts';
import type { AttendanceRecord, Records } from '../../data/records.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { outweighs, type PastLine, sameMark } from '../../domain/closing.ts';
import { judge } from '../../domain/late.ts';
import type { Said } from '../../domain/presence.ts';
import type { EvidenceKeeper } from '../checkin/evidence.ts';
import type { Placed, Worth } from './evidence.ts';

type Deps = {
  readonly records: Pick<Records, 'amend' | 'counts' | 'ofSession'>;
  readonly sessions: Pick<Sessions, 'recount'>;
  /** Puts it together with what other ways in had shown. */
  readonly afterwards: EvidenceKeeper['afterwards'];
  readonly publish: Publish;
};

/** Brings late recognitions into the records of a final session. */
export type Correct = (session: SessionRecord, items: readonly Placed[]) => Promise<Map<Placed, Worth>>;

/** How many lines of a record's past late evidence that changes nothing may add up to. */
const PAST_MOST = 50;

/**
 * A backlog that came after DONE (DV7): it takes the place of an automatic absence, or of a later automatic presence,
 * never of a teacher's decision; either way it leaves a line in the record's history. Doing it again changes nothing.
 */
export const createCorrect = ({ records, sessions, afterwards, publish }: Deps): Correct => {
  const readAll = async (session: SessionRecord) =>
    new Map((await records.ofSession(session.id)).map((record) => [record.studentId, record]));

  /** True when the record's status is another now. */
  const amend = async (
    session: SessionRecord,
    found: AttendanceRecord,
    evidence: Omit<MarkedEntry, 'version'>,
  ): Promise<boolean> => {
    let read: AttendanceRecord | undefined = found;
    for (;;) {
      if (read === undefined || sameMark(read, evidence)) return false;
      const replaces = outweighs(evidence, read);
      const known = read.history.some((line) => sameMark(line, evidence));
      if (!replaces && (known || read.history.length >= PAST_MOST)) return false;
      const { studentId, status, source, at, by, reason, minutesLate, skewed } = read;
      const line: PastLine = replaces
        ? { studentId, status, source, at, by, reason, minutesLate, skewed, applied: true }
        : { ...evidence, applied: false };
      const entry: MarkedEntry = { ...evidence, version: read.version };
      if (await records.amend(read, { entry, replaces, history: [...read.history, line] }))
        return replaces && status !== evidence.status;
      read = (await readAll(session)).get(found.studentId);
    }
  };

  return async (session, items) => {
    const { id: sessionId, classId, openedAt, lateRule } = session;
    const stored = await readAll(session);
    const worth = new Map<Placed, Worth>();
    const earliest = new Map<StudentId, Said>();
    for (const item of items) {
      const { studentId, at } = item;
      const judged = stored.has(studentId) ? judge(lateRule, openedAt, at) : { refused: 'STRANGER' as const };
      worth.set(item, judged);
      const before = earliest.get(studentId);
      if (!('refused' in judged) && (before === undefined || at < before.at))
        earliest.set(studentId, { at, ...judged });
    }
    const incomplete = new Map<StudentId, Worth>();
    let changed = false;
    const done = await Promise.allSettled(
      [...earliest].map(async ([studentId, said]) => {
        const record = stored.get(studentId);
        const sum = await afterwards(session, studentId, 'device', said);
        if ('missing' in sum) return void incomplete.set(studentId, { missing: sum.missing });
        const { combined } = sum;
        if (record === undefined || !(await amend(session, record, { studentId, ...combined }))) return;
        changed = true;
        const { status } = combined;
        publish(corrected, { classId, studentId }, { classId, sessionId, studentId, status });
      }),
    );
    if (changed) await sessions.recount(sessionId, await records.counts(sessionId));
    for (const one of done) if (one.status === 'rejected') throw one.reason;
    for (const [item, what] of worth)
      if (!('refused' in what)) worth.set(item, incomplete.get(item.studentId) ?? what);
    return worth;
  };
};
