import { Fault } from '../../shared/faults.ts';
import type { ClassId, SessionId, StudentId } from '../../shared/ids.ts';
import type { Change, Entry, MarkedEntry } from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';
import {
  answered,
  applyMark,
  changeRoster,
  changesSince,
  countsOf,
  entriesOf,
  entryOf,
  freezeRegister,
  type Heading,
  LOG_LIMIT,
  type Mark,
  openRegister,
  type RegisterState,
  refusal,
  renewEpoch,
  rowsOf,
} from './register-state.ts';

type InClass = { readonly classId: ClassId };
type OfSession = InClass & { readonly sessionId: SessionId };
type Now = Heading & { readonly version: number; readonly counts: Counts };
type Frozen = Now & { readonly roster: StudentId[]; readonly rows: ReturnType<typeof rowsOf> };
type Since = Now &
  (
    | { readonly mode: 'delta'; readonly changes: readonly Change[] }
    | { readonly mode: 'snapshot'; readonly entries: MarkedEntry[]; readonly roster: StudentId[] }
  );

/** Everything that can change a book, with what it takes. The same steps in the same order give the same book. */
export type Steps = {
  open: { readonly heading: Heading; readonly roster: readonly StudentId[] };
  mark: InClass & { readonly mark: Mark };
  enrol: InClass & { readonly studentId: StudentId };
  withdraw: InClass & { readonly studentId: StudentId };
  freeze: OfSession;
  drop: OfSession;
  renew: OfSession & { readonly epoch: string };
};

/** What each step is answered with. */
export type Results = {
  open: { readonly opened: boolean; readonly session: Heading };
  mark: {
    readonly sessionId: SessionId;
    readonly epoch: string;
    readonly version: number;
    readonly entry: Entry;
    readonly applied: boolean;
    readonly repeated: boolean;
  };
  enrol: boolean;
  withdraw: boolean;
  freeze: Frozen;
  drop: boolean;
  renew: boolean;
};

type Options = {
  readonly logLimit?: number | undefined;
  /** Told of every change, once, in order. */
  readonly changed?: (state: RegisterState, change: Change) => void;
  /** Told of every register that opens. */
  readonly opened?: (heading: Heading) => void;
};

/** All live registers of one process: at most one per class (SE1). Pure: epochs and times come in with the steps. */
export const createRegisterBook = ({ logLimit = LOG_LIMIT, changed, opened }: Options = {}) => {
  const standing = new Map<ClassId, RegisterState>();
  /** Dropped registers: a retry that comes late still gets its first answer, until the class's next session (MK3). */
  const gone = new Map<ClassId, RegisterState>();

  const live = (classId: ClassId): RegisterState => {
    const state = standing.get(classId);
    if (state === undefined || state.frozen) throw new Fault('NO_ACTIVE_SESSION');
    return state;
  };
  const ofSession = ({ classId, sessionId }: OfSession): RegisterState | undefined => {
    const state = standing.get(classId);
    return state?.heading.sessionId === sessionId ? state : undefined;
  };
  const now = (state: RegisterState): Now => ({
    ...state.heading,
    version: state.version,
    counts: countsOf(state),
  });
  const rosterStep = ({ classId, studentId }: Steps['enrol'], to: 'enrolled' | 'withdrawn'): boolean => {
    const state = standing.get(classId);
    const change = state && changeRoster(state, to, studentId);
    if (state === undefined || change === undefined) return false;
    changed?.(state, change);
    return true;
  };

  const steps: { [K in keyof Steps]: (step: Steps[K]) => Results[K] } = {
    open({ heading, roster }) {
      const there = standing.get(heading.classId);
      if (there !== undefined) return { opened: false, session: there.heading };
      gone.delete(heading.classId);
      standing.set(heading.classId, openRegister(heading, roster, logLimit));
      opened?.(heading);
      return { opened: true, session: heading };
    },
    mark({ classId, mark }) {
      const state = standing.get(classId) ?? gone.get(classId);
      if (state === undefined) throw new Fault('NO_ACTIVE_SESSION');
      const { heading, changes, ...answer } = applyMark(state, mark);
      for (const change of changes) changed?.(state, change);
      return { sessionId: heading.sessionId, epoch: heading.epoch, ...answer };
    },
    enrol: (step) => rosterStep(step, 'enrolled'),
    withdraw: (step) => rosterStep(step, 'withdrawn'),
    freeze(step) {
      const state = ofSession(step);
      if (state === undefined) throw new Fault('NO_ACTIVE_SESSION');
      freezeRegister(state);
      return { ...now(state), roster: [...state.roster], rows: rowsOf(state) };
    },
    drop(step) {
      const state = ofSession(step);
      if (state === undefined) return false;
      freezeRegister(state);
      standing.delete(step.classId);
      gone.set(step.classId, state);
      return true;
    },
    renew(step) {
      const state = ofSession(step);
      if (state !== undefined) renewEpoch(state, step.epoch);
      return state !== undefined;
    },
  };

  return {
    /** Takes one step. Throws what the step's rules throw, and then nothing has changed. */
    take: <K extends keyof Steps>(kind: K, step: Steps[K]): Results[K] => steps[kind](step),

    /**
     * True when a mark would change nothing: its answer is known already, or is a refusal. With other marks `ahead` of
     * it a refusal is not certain: one of them may be the first under the same opId.
     */
    settled(classId: ClassId, mark: Mark, ahead: boolean): boolean {
      const state = standing.get(classId) ?? gone.get(classId);
      if (state !== undefined && answered(state, mark) !== undefined) return true;
      return !ahead && (state === undefined || refusal(state, mark) !== undefined);
    },

    /** True when the student's place on the live roster is as wanted, or nothing is live. */
    placed(classId: ClassId, studentId: StudentId, wanted: 'enrolled' | 'withdrawn'): boolean {
      const state = standing.get(classId);
      return state === undefined || state.frozen || state.roster.has(studentId) === (wanted === 'enrolled');
    },

    /** How the register of a class stands, or of one session of it. */
    stands(classId: ClassId, sessionId?: SessionId): 'live' | 'closing' | undefined {
      const state = standing.get(classId);
      if (state === undefined || (sessionId !== undefined && sessionId !== state.heading.sessionId))
        return undefined;
      return state.frozen ? 'closing' : 'live';
    },

    /** The counts of a live class. Throws NO_ACTIVE_SESSION. */
    counts: (classId: ClassId): Now => now(live(classId)),

    /** The row of one student, or null when unmarked or not enrolled. Throws NO_ACTIVE_SESSION. */
    entry: (classId: ClassId, studentId: StudentId): MarkedEntry | null => entryOf(live(classId), studentId),

    /** What a viewer missed, or everything (SY1, SY2). Throws NO_ACTIVE_SESSION. */
    since(classId: ClassId, known?: { epoch: string; version: number }): Since {
      const state = live(classId);
      const changes = changesSince(state, known);
      return changes === undefined
        ? { ...now(state), mode: 'snapshot', entries: entriesOf(state), roster: [...state.roster] }
        : { ...now(state), mode: 'delta', changes };
    },

    /** Those of the classes that have a live register, in the order given. */
    live: (classIds: readonly ClassId[]): Heading[] =>
      classIds.flatMap((classId) => {
        const state = standing.get(classId);
        return state === undefined || state.frozen ? [] : [state.heading];
      }),

    /** Every register that stands, closing ones too. */
    headings: (): Heading[] => [...standing.values()].map(({ heading }) => heading),

    /** The sessions that were dropped and not yet forgotten. */
    dropped: (): SessionId[] => [...gone.values()].map(({ heading }) => heading.sessionId),

    /** Forgets the answers of a dropped session. */
    forget(sessionId: SessionId): void {
      for (const [classId, { heading }] of gone) if (heading.sessionId === sessionId) gone.delete(classId);
    },
  };
};
export type RegisterBook = ReturnType<typeof createRegisterBook>;
