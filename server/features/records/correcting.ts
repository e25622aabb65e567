import { Fault } from '../../../shared/faults.ts';
import { corrected } from '../../../shared/protocol/index.ts';
import type { NewStatus, RecordView } from '../../../shared/rest/records.ts';
import type { Audit } from '../../data/audit.ts';
import type { Corrections } from '../../data/corrections.ts';
import type { AttendanceRecord } from '../../data/records.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { Recount } from '../attendance/recount.ts';
import { type RecordsService, staffView } from './records.ts';
import type { Asker } from './scope.ts';

type Deps = {
  readonly records: Pick<RecordsService, 'find'>;
  readonly corrections: Corrections;
  readonly sessions: Pick<Sessions, 'read'>;
  readonly audit: Pick<Audit, 'add' | 'retract'>;
  readonly recount: Recount;
  /** Takes the register of an ended session away. */
  readonly settle: (session: SessionRecord) => Promise<void>;
  readonly publish: Publish;
  readonly clock: Clock;
};

/** The same correction sent once more, because its answer was lost. */
const isRepeat = ({ corrections }: AttendanceRecord, who: Asker, { status, reason }: NewStatus) => {
  const last = corrections.at(-1);
  return last !== undefined && last.by === who.userId && last.to === status && last.reason === reason;
};

/** A record as it stands, for whoever decided by an older one. */
const conflict = ({ status, revision, at }: AttendanceRecord) =>
  new Fault('CONFLICT', {
    details: [
      { path: 'status', message: status },
      { path: 'revision', message: String(revision) },
      { path: 'at', message: at },
    ],
  });

/** Changes of records after DONE (CR1–CR3). The counts follow the records; what failed half-way is sent again. */
export const createCorrecting = (deps: Deps) => {
  const { records, corrections, sessions, audit, recount, settle, publish, clock } = deps;

  const find = async (who: Asker, id: string): Promise<AttendanceRecord> => {
    const { record, asStaff } = await records.find(who, id);
    if (!asStaff) throw new Fault('NOT_CLASS_TEACHER');
    return record;
  };

  return {
    /**
     * Gives a record another status. The same correction again gives the same answer. RECORD_NOT_FOUND,
     * SESSION_CLOSING; CONFLICT, whose details say how it stands, when somebody else was first.
     */
    async correct(who: Asker, id: string, change: NewStatus): Promise<RecordView> {
      const read = await find(who, id);
      const { sessionId, classId, studentId } = read;
      if ((await sessions.read(sessionId))?.state === 'closing') throw new Fault('SESSION_CLOSING');
      if (isRepeat(read, who, change)) {
        await recount(sessionId);
        return staffView(read);
      }
      if (change.revision !== undefined && change.revision !== read.revision) throw conflict(read);
      const { status, source, at, by, reason, minutesLate, skewed } = read;
      const now = await corrections.correct(read, {
        was: { status, source, at, by, reason, minutesLate, skewed },
        to: change.status,
        by: who.userId,
        at: isoNow(clock),
        reason: change.reason,
      });
      if (now === null) throw conflict(await find(who, id));
      await recount(sessionId);
      publish(corrected, { classId, studentId }, { classId, sessionId, studentId, status: now.status });
      return staffView(now);
    },

    /** Takes a record away and leaves a line in the audit. RECORD_NOT_FOUND, SESSION_CLOSING. */
    async remove(who: Asker, id: string, reason: string | undefined): Promise<void> {
      for (;;) {
        const read = await find(who, id);
        const session = await sessions.read(read.sessionId);
        if (session?.open) throw new Fault('SESSION_CLOSING');
        // A register that still stands would be compared with the records, and put this one back.
        if (session && session.settledAt === undefined) await settle(session);
        const was = { ...read };
        const at = isoNow(clock);
        const line = { at, by: who.userId, action: 'RECORD_DELETED', about: id, was, reason };
        const lineId = await audit.add(line);
        if (await corrections.remove(read)) return await recount(read.sessionId);
        await audit.retract(lineId); // it has changed since: another line says what it is now
      }
    },
  };
};
export type Correcting = ReturnType<typeof createCorrecting>;
