import type { StudentId } from '../../../shared/ids.ts';
import { corrected, type MarkedEntry, type Method } from '../../../shared/protocol/index.ts';
import { type Status, wasThere } from '../../../shared/status.ts';
import type { AttendanceRecord, Records } from '../../data/records.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { outweighs, type PastLine, sameMark, standingOf } from '../../domain/closing.ts';
import { judge } from '../../domain/late.ts';
import type { Said } from '../../domain/presence.ts';
import type { EvidenceKeeper } from './evidence.ts';
import type { SharedDevices } from './shared-device.ts';

type Standing = Pick<AttendanceRecord, 'status' | 'minutesLate'>;

type Deps = {
  readonly records: Pick<Records, 'amend' | 'counts' | 'ofSession'>;
  readonly sessions: Pick<Sessions, 'recount'>;
  /** Puts it together with what other ways in had shown. */
  readonly afterwards: EvidenceKeeper['afterwards'];
  /** Told of every record that is another now: what is known of its student is said of it, too (CI9). */
  readonly recordMade: SharedDevices['recordMade'];
  readonly publish: Publish;
};

/** What one way in has shown: of whom, and when. */
export type Shown = { readonly studentId: StudentId; readonly at: string };

/**
 * What evidence was worth: the `status` that stands now. `missing`: what else the session needs of the student (CI7).
 * `already`: the student was in, and this changed nothing, or it came before. `STRANGER`: the roster does not hold the
 * student.
 */
export type Counted = {
  readonly status?: Status;
  readonly minutesLate?: number | undefined;
  readonly missing?: readonly Method[];
  readonly already?: true;
};
export type Worth = Counted | { readonly refused: 'CHECK_IN_CLOSED' | 'SESSION_ENDED' | 'STRANGER' };

/** Brings what a way in has shown into the records of a final session, and says what each was worth. */
export type LateEvidence = <Item extends Shown>(
  session: SessionRecord,
  source: Exclude<Method, 'teacher'>,
  items: readonly Item[],
) => Promise<Map<Item, Worth>>;

/** How many lines of a record's past late evidence that changes nothing may add up to. */
const PAST_MOST = 50;

/**
 * What comes after DONE, as a device's backlog (DV7) or a scan that was bound in time (CI10): it takes the place of an
 * automatic absence, or of a later automatic presence, never of a teacher's decision; either way it leaves a line in the
 * record's history. Doing it again changes nothing.
 */
export const createLateEvidence = ({
  records,
  sessions,
  afterwards,
  recordMade,
  publish,
}: Deps): LateEvidence => {
  const readAll = async (session: SessionRecord) =>
    new Map((await records.ofSession(session.id)).map((record) => [record.studentId, record]));

  /** Brings evidence into a record (`made`), or into its past; `news` when the record's status is another now. */
  const amend = async (
    session: SessionRecord,
    found: AttendanceRecord,
    evidence: Omit<MarkedEntry, 'version'>,
  ): Promise<{ stands: Standing; already: boolean; made: boolean; news: boolean }> => {
    let read = found;
    for (;;) {
      const before = { stands: read, made: false, news: false };
      if (sameMark(read, evidence)) return { ...before, already: true };
      const replaces = outweighs(evidence, read);
      const already = !replaces && wasThere(read.status);
      if (!replaces && read.history.some((line) => sameMark(line, evidence)))
        return { ...before, already: true };
      if (!replaces && read.history.length >= PAST_MOST) return { ...before, already };
      const { studentId, status, source, at, by, reason, minutesLate, skewed, flags } = read;
      const line: PastLine = replaces
        ? { studentId, status, source, at, by, reason, minutesLate, skewed, flags, applied: true }
        : { ...evidence, applied: false };
      const entry: MarkedEntry = { ...evidence, version: read.version };
      if (await records.amend(read, { entry, replaces, history: [...read.history, line] }))
        return {
          stands: replaces ? evidence : read,
          already,
          made: replaces,
          news: replaces && status !== evidence.status,
        };
      const now = (await readAll(session)).get(found.studentId);
      if (now === undefined) return { ...before, already: true }; // deleted meanwhile
      read = now;
    }
  };

  return async <Item extends Shown>(
    session: SessionRecord,
    source: Exclude<Method, 'teacher'>,
    items: readonly Item[],
  ) => {
    const { id: sessionId, classId, openedAt, lateRule } = session;
    const stored = await readAll(session);
    const worth = new Map<Item, Worth>();
    /** Of each student the earliest is the evidence; the others find them as that leaves them. */
    const earliest = new Map<StudentId, { item: Item; said: Said }>();
    for (const item of items) {
      const { studentId, at } = item;
      const record = stored.get(studentId);
      const judged = record ? judge(lateRule, openedAt, at) : { refused: 'STRANGER' as const };
      const wasIn = record !== undefined && 'refused' in judged && wasThere(record.status);
      worth.set(item, wasIn ? { ...standingOf(record), already: true } : judged);
      const before = earliest.get(studentId);
      if (!('refused' in judged) && (before === undefined || at < before.item.at))
        earliest.set(studentId, { item, said: { at, ...judged } });
    }
    const came = new Map<StudentId, Counted>();
    let changed = false;
    const done = await Promise.allSettled(
      [...earliest].map(async ([studentId, { said }]) => {
        const record = stored.get(studentId);
        const sum = await afterwards(session, studentId, source, said);
        if (record === undefined) return;
        if ('missing' in sum)
          return void came.set(studentId, { missing: sum.missing, ...(sum.repeated && { already: true }) });
        const { combined } = sum;
        const { stands, already, made, news } = await amend(session, record, { studentId, ...combined });
        came.set(studentId, { ...standingOf(stands), ...(already && { already }) });
        if (made) await recordMade(session, studentId);
        if (!news) return;
        changed = true;
        const { status } = combined;
        publish(corrected, { classId, studentId }, { classId, sessionId, studentId, status });
      }),
    );
    if (changed) await sessions.recount(sessionId, await records.counts(sessionId));
    for (const one of done) if (one.status === 'rejected') throw one.reason;
    for (const [item, what] of worth) {
      const said = came.get(item.studentId);
      if ('refused' in what || 'already' in what || said === undefined) continue;
      const isFirst = earliest.get(item.studentId)?.item === item;
      worth.set(item, isFirst ? said : { ...said, already: true });
    }
    return worth;
  };
};
