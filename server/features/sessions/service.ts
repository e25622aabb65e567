import { Fault } from '../../../shared/faults.ts';
import { type ClassId, type SessionId, studentIdOf, type UserId } from '../../../shared/ids.ts';
import {
  type Done,
  type Session,
  type SessionOptions,
  type SessionState,
  sessionClosed,
} from '../../../shared/protocol/index.ts';
import type { Classes, ClassInfo } from '../../data/classes.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Publish } from '../../domain/audience.ts';
import { listedView, sessionView, staffView } from '../../domain/session-view.ts';
import type { Who } from '../../domain/who.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import { type Clock, dayIn, isoNow } from '../../kit/clock.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { Register } from '../../live/register.ts';
import type { Standing } from './standing.ts';
import type { Starting } from './starting.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'cancel' | 'list' | 'read'>;
  readonly classes: Pick<Classes, 'find' | 'membershipsOf'>;
  readonly register: Pick<Register, 'live'>;
  readonly starting: Starting;
  readonly standing: Standing;
  /** DONE (finalizer). */
  readonly finish: (request: { classId: ClassId; sessionId: SessionId; by: UserId }) => Promise<Done>;
  readonly settle: (session: SessionRecord) => Promise<void>;
  /** Told once a session is over: its alarm is not needed any more. */
  readonly ended: (sessionId: SessionId) => void;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly log: Log;
  /** In which days are counted. */
  readonly timeZone: string;
  readonly checkpoint: Checkpoint;
};

type Asker = Pick<Who, 'userId' | 'role'>;

const isStaff = (who: Asker, info: ClassInfo) =>
  who.role === 'admin' || info.teacherId === who.userId || info.coTeacherIds.includes(who.userId);
const isMember = (who: Asker, info: ClassInfo) =>
  isStaff(who, info) || (who.role === 'student' && info.studentIds.includes(studentIdOf(who.userId)));

/** The steps of a cancellation in order: each name says what has just been done. */
export const CANCEL_STEPS = ['cancel:stored', 'settle:kept', 'settle:dropped', 'settle:settled'] as const;

/** Sessions as their class's people use them. Staff start, close and cancel (SE2); members read. */
export const createSessionService = (deps: Deps) => {
  const { sessions, classes, register, starting, standing, finish, settle, publish, clock, log } = deps;

  const staffClass = async (who: Asker, classId: ClassId): Promise<ClassInfo> => {
    const info = await classes.find(classId);
    if (info === null) throw new Fault('CLASS_NOT_FOUND');
    if (!isStaff(who, info)) throw new Fault('NOT_CLASS_TEACHER');
    return info;
  };

  const mustBeToday = (date: string): void => {
    const today = dayIn(deps.timeZone, clock.now());
    const text = `A session is of the day on which it starts: ${today} in ${deps.timeZone}`;
    if (date !== today)
      throw new Fault('INVALID_REQUEST', { text, details: [{ path: 'date', message: text }] });
  };

  const memberClass = async (who: Asker, classId: ClassId): Promise<ClassId> => {
    const info = await classes.find(classId);
    if (info === null) throw new Fault('CLASS_NOT_FOUND');
    if (!isMember(who, info)) throw new Fault(who.role === 'student' ? 'NOT_ENROLLED' : 'NOT_CLASS_TEACHER');
    return classId;
  };

  /** The classes that someone belongs to; undefined means all of them. */
  const belongsTo = async (who: Asker): Promise<readonly ClassId[] | undefined> => {
    if (who.role === 'admin') return undefined;
    const { staff, students } = await classes.membershipsOf(who.userId);
    return [...staff, ...students];
  };

  const staffOf = async (who: Asker, { classId }: SessionRecord): Promise<boolean> => {
    const info = await classes.find(classId);
    return info !== null && isStaff(who, info);
  };

  /** A session that the asker may read; to everyone else it does not exist. */
  const found = async (who: Asker, id: SessionId) => {
    const session = await sessions.read(id);
    const info = session && (await classes.find(session.classId));
    if (!session || !info || !isMember(who, info)) throw new Fault('SESSION_NOT_FOUND');
    return { session, staff: isStaff(who, info) };
  };
  const find = async (who: Asker, id: SessionId): Promise<SessionRecord> => {
    const { session, staff } = await found(who, id);
    if (!staff) throw new Fault('NOT_CLASS_TEACHER');
    return session;
  };

  const startOrJoin = async (who: Asker, options: SessionOptions): Promise<SessionRecord> => {
    await staffClass(who, options.classId);
    const { session, began } = await starting.begin(who.userId, options);
    // The one who stored it may have died, or not have come to open its register yet.
    if (!began && (await register.live([options.classId])).length === 0) await standing.stand(session);
    return session;
  };

  return {
    /**
     * Starts a session (SE1, SE2, SE5). CLASS_NOT_FOUND, NOT_CLASS_TEACHER, INVALID_REQUEST, DEVICE_NOT_FOUND, DEVICE_BUSY;
     * SESSION_EXISTS, whose details name the running one. An admin may open it in the name of a teacher of the class
     * (else FORBIDDEN, NOT_CLASS_TEACHER). A `date` that is named has to be today's.
     */
    async start(
      who: Asker,
      options: SessionOptions,
      { teacherId = who.userId, date }: { teacherId?: UserId | undefined; date?: string | undefined } = {},
    ): Promise<Session> {
      const info = await staffClass(who, options.classId);
      if (teacherId !== who.userId) {
        if (who.role !== 'admin') throw new Fault('FORBIDDEN');
        if (!isStaff({ userId: teacherId, role: 'teacher' }, info)) throw new Fault('NOT_CLASS_TEACHER');
      }
      if (date !== undefined) mustBeToday(date);
      const { session, began } = await starting.begin(teacherId, options, (other) => staffOf(who, other));
      if (!began)
        throw new Fault('SESSION_EXISTS', { details: [{ path: 'sessionId', message: session.id }] });
      return staffView(session);
    },

    /** A session for its staff. SESSION_NOT_FOUND, NOT_CLASS_TEACHER. */
    asStaff: find,

    /** Starts a session, or answers with the one that runs, untouched (SE1). CLASS_NOT_FOUND, NOT_CLASS_TEACHER. */
    startOrJoin: async (who: Asker, options: SessionOptions): Promise<Session> =>
      sessionView(await startOrJoin(who, options)),

    /** As `startOrJoin`, with no more than a class. */
    async startOrRunning(
      who: Asker,
      classId: ClassId,
    ): Promise<{ classId: ClassId; sessionId: SessionId; startedAt: string }> {
      const { id: sessionId, openedAt } = await startOrJoin(who, { classId });
      return { classId, sessionId, startedAt: openedAt };
    },

    /** The sessions of a class, or of all that they belong to, the newest first. CLASS_NOT_FOUND, NOT_CLASS_TEACHER, NOT_ENROLLED. */
    async list(
      who: Asker,
      page: {
        classId?: ClassId | undefined;
        state?: SessionState | undefined;
        limit: number;
        cursor?: string | undefined;
      },
    ): Promise<{ items: Session[]; nextCursor: string | null }> {
      const { classId, ...rest } = page;
      const classIds = classId === undefined ? await belongsTo(who) : [await memberClass(who, classId)];
      const { items, nextCursor } = await sessions.list({ ...rest, classIds });
      return { items: items.map(who.role === 'student' ? sessionView : listedView), nextCursor };
    },

    /** One session, for its staff with the code. SESSION_NOT_FOUND, also for those who have no part in its class. */
    async read(who: Asker, id: SessionId): Promise<Session> {
      const { session, staff } = await found(who, id);
      return staff ? staffView(session) : sessionView(session);
    },

    /** DONE of one session; again = the same answer. SESSION_NOT_FOUND, NOT_CLASS_TEACHER, SESSION_ENDED. */
    async close(who: Asker, id: SessionId): Promise<Session> {
      const session = await find(who, id);
      if (session.state === 'cancelled') throw new Fault('SESSION_ENDED');
      await finish({ classId: session.classId, sessionId: id, by: who.userId });
      return sessionView(await find(who, id));
    },

    /**
     * Cancels a live session: it counts nowhere, and the marks that were acknowledged are kept with it. Again = the
     * same answer. SESSION_NOT_FOUND, NOT_CLASS_TEACHER, SESSION_ENDED.
     */
    async cancel(who: Asker, id: SessionId, reason?: string): Promise<Session> {
      const before = await find(who, id);
      const cancelled = await sessions.cancel(id, { at: isoNow(clock), by: who.userId, reason });
      if (cancelled === null) {
        const now = (await sessions.read(id)) ?? before;
        if (now.state !== 'cancelled') throw new Fault('SESSION_ENDED');
        return sessionView(now);
      }
      await deps.checkpoint('cancel:stored');
      publish(sessionClosed, { classId: cancelled.classId }, sessionView(cancelled));
      deps.ended(id);
      await settle(cancelled).catch((error: unknown) =>
        log.warn({ sessionId: id, error: describeError(error) }, 'not settled; the sweeper will'),
      );
      return sessionView(cancelled);
    },

    /** See `Standing.revive`. */
    revive: standing.revive,
  };
};
export type SessionService = ReturnType<typeof createSessionService>;
