import { createHash, randomUUID } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { ClassId, OpId, SessionId, UserId } from '../../../shared/ids.ts';
import type { RestMarked } from '../../../shared/protocol/index.ts';
import type { Status } from '../../../shared/status.ts';
import type { CheckIns } from '../../data/checkins.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { MarkOutcome, Register } from '../../live/register.ts';

type Deps = {
  readonly register: Pick<Register, 'mark' | 'since'>;
  readonly checkIns: Pick<CheckIns, 'restOf'>;
  /** Runs against a live register, opening it again where one should stand. */
  readonly alive: <T>(classId: ClassId, run: () => Promise<T>) => Promise<T>;
  readonly onMarked: (outcome: MarkOutcome) => void;
  readonly clock: Clock;
};

/** What a teacher asks for the unmarked of a class. */
export type Rest = {
  readonly classId: ClassId;
  readonly by: UserId;
  readonly status: Extract<Status, 'present' | 'absent'>;
  readonly opId?: OpId | undefined;
  /** SESSION_CHANGED when another one is live. */
  readonly sessionId?: SessionId | undefined;
};

/** Marks everyone who is unmarked (MK9). */
export const createMarkRest =
  ({ register, checkIns, alive, onMarked, clock }: Deps) =>
  /** NO_ACTIVE_SESSION, SESSION_CHANGED. A repeated `opId` means the students of the first time, and changes nothing new. */
  async ({ classId, by, status, opId, sessionId: wanted }: Rest): Promise<RestMarked> => {
    const now = await alive(classId, () => register.since(classId));
    const { sessionId, closesAt, version } = now;
    if (now.mode !== 'snapshot') throw new Error('a viewer who knows nothing gets a snapshot');
    if (wanted !== undefined && wanted !== sessionId) throw new Fault('SESSION_CHANGED');
    const marked = new Set(now.entries.map(({ studentId }) => studentId));
    const unmarked = now.roster.filter((studentId) => !marked.has(studentId));

    const name = createHash('sha256')
      .update(`${by}:${opId ?? randomUUID()}`)
      .digest('base64url')
      .slice(0, 22);
    const rest =
      opId === undefined
        ? { students: unmarked, repeated: false }
        : await checkIns.restOf({ id: sessionId, closesAt }, name, unmarked);
    const at = isoNow(clock);
    const outcomes = await Promise.all(
      rest.students.map((studentId) =>
        register
          .mark(classId, {
            studentId,
            status,
            source: 'teacher',
            by,
            at,
            sessionId,
            // Whoever is marked meanwhile, by whatever, is not of the rest any more.
            only: 'unmarked',
            opId: `rest:${name}:${studentId}` as OpId,
          })
          .catch((error: unknown) => {
            if (error instanceof Fault && error.code === 'STUDENT_NOT_ON_ROSTER') return null;
            throw error;
          }),
      ),
    );
    const done = outcomes.filter((outcome) => outcome?.applied === true) as MarkOutcome[];
    for (const outcome of done) onMarked(outcome);
    return {
      classId,
      sessionId,
      status,
      marked: done.length,
      version: done.reduce((last, outcome) => Math.max(last, outcome.version), rest.repeated ? 0 : version),
      repeated: rest.repeated,
    };
  };
export type MarkRest = ReturnType<typeof createMarkRest>;
