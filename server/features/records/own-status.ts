import { type ClassId, type StudentId, studentIdOf } from '../../../shared/ids.ts';
import type { Status } from '../../../shared/status.ts';
import type { RecordReads } from '../../data/record-reads.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Who } from '../../domain/who.ts';

type Deps = {
  readonly reads: Pick<RecordReads, 'ofLastDay'>;
  readonly sessions: Pick<Sessions, 'openOf' | 'read'>;
  /** Null when unmarked, undefined when nothing is live. */
  readonly liveStatus: (classId: ClassId, studentId: StudentId) => Promise<Status | null | undefined>;
  /** Sees a session that is closing to its end. */
  readonly ended: (session: SessionRecord) => Promise<unknown>;
};

/** Where a student stands in a class at this moment. */
export const createOwnStatus = ({ reads, sessions, liveStatus, ended }: Deps) => {
  /** When a session opened, ISO 8601; the sessions of a class follow each other. */
  const openedAt = async ({ sessionId }: { sessionId: SessionRecord['id'] }) =>
    (await sessions.read(sessionId))?.openedAt ?? '';

  return {
    /**
     * The student's status in the live session of a class, null while unmarked; when nothing is live, what their
     * newest record says that counts (CR7), null when there is none. STORE_UNAVAILABLE, REGISTER_UNAVAILABLE.
     */
    async statusOf({ userId }: Pick<Who, 'userId'>, classId: ClassId): Promise<Status | null> {
      const studentId = studentIdOf(userId);
      const live = await liveStatus(classId, studentId);
      if (live !== undefined) return live;
      // Between the register and the records: what the session before said must not be taken for an answer.
      const open = await sessions.openOf(classId);
      if (open?.state === 'closing') await ended(open);
      const records = await reads.ofLastDay(classId, studentId);
      const [only, ...more] = records;
      if (only === undefined || more.length === 0) return only?.status ?? null;
      const timed = await Promise.all(
        records.map(async (record) => ({ ...record, opened: await openedAt(record) })),
      );
      return timed.reduce((newest, one) => (one.opened > newest.opened ? one : newest)).status;
    },
  };
};
export type OwnStatus = ReturnType<typeof createOwnStatus>;
