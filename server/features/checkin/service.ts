import { Fault, isFault, isSessionOver } from '../../../shared/faults.ts';
import {
  type ClassId,
  type SessionId,
  type StudentId,
  studentIdOf,
  type UserId,
} from '../../../shared/ids.ts';
import type { CheckedIn, CheckIn, OwnMethod } from '../../../shared/protocol/index.ts';
import { wasThere } from '../../../shared/status.ts';
import { judge } from '../../domain/late.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Register } from '../../live/register.ts';
import type { Again } from './again.ts';
import type { Bound } from './bound.ts';
import { codeOf } from './code.ts';
import type { EvidenceKeeper, SoFar } from './evidence.ts';
import type { CheckInMethod, Methods, Taking } from './method.ts';
import type { Newcomers } from './newcomers.ts';
import { isTaking, type TakingSessions } from './sessions.ts';
import type { SharedDevices } from './shared-device.ts';
import type { CheckInThrottle } from './throttle.ts';

/** A student, and which classes they attend at this moment. */
export type Student = { readonly userId: UserId; readonly attends: () => Promise<readonly ClassId[]> };

/** What one check-in has done so far, in all its tries. */
type Visit = { admittedIn?: Taking };

/** What a check-in may say of its session. */
type Where = { readonly classId?: ClassId | undefined; readonly sessionId?: SessionId | undefined };

type Deps = {
  readonly methods: Methods;
  readonly sessions: TakingSessions;
  readonly evidence: Pick<EvidenceKeeper, 'accept' | 'soFar'>;
  readonly devices: Pick<SharedDevices, 'note'>;
  readonly throttle: CheckInThrottle;
  readonly register: Pick<Register, 'entry' | 'live'>;
  /** Opens the register again where a session is live without one. */
  readonly revive: (classId: ClassId) => Promise<boolean>;
  /** Whether a class takes students who are not on its roster by their check-in (CI12). */
  readonly enrols: (classId: ClassId) => Promise<boolean>;
  readonly newcomers: Newcomers;
  readonly again: Again;
  readonly bound: Bound;
  readonly clock: Clock;
  readonly checkpoint: Checkpoint;
};

/** What only those who are there can know; a passkey says who somebody is and not where. */
const PROVES_BEING_THERE: ReadonlySet<OwnMethod> = new Set(['code', 'qr', 'ble']);

/** Check-ins as students make them, by whichever method (CI1–CI3, CI5–CI7). */
export const createCheckInService = (deps: Deps) => {
  const { methods, sessions, evidence, devices, throttle, register, revive, clock } = deps;
  const { enrols, newcomers, again, bound, checkpoint } = deps;

  /** The only one of the student's classes with a live session. */
  const onlyClass = async (attends: readonly ClassId[]): Promise<ClassId> => {
    const [only, ...more] = attends;
    if (only !== undefined && more.length === 0) return only;
    const live = only === undefined ? [] : await register.live(attends);
    if (live.length > 1) throw new Fault('CLASS_AMBIGUOUS');
    if (live[0] === undefined) throw new Fault('NO_ACTIVE_SESSION');
    return live[0].classId;
  };

  const mismatch = (method: OwnMethod) => new Fault(method === 'code' ? 'INVALID_CODE' : 'TOKEN_INVALID');

  /** The session that a check-in means: the one that its proof names, or that it names beside it, or the only one. */
  const find = async (
    name: OwnMethod,
    data: Where,
    student: Student,
    named: SessionId | undefined,
  ): Promise<Taking> => {
    const attends = await student.attends();
    const sessionId = data.sessionId ?? named;
    const mayAttend = async (classId: ClassId) =>
      attends.includes(classId) || (PROVES_BEING_THERE.has(name) && (await enrols(classId)));
    if (data.classId !== undefined && !(await mayAttend(data.classId))) throw new Fault('NOT_ENROLLED');
    const session =
      sessionId === undefined
        ? await sessions.ofClass(data.classId ?? (await onlyClass(attends)))
        : await sessions.ofId(sessionId);
    if (session === null && named !== undefined) throw mismatch(name);
    if (session === null) throw new Fault(data.sessionId ? 'SESSION_NOT_FOUND' : 'NO_ACTIVE_SESSION');
    if (!(await mayAttend(session.classId))) throw new Fault(named ? 'NOT_ENROLLED' : 'SESSION_NOT_FOUND');
    const other = data.classId !== undefined && data.classId !== session.classId;
    if (other || (named !== undefined && named !== session.id)) throw mismatch(name);
    if (session.state !== 'live') throw new Fault('NO_ACTIVE_SESSION');
    if (!session.methods.includes(name) || !isTaking(session)) throw new Fault('METHOD_NOT_TAKEN');
    return session;
  };

  const meant = async (method: CheckInMethod, data: CheckIn, student: Student, now: number) =>
    find(method.name, data, student, await method.names?.(data.proof as never, now));

  /** What stands already, for one who comes again after check-in was closed (CI2). */
  const standing = async (session: Taking, studentId: StudentId) => {
    const entry = await register.entry(session.classId, studentId);
    if (entry === null || !wasThere(entry.status)) throw new Fault('CHECK_IN_CLOSED');
    const { status, at, minutesLate } = entry;
    return { status, at, ...(minutesLate !== undefined && { minutesLate }), repeated: true };
  };

  /** Puts a newcomer on the roster, while the session runs that was remembered. NO_ACTIVE_SESSION, NOT_ENROLLED. */
  const welcome = async (session: Taking, studentId: StudentId, visit: Visit): Promise<void> => {
    const [live] = await register.live([session.classId]);
    if (live?.sessionId !== session.id) throw new Fault('NO_ACTIVE_SESSION');
    visit.admittedIn = session;
    if (!(await newcomers.admit(session, studentId))) throw new Fault('NOT_ENROLLED');
    await checkpoint('check-in:admitted');
  };

  const attempt = async (
    session: Taking,
    data: CheckIn,
    student: Student,
    now: number,
    visit: Visit,
  ): Promise<CheckedIn> => {
    const studentId = studentIdOf(student.userId);
    const method = methods[data.method] as CheckInMethod;
    const shown = await method.verify(data.proof as never, {
      session,
      studentId,
      userId: student.userId,
      now,
    });
    const { id: sessionId, classId } = session;
    const base = { classId, sessionId, method: method.name };
    // BLE goes by its windows: who came late has fewer of them.
    const said =
      method.name === 'ble'
        ? ({ status: 'present' } as const)
        : judge(session.lateRule, session.openedAt, shown.at);
    if ('refused' in said) return { ...base, ...(await standing(session, studentId)) };
    if (!(await student.attends()).includes(classId)) await welcome(session, studentId, visit);
    const accept = () => evidence.accept(session, studentId, method.name, { ...said, ...shown }, now);
    const told = await accept().catch(async (error: unknown) => {
      // Another check-in of theirs is just putting them on the roster: the register may not have them yet.
      if (!isFault(error, 'STUDENT_NOT_ON_ROSTER')) throw error;
      visit.admittedIn = session;
      if (!(await newcomers.admit(session, studentId))) throw error;
      return await accept();
    });
    if (visit.admittedIn) await newcomers.arrived(session, studentId);
    if (data.clientId !== undefined) await devices.note(session, studentId, data.clientId);
    return { ...base, ...told };
  };

  const once = async (data: CheckIn, student: Student, visit: Visit): Promise<CheckedIn> => {
    const now = clock.now();
    const method = methods[data.method] as CheckInMethod;
    const session = await meant(method, data, student, now);
    try {
      return await attempt(session, data, student, now, visit);
    } catch (error) {
      if (isFault(error, 'STUDENT_NOT_ON_ROSTER')) throw new Fault('NOT_ENROLLED');
      if (!isSessionOver(error)) throw error;
      // What was remembered is over, or its register is gone: once more with what is true now.
      sessions.forget(session);
      if (method.name === 'passkey') throw error; // its challenge is spent
      const present = await meant(method, data, student, now);
      await revive(present.classId);
      return await attempt(present, data, student, now, visit);
    }
  };

  const tried = async (data: CheckIn, student: Student, visit: Visit): Promise<CheckedIn> => {
    try {
      return await once(data, student, visit);
    } catch (error) {
      // What is right costs no look at whether the session still runs; what fails may be of one that is over.
      const stale = data.method === 'code' && error instanceof Fault && sessions.outlived(codeOf(data.proof));
      if (!(await stale)) throw error;
      return await once(data, student, visit);
    }
  };

  /** The first answer to who sends a code again that is over by now; null for who had not checked in by then (CI2). */
  const repeated = async (data: CheckIn, student: Student): Promise<CheckedIn | null> => {
    if (data.method !== 'code') return null;
    const session = await sessions.ofCode(codeOf(data.proof));
    if (!isTaking(session) || !(await student.attends()).includes(session.classId)) return null;
    const { id: sessionId, classId } = session;
    if ((data.sessionId ?? sessionId) !== sessionId || (data.classId ?? classId) !== classId) return null;
    const told = await again(session, studentIdOf(student.userId), data.method);
    return told && { classId, sessionId, method: data.method, ...told };
  };

  const run = async (data: CheckIn, student: Student): Promise<CheckedIn> => {
    const visit: Visit = {};
    try {
      return await tried(data, student, visit);
    } catch (error) {
      // Refused after all: then it has enrolled nobody.
      if (visit.admittedIn) await newcomers.refused(visit.admittedIn, studentIdOf(student.userId));
      const told = isFault(error, 'CODE_EXPIRED', 'INVALID_CODE')
        ? await repeated(data, student)
        : isSessionOver(error) && (await bound(data, student));
      if (!told) throw error;
      return told;
    }
  };

  return {
    /** The live session that a student's next check-in by a method would be for; the faults of `checkIn`. */
    sessionFor: (student: Student, name: OwnMethod, where: Where): Promise<Taking> =>
      find(name, where, student, undefined),

    /** Where a student stands in a session of one of their classes (CI13). SESSION_NOT_FOUND. */
    async soFar(student: Student, id: SessionId): Promise<SoFar> {
      const session = await sessions.ofId(id);
      if (!isTaking(session) || !(await student.attends()).includes(session.classId))
        throw new Fault('SESSION_NOT_FOUND');
      return await evidence.soFar(session, studentIdOf(student.userId), clock.now());
    },

    /**
     * One check-in. INVALID_CODE, CODE_EXPIRED, TOKEN_INVALID, TOKEN_EXPIRED, TICKET_INVALID, TICKET_USED, the passkeys'
     * faults, CHECK_IN_CLOSED, METHOD_NOT_TAKEN, NOT_ENROLLED, NO_ACTIVE_SESSION, CLASS_AMBIGUOUS, RATE_LIMITED.
     */
    async checkIn(student: Student, data: CheckIn): Promise<CheckedIn> {
      // A class of theirs: strangers cannot use up the tries of a class, nor pick one whose tries are not used up yet.
      const attends = await student.attends();
      const named = attends.find((classId) => classId === data.classId);
      const target = named ?? attends[0] ?? 'none';
      return await throttle.guarded(student.userId, target, () => run(data, student));
    },
  };
};
export type CheckInService = ReturnType<typeof createCheckInService>;
