import { Fault, isFault, isSessionOver } from '../../../shared/faults.ts';
import type { ClassId, OpId, StudentId } from '../../../shared/ids.ts';
import type { Entry, Method } from '../../../shared/protocol/index.ts';
import { type Source, type Status, wasThere } from '../../../shared/status.ts';
import type { CheckIns, Shown } from '../../data/checkins.ts';
import type { Records } from '../../data/records.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import type { Combined, combine, Said } from '../../domain/presence.ts';
import type { Checkpoint } from '../../kit/checkpoint.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import type { MarkOutcome, Register } from '../../live/register.ts';
import type { Ending } from './ending.ts';
import { judged, type Told, toldOf } from './judged.ts';
import type { Taking } from './method.ts';
import { combines } from './sessions.ts';
import { createTooLate } from './too-late.ts';

type Deps = {
  readonly register: Pick<Register, 'entry' | 'live' | 'mark' | 'since'>;
  readonly checkIns: Pick<
    CheckIns,
    'collect' | 'offer' | 'offered' | 'say' | 'shownBy' | 'shownIn' | 'takeBack'
  >;
  readonly sessions: Pick<Sessions, 'read'>;
  readonly records: Pick<Records, 'find'>;
  /** Whether a student is on a class's roster; asked for devices, which name whom they like. */
  readonly isOnRoster: (classId: ClassId, studentId: StudentId) => Promise<boolean>;
  readonly onMarked: (outcome: MarkOutcome) => void;
  /** Told of every row that is put together, once it stands: what is known of its student can be said of it now. */
  readonly rowMade: (session: Taking, studentId: StudentId) => Promise<void>;
  /** Waits for the end of a session that is closing. */
  readonly ending: Ending;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
};

type AnyMethod = Exclude<Method, 'teacher'>;
/** One method's word. `window` is BLE's; a device's has a name of its own (`opId`) and may be of another time than now. */
type Word = Said & {
  readonly window?: number | undefined;
  readonly opId?: OpId | undefined;
  readonly skewed?: boolean | undefined;
};

/** Where a student stands in a session. */
export type SoFar = {
  /** What has shown something of them; where any one method will do, what their row goes by. */
  readonly shown: readonly Source[];
  /** How many BLE windows the student has. */
  readonly windows: number;
  /** What the record would say if the session ended now; after its end what it says. */
  readonly status: Status;
};

const decidedByTeacher = (entry: Pick<Entry, 'source'> | null | undefined) => entry?.source === 'teacher';
/** Whether a device finds somebody in already, by whatever: what it saw is a repeat then, also beside a teacher's word (CI4). */
const findsIn = (entry: Pick<Entry, 'status'> | null) => entry !== null && wasThere(entry.status);

/** Turns what methods have shown into rows of the register: at once, when all is there, or again and again until the close. */
export const createEvidence = (deps: Deps) => {
  const { register, checkIns, sessions, records, isOnRoster, onMarked, rowMade, log, checkpoint } = deps;
  const tooLate = createTooLate(deps);
  const opIdOf = (studentId: StudentId, { at }: { at?: string } = {}) =>
    `check-in:${studentId}${at === undefined ? '' : `:${Date.parse(at)}`}` as OpId;
  const lateness = ({ minutesLate }: Said) => (minutesLate === undefined ? {} : { minutesLate });

  /** One accepted check-in per student and method; which row stands is the register's to say (CI2, MK6). */
  const markOnce = async (
    session: SessionRecord,
    studentId: StudentId,
    source: AnyMethod,
    said: Word,
  ): Promise<Told> => {
    const outcome = await register.mark(session.classId, {
      studentId,
      source,
      status: said.status,
      at: said.at,
      ...lateness(said),
      ...(said.skewed && { skewed: true }),
      opId: said.opId ?? opIdOf(studentId),
      sessionId: session.id,
    });
    onMarked(outcome);
    const { entry, repeated, applied } = outcome;
    const stood = !applied && (entry.source !== 'teacher' || (source === 'device' && findsIn(entry)));
    return { ...toldOf(entry), repeated: repeated || stood };
  };

  /** Brings a row to what the evidence says now; a teacher's stays. Under BLE's name it is revised until the close. */
  const bring = async (
    session: Taking,
    studentId: StudentId,
    combined: Combined,
    standing: Entry | null,
  ): Promise<Entry | null> => {
    if (standing?.source === 'ble' && standing.status === combined.status) return standing;
    const source = standing?.source === 'ble' ? 'ble' : combined.source;
    const outcome = await register.mark(session.classId, {
      studentId,
      source,
      status: combined.status,
      at: combined.at,
      ...lateness(combined),
      ...(standing?.source === 'ble' && standing.flags && { flags: standing.flags }),
      ...(source === 'ble' ? { only: 'revision' } : { opId: opIdOf(studentId, combined) }),
      sessionId: session.id,
    });
    onMarked(outcome);
    if (standing === null) await rowMade(session, studentId);
    return outcome.entry;
  };

  /** Judges everything that was shown in a session anew, as of a moment (ms). Can be done again at any time. */
  const judgeAll = async (session: Taking, now: number): Promise<void> => {
    const [shown, offered, live] = await Promise.all([
      checkIns.shownIn(session.id),
      checkIns.offered(session.id),
      register.since(session.classId),
    ]);
    if (live.mode !== 'snapshot' || live.sessionId !== session.id) return;
    const rows = new Map(live.entries.map((entry) => [entry.studentId, entry]));
    await Promise.all(
      shown.map(async (one) => {
        const result = judged(session, one, offered, now);
        const standing = rows.get(one.studentId) ?? null;
        if (!('combined' in result) || decidedByTeacher(standing)) return;
        await bring(session, one.studentId, result.combined, standing).catch((error: unknown) => {
          if (!isSessionOver(error) && !isFault(error, 'STUDENT_NOT_ON_ROSTER')) throw error;
        });
      }),
    );
  };

  type Kept = {
    readonly method: AnyMethod;
    readonly shown: Shown;
    readonly repeated: boolean;
    readonly at: string;
  };

  /** Judges a word that has just been kept. NO_ACTIVE_SESSION, SESSION_CHANGED where its session ends meanwhile. */
  const told = async (session: Taking, studentId: StudentId, kept: Kept, now: number): Promise<Told> => {
    const { method, shown, repeated } = kept;
    const [offered, standing, stored] = await Promise.all([
      checkIns.offered(session.id),
      register.entry(session.classId, studentId),
      sessions.read(session.id),
    ]);
    // Kept after the close had begun, it may have come too late for the last judging.
    if (stored?.state !== 'live') throw new Fault('NO_ACTIVE_SESSION');
    const result = judged(session, shown, offered, now);
    // A teacher's row stays; what was shown lies beneath it, should the teacher take it back (MK10).
    const brought =
      'combined' in result ? await bring(session, studentId, result.combined, standing) : standing;
    const entry = decidedByTeacher(standing) ? standing : brought;
    const found = method === 'device' && findsIn(standing) && entry?.version === standing?.version;
    const seen = { repeated: repeated || found, ...(result.windows && { windows: result.windows }) };
    // The first word of a method stands, with its time (CI2); BLE's is the first window.
    const at = shown.said.get(method)?.at ?? shown.bleAt ?? kept.at;
    if (!('combined' in result))
      return { status: standing?.status ?? null, at, ...seen, missing: [...result.missing] };
    return { ...toldOf(entry ?? result.combined), ...seen };
  };

  return {
    /** Takes what one method has shown of a student. Errors: those of `Register.mark`. */
    async accept(
      session: SessionRecord,
      studentId: StudentId,
      method: AnyMethod,
      said: Word,
      now: number,
    ): Promise<Told> {
      const { window, at: shownAt } = said;
      if (!combines(session)) return await markOnce(session, studentId, method, said);
      const [live] = await register.live([session.classId]);
      if (live?.sessionId !== session.id) throw new Fault('NO_ACTIVE_SESSION');
      if (method === 'device' && !(await isOnRoster(session.classId, studentId)))
        throw new Fault('STUDENT_NOT_ON_ROSTER');
      const word = { status: said.status, at: shownAt, ...lateness(said) };
      const { shown, repeated } =
        window === undefined
          ? await checkIns.say(session, studentId, method, word)
          : await checkIns.collect(session, studentId, window, shownAt);
      await checkpoint('check-in:kept');
      try {
        return await told(session, studentId, { method, shown, repeated, at: shownAt }, now);
      } catch (error) {
        if (!isSessionOver(error)) throw error;
        // It was kept, and so the last judging may have counted it.
        const counted = await tooLate(session, studentId, method, { at: shownAt, window, repeated });
        if (counted === null) throw error;
        return counted;
      }
    },

    /** Where a student stands in a session at a moment, in ms (CI13). */
    async soFar(session: Taking, studentId: StudentId, now: number): Promise<SoFar> {
      const { id, classId } = session;
      const [kept, offered, [live]] = await Promise.all([
        checkIns.shownBy(id, studentId),
        checkIns.offered(id),
        register.live([classId]),
      ]);
      const standing =
        live?.sessionId === id ? await register.entry(classId, studentId) : await records.find(id, studentId);
      const none: Shown = { studentId, said: new Map(), steps: [] };
      const result = judged(session, kept ?? none, offered, now);
      const open = live?.sessionId === id && 'combined' in result && !decidedByTeacher(standing);
      const { steps, said } = kept ?? none;
      const bySaid: Source[] = [...said.keys(), ...(steps.length > 0 ? (['ble'] as const) : [])];
      return {
        shown: !combines(session) && standing !== null ? [standing.source] : bySaid,
        windows: steps.length,
        status: (open ? result.combined.status : standing?.status) ?? 'absent',
      };
    },

    /**
     * What a word that came after the end adds up to with what was said before it, or what is missing still (CI7). It
     * stays as it is where nothing else was needed. The rest is known for a week. `repeated`: the method had said it before.
     */
    async afterwards(
      session: SessionRecord,
      studentId: StudentId,
      source: AnyMethod,
      said: Said,
    ): Promise<ReturnType<typeof combine> & { readonly repeated: boolean }> {
      if (!combines(session)) return { combined: { ...said, source }, repeated: false };
      const { shown, repeated } = await checkIns.say(session, studentId, source, said);
      const { closingAt = session.closesAt } = session;
      const sum = judged(session, shown, await checkIns.offered(session.id), Date.parse(closingAt));
      return { ...sum, repeated };
    },

    /** A BLE window was handed out: what was collected of those before it is worth less from now on. */
    async offered(session: Taking, step: number, now: number): Promise<void> {
      if (!(await checkIns.offer(session, step)) || step === 0) return;
      judgeAll(session, now).catch((error: unknown) =>
        log.warn({ sessionId: session.id, error: describeError(error) }, 'not judged anew; at the close'),
      );
    },

    /** Judges for good, as of the moment at which closing began (CI8). Runs before the register is frozen. */
    async beforeFreeze(session: SessionRecord): Promise<void> {
      if (!combines(session)) return;
      const { closingAt = session.closesAt } = session;
      try {
        await judgeAll(session, Date.parse(closingAt));
        await checkpoint('check-in:judged');
      } catch (error) {
        if (!isSessionOver(error)) throw error; // frozen by an earlier run, or gone: nothing more can be said
      }
    },
  };
};
export type EvidenceKeeper = ReturnType<typeof createEvidence>;
