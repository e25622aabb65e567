import { createHash, randomUUID } from 'node:crypto';
import { Fault, isFault } from '../../../shared/faults.ts';
import type { ClassId, OpId, SessionId, UserId } from '../../../shared/ids.ts';
import type { RestMarked, RestStatus } from '../../../shared/protocol/index.ts';
import type { CheckIns, KeptRest, RestAnswer } from '../../data/checkins.ts';
import type { Sessions } from '../../data/sessions.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { MarkOutcome, Register } from '../../live/register.ts';

type Deps = {
  readonly register: Pick<Register, 'mark' | 'since'>;
  readonly checkIns: Pick<CheckIns, 'restDone' | 'restFound' | 'restOf'>;
  readonly sessions: Pick<Sessions, 'lastOf'>;
  /** Runs against a live register, opening it again where one should stand. */
  readonly alive: <T>(classId: ClassId, run: () => Promise<T>) => Promise<T>;
  readonly onMarked: (outcome: MarkOutcome) => void;
  readonly clock: Clock;
};

/** What a teacher asks for the unmarked of a class. */
export type Rest = {
  readonly classId: ClassId;
  readonly by: UserId;
  readonly status: RestStatus;
  readonly opId?: OpId | undefined;
  /** SESSION_CHANGED when another one is live. */
  readonly sessionId?: SessionId | undefined;
};

/** What is asked of whom, under which name. */
type Asked = Pick<Rest, 'classId' | 'by'> & { readonly sessionId: SessionId; readonly name: string };

const nameOf = ({ by, opId }: Rest) =>
  createHash('sha256')
    .update(`${by}:${opId ?? randomUUID()}`)
    .digest('base64url')
    .slice(0, 22);

/** Marks everyone who is unmarked (MK9). */
export const createMarkRest = (deps: Deps) => {
  const { register, checkIns, sessions, alive, onMarked, clock } = deps;

  /** Marks them, each once under this name, however often it is done. */
  const carryOut = async (
    { classId, by, sessionId, name }: Asked,
    { students, status, version }: KeptRest,
  ): Promise<RestAnswer> => {
    const at = isoNow(clock);
    const outcomes = await Promise.all(
      students.map((studentId) =>
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
            if (isFault(error, 'STUDENT_NOT_ON_ROSTER')) return null;
            throw error;
          }),
      ),
    );
    const done = outcomes.filter((outcome) => outcome?.applied === true) as MarkOutcome[];
    for (const outcome of done) onMarked(outcome);
    const last = done.reduce((highest, outcome) => Math.max(highest, outcome.version), version);
    return { marked: done.length, version: last };
  };

  /** The answer to what is kept: the first one, or what the first try left undone and what comes of it. */
  const answerTo = async (asked: Asked, rest: KeptRest, repeated: boolean): Promise<RestMarked> => {
    const { classId, sessionId, name } = asked;
    const answer = rest.answer ?? (await checkIns.restDone(sessionId, name, await carryOut(asked, rest)));
    return { classId, sessionId, status: rest.status, ...answer, repeated };
  };

  /**
   * NO_ACTIVE_SESSION, SESSION_CHANGED. A repeated `opId` gets the first answer and changes nothing new, whatever its
   * status (MK3); also after the end, for a week, unless the class's next session has begun and none is named.
   */
  return async (request: Rest): Promise<RestMarked> => {
    const { classId, by, status, opId, sessionId: wanted } = request;
    const name = nameOf(request);

    /** What a session that is not live any more has under this name. */
    const earlier = async (fault: unknown): Promise<RestMarked> => {
      const sessionId = wanted ?? (await sessions.lastOf(classId))?.id;
      const rest = opId && sessionId ? await checkIns.restFound(sessionId, name) : null;
      if (rest === null || sessionId === undefined) throw fault;
      return await answerTo({ classId, by, sessionId, name }, rest, true);
    };

    const now = await alive(classId, () => register.since(classId)).catch((error: unknown) => {
      if (isFault(error, 'NO_ACTIVE_SESSION')) return error;
      throw error;
    });
    if (now instanceof Fault) return await earlier(now);
    const { sessionId, closesAt, version } = now;
    if (now.mode !== 'snapshot') throw new Error('a viewer who knows nothing gets a snapshot');
    if (wanted !== undefined && wanted !== sessionId) return await earlier(new Fault('SESSION_CHANGED'));
    const marked = new Set(now.entries.map(({ studentId }) => studentId));
    const students = now.roster.filter((studentId) => !marked.has(studentId));
    const asks: KeptRest = { students, status, version };
    const asked = { classId, by, sessionId, name };
    if (opId === undefined)
      return { classId, sessionId, status, ...(await carryOut(asked, asks)), repeated: false };
    const { rest, repeated } = await checkIns.restOf({ id: sessionId, closesAt }, name, asks);
    return await answerTo(asked, rest, repeated);
  };
};
export type MarkRest = ReturnType<typeof createMarkRest>;
