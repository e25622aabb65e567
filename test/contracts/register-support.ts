import { expect } from 'chai';
import type {
  Frozen,
  Heard,
  LiveSession,
  MarkOutcome,
  MarkRequest,
  Opening,
  Register,
  Since,
} from '../../server/live/register.ts';
import { Fault, type FaultCode } from '../../shared/faults.ts';
import type { ClassId, OpId, SessionId, StudentId, UserId } from '../../shared/ids.ts';
import type { Change } from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';

/** One register on data of its own. `reopen` gives another one on the same data, as after a crash of the first. */
export type Made = {
  readonly register: Register;
  readonly reopen?: () => Promise<Register>;
  readonly close: () => Promise<void>;
};
export type Make = (options?: { logLimit?: number }) => Promise<Made>;

let last = 0;
const newId = (): string => (0x5eed_0000_0000 + ++last).toString(16).padStart(24, '0');
export const newClass = (): ClassId => newId() as ClassId;
export const newSession = (): SessionId => newId() as SessionId;
export const newStudents = (count: number): StudentId[] =>
  Array.from({ length: count }, () => newId() as StudentId);
export const newTeacher = (): UserId => newId() as UserId;
export const op = (name: string): OpId => name as OpId;

/** Minute `m` of the lesson. */
export const at = (m: number): string => new Date(Date.UTC(2026, 0, 31, 8, m)).toISOString();

export const ZERO: Counts = {
  present: 0,
  absent: 0,
  late: 0,
  partial: 0,
  excused: 0,
  unmarked: 0,
  enrolled: 0,
};

export const opening = (
  roster: readonly StudentId[],
  over: Partial<Opening> = {},
): Opening & { classId: ClassId } => ({
  sessionId: newSession(),
  classId: newClass(),
  visibility: 'private',
  openedAt: at(0),
  closesAt: at(59),
  roster,
  ...over,
});

/** A teacher's mark, unless told otherwise. */
export const mark = (studentId: StudentId, over: Partial<MarkRequest> = {}): MarkRequest => ({
  studentId,
  status: 'present',
  source: 'teacher',
  at: at(1),
  ...over,
});

/** An open class of so many students. */
export const openClass = async (register: Register, size: number) => {
  const students = newStudents(size);
  const asked = opening(students);
  const { session } = await register.open(asked);
  return { classId: asked.classId, sessionId: asked.sessionId, students, session, asked };
};

/** The student at a place of the roster. */
export const nth = (students: readonly StudentId[], index: number): StudentId => {
  const student = students[index];
  if (student === undefined) throw new Error(`no student ${index}`);
  return student;
};

/** The fault code that a promise ends with; fails the test when it is fulfilled or throws something else. */
export const refused = async (promise: Promise<unknown>): Promise<FaultCode> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) expect.fail(`expected a fault, got ${String(error)}`);
  return error.code;
};

/** Sends a mark again, under its opId, until it is answered; gives up after a hundred times. */
export const insist = async (register: Register, classId: ClassId, request: MarkRequest) => {
  for (let tries = 1; ; tries++) {
    try {
      return await register.mark(classId, request);
    } catch (error) {
      const retry = error instanceof Fault && error.code === 'REGISTER_UNAVAILABLE' && tries < 100;
      if (!retry) throw error;
    }
  }
};

const byStudent = (a: { studentId: string }, b: { studentId: string }) =>
  a.studentId < b.studentId ? -1 : 1;

/** What a register shows, with everything unordered put in order. */
export const sortedSince = (since: Since): Since =>
  since.mode === 'delta'
    ? since
    : { ...since, entries: [...since.entries].sort(byStudent), roster: [...since.roster].sort() };

/** The same for a frozen register. */
export const sortedFrozen = (frozen: Frozen): Frozen => ({
  ...frozen,
  roster: [...frozen.roster].sort(),
  rows: [...frozen.rows].sort((a, b) => byStudent(a.entry, b.entry)),
});

/** The snapshot that a viewer who knows nothing gets. */
export const snapshot = async (register: Register, classId: ClassId) => {
  const since = sortedSince(await register.since(classId));
  if (since.mode !== 'snapshot') return expect.fail('expected a snapshot');
  return since;
};

/** Outcomes without what differs between a first answer and its repetition. */
export const firstAnswer = ({ repeated: _, ...rest }: MarkOutcome) => rest;

/** The part of every answer that names the session. */
export const heading = (session: LiveSession): LiveSession => ({
  sessionId: session.sessionId,
  classId: session.classId,
  epoch: session.epoch,
  visibility: session.visibility,
  openedAt: session.openedAt,
  closesAt: session.closesAt,
});

/** A listener that keeps what it hears. Its waits fail as soon as something is lost. */
export const hear = async (register: Register, classId: ClassId) => {
  const batches: Heard[] = [];
  const waiting = new Set<() => void>();
  let lost = 0;
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  const stop = await register.follow(classId, {
    heard: (batch) => {
      batches.push(batch);
      wake();
    },
    lost: () => {
      lost += 1;
      wake();
    },
  });
  const changes = (): Change[] => batches.flatMap((batch) => batch.changes);
  const when = (holds: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (lost > 0) reject(new Error('some changes were lost'));
        else if (holds()) resolve();
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return {
    batches,
    stop,
    changes,
    /** Resolves when it has heard a version, of one epoch where that is given. */
    until: (version: number, epoch?: string) =>
      when(() => batches.some((b) => b.version >= version && (epoch ?? b.epoch) === b.epoch)),
    /** Resolves when it has heard so many changes. */
    count: (changesHeard: number) => when(() => changes().length >= changesHeard),
  };
};
