import { isSessionOver } from '../../../shared/faults.ts';
import type { Records } from '../../data/records.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import { isSaid, outweighs, type SaidRow, sameMark } from '../../domain/closing.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { Frozen, Register } from '../../live/register.ts';
import { createRecount } from './recount.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'keepRows' | 'recount' | 'settle'>;
  readonly records: Pick<Records, 'amend' | 'counts' | 'ofSession' | 'writeAll'>;
  readonly register: Pick<Register, 'drop' | 'freeze'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
};

/** A register that is gone, or is another session's, has nothing to tell of this one. */
export const freezeIfThere = (
  register: Pick<Register, 'freeze'>,
  { id, classId }: Pick<SessionRecord, 'id' | 'classId'>,
): Promise<Frozen | null> =>
  register.freeze(classId, id).catch((error: unknown) => {
    if (isSessionOver(error)) return null;
    throw error;
  });

/**
 * Takes the live register of an ended session away, once the database has all that it holds (DN5). Everything
 * here can be run again, by any process.
 */
export const createSettle = ({ sessions, records, register, clock, log, checkpoint }: Deps) => {
  const running = new Map<string, Promise<void>>();
  const recount = createRecount({ sessions, records });

  /** Puts one mark that the record does not show into the record or its history; true when it had to. */
  const amend = async (session: SessionRecord, row: SaidRow): Promise<boolean> => {
    for (;;) {
      const { studentId } = row.entry;
      const read = (await records.ofSession(session.id)).find((record) => record.studentId === studentId);
      if (read === undefined || sameMark(read, row.entry)) return false;
      const known = (line: Parameters<typeof sameMark>[0]) => read.history.some((old) => sameMark(old, line));
      const replaces = outweighs(row.entry, read);
      if (!replaces && known(row.entry)) return false;
      const { studentId: _, ...standing } = row.entry;
      const past = row.history.filter((line) => !known(line));
      const { status, source, at, by, reason, minutesLate, skewed, flags } = read;
      const was = { studentId, status, source, at, by, reason, minutesLate, skewed, flags, applied: true };
      const history = replaces
        ? [...read.history, was, ...past]
        : [...read.history, ...past, { studentId, ...standing, applied: false }];
      if (await records.amend(read, { entry: row.entry, replaces, history })) return true;
    }
  };

  /**
   * Brings the records of a session up to rows that were acknowledged although the records had been written
   * already: a register that lost its memory, or that a stalled process opened once more (DN4).
   */
  const reconcile = async (session: SessionRecord, rows: readonly SaidRow[]): Promise<void> => {
    const { id: sessionId, classId, date } = session;
    const stored = new Map((await records.ofSession(sessionId)).map((record) => [record.studentId, record]));
    const missing = rows.filter((row) => !stored.has(row.entry.studentId));
    await records.writeAll({ sessionId, classId, date, rows: missing, writtenAt: isoNow(clock) });
    let amended = 0;
    for (const row of rows) {
      const record = stored.get(row.entry.studentId);
      if (record === undefined || row.entry.source === 'system' || sameMark(record, row.entry)) continue;
      if (await amend(session, row)) amended += 1;
    }
    if (missing.length + amended === 0) return;
    log.error({ sessionId, classId, missing: missing.length, amended }, 'marks came after the records');
    await recount(sessionId);
  };

  const settleOnce = async (session: SessionRecord, written: boolean): Promise<void> => {
    if (!written) {
      const frozen = await freezeIfThere(register, session);
      if (frozen && session.state === 'cancelled') await sessions.keepRows(session.id, frozen.rows);
      else if (frozen) await reconcile(session, frozen.rows.filter(isSaid));
      await checkpoint('settle:kept');
    }
    await register.drop(session.classId, session.id);
    await checkpoint('settle:dropped');
    await sessions.settle(session.id, isoNow(clock));
    await checkpoint('settle:settled');
  };

  /**
   * Settles a final or cancelled session. `written` says that this very register was frozen and is in the
   * database; else it is compared first. Runs of one session follow each other: none drops what it has not read.
   */
  const settle = (session: SessionRecord, { written = false } = {}): Promise<void> => {
    if (session.open) throw new Error(`session ${session.id} is still open`);
    const before = running.get(session.id) ?? Promise.resolve();
    const run = before.catch(() => {}).then(() => settleOnce(session, written));
    running.set(session.id, run);
    const forget = () => running.get(session.id) === run && running.delete(session.id);
    run.then(forget, forget);
    return run;
  };

  return { settle, reconcile, idle: async () => void (await Promise.allSettled(running.values())) };
};
export type Settle = ReturnType<typeof createSettle>;
