import { Fault, isFault } from '../../../shared/faults.ts';
import { type ClassId, type OpId, type SessionId, studentIdOf, type UserId } from '../../../shared/ids.ts';
import {
  type Done,
  done,
  mark,
  myAttendance,
  NOT_YET_UPDATED,
  type ReplyOf,
  type SyncReply,
  summaryTold,
  sync,
  todaySummary,
} from '../../../shared/protocol/index.ts';
import type { Publish } from '../../domain/audience.ts';
import { type Viewer, visibleChanges, visibleEntries } from '../../domain/views.ts';
import { type Caller, type Handler, on } from '../../hub/on.ts';
import { createSharedRead } from '../../kit/shared-read.ts';
import type { Register, Since } from '../../live/register.ts';
import type { Marking } from './marking.ts';
import type { Reach } from './reach.ts';

type Deps = {
  readonly register: Register;
  readonly reach: Reach;
  readonly marking: Marking;
  readonly publish: Publish;
  readonly finish: (request: {
    classId: ClassId;
    sessionId?: SessionId | undefined;
    opId?: OpId | undefined;
    by: UserId;
  }) => Promise<Done>;
};

/** A teacher's announcement, and what everybody asks of a live register. */
export const attendanceHandlers = ({ register, reach, marking, publish, finish }: Deps): Handler[] => {
  /** A class that comes back at once, after its Wi-Fi did, costs one look at the register. */
  const snapshot = createSharedRead((classId: ClassId) => register.since(classId));

  const viewerOf = (who: Caller, classId: ClassId): Viewer => {
    if (who.role === 'admin' || who.teaches.includes(classId)) return { as: 'staff' };
    if (who.attends.includes(classId)) return { as: 'student', studentId: studentIdOf(who.userId) };
    throw new Fault(who.role === 'student' ? 'NOT_ENROLLED' : 'NOT_CLASS_TEACHER');
  };

  const answerTo = (viewer: Viewer, now: Since): SyncReply => {
    const { classId, sessionId, epoch, version, counts, visibility, openedAt, closesAt } = now;
    const base = { classId, sessionId, epoch, version, counts };
    if (now.mode === 'delta')
      return { mode: 'delta', ...base, changes: visibleChanges(viewer, visibility, now.changes) };
    const entries = visibleEntries(viewer, visibility, now.entries);
    const snapshot = { mode: 'snapshot' as const, ...base, openedAt, closesAt, visibility, entries };
    const all = viewer.as === 'staff' || visibility === 'open';
    return all ? { ...snapshot, roster: [...now.roster] } : snapshot;
  };

  return [
    on(mark, async ({ classId: named, ...data }, who) => {
      const classId = await reach.classOf(who, 'teaches', named);
      const { sessionId, epoch, version, entry, repeated } = await marking.mark({
        classId,
        by: who.userId,
        ...data,
      });
      // Those who may hear of it do so from the register's log, on every instance (ADR 0006).
      return { classId, sessionId, epoch, version, entry, repeated };
    }),

    on(todaySummary, async ({ classId: named }, who) => {
      const classId = await reach.classOf(who, 'teaches', named);
      const { counts, version } = await reach.alive(classId, () => register.counts(classId));
      const summary = { ...counts, classId, version, total: counts.enrolled - counts.unmarked };
      publish(summaryTold, { classId }, summary);
      return summary;
    }),

    on(myAttendance, async ({ classId: named }, who): Promise<ReplyOf<typeof myAttendance>> => {
      const classId = await reach.classOf(who, 'attends', named);
      const entry = await reach.alive(classId, () => register.entry(classId, studentIdOf(who.userId)));
      return { status: entry?.status ?? NOT_YET_UPDATED };
    }),

    on(done, async ({ classId: named, sessionId, opId }, who) => {
      const classId = await reach.classOf(who, 'teaches', named);
      return await finish({ classId, sessionId, opId, by: who.userId });
    }),

    on(sync, async ({ classId, epoch, version }, who): Promise<SyncReply> => {
      viewerOf(who, classId);
      // First listen, then look: what happens in between is heard, and known by its version to be in the answer already.
      await who.sync(classId);
      const known = epoch === undefined || version === undefined ? undefined : { epoch, version };
      try {
        const now = await reach.alive(classId, () =>
          known ? register.since(classId, known) : snapshot(classId),
        );
        // They may have been taken off the class meanwhile (AU2).
        return answerTo(viewerOf(who, classId), now);
      } catch (error) {
        if (isFault(error, 'NO_ACTIVE_SESSION')) return { mode: 'none', classId };
        throw error;
      }
    }),
  ];
};
