import { Fault, type FaultCode } from '../../shared/faults.ts';
import type { ClassId, OpId, SessionId, StudentId, UserId } from '../../shared/ids.ts';
import {
  type Change,
  type Entry,
  type Flag,
  isMarked,
  type MarkedEntry,
  type Visibility,
} from '../../shared/protocol/index.ts';
import type { Counts, LiveStatus, Source, Status } from '../../shared/status.ts';
import { type Only, takesOver } from './precedence.ts';

/** How many changes a register's log keeps for viewers who catch up. */
export const LOG_LIMIT = 1000;
/** How many earlier rows and kept-out pieces of evidence one student's row keeps. */
export const HISTORY_LIMIT = 50;

/** What does not change while a register lives; all times ISO 8601 UTC. */
export type Heading = {
  readonly sessionId: SessionId;
  readonly classId: ClassId;
  readonly epoch: string;
  readonly visibility: Visibility;
  readonly openedAt: string;
  readonly closesAt: string;
};

/** One mark as it comes in. `opId` is scoped to `by`, or to the source where there is no `by`. */
export type Mark = {
  readonly studentId: StudentId;
  readonly status: LiveStatus;
  readonly source: Source;
  readonly at: string;
  readonly by?: UserId | undefined;
  readonly opId?: OpId | undefined;
  readonly reason?: string | undefined;
  readonly minutesLate?: number | undefined;
  readonly skewed?: boolean | undefined;
  readonly flags?: readonly Flag[] | undefined;
  /** Narrows or widens what the mark may replace. */
  readonly only?: Only | undefined;
  readonly sessionId?: SessionId | undefined;
};

/** What a mark was answered with, remembered under its opId; `heading` as it was then. */
export type Answer = {
  readonly heading: Heading;
  readonly version: number;
  readonly entry: Entry;
  readonly applied: boolean;
};

/** One piece of evidence as it was received. */
export type Received = Omit<Entry, 'version'> & { readonly applied: boolean };

/** A row: as it stands, and everything received for it in order, the standing one included. */
type Row = {
  entry: Entry;
  readonly received: Received[];
  /** What students and devices showed, where a teacher's word stands over it: it comes back when that is taken back. */
  beneath?: Evidence | undefined;
};
type Evidence = Omit<Entry, 'version'>;

/** One live register in memory. Only the functions of this file change it. */
export type RegisterState = {
  heading: Heading;
  readonly logLimit: number;
  readonly roster: Set<StudentId>;
  readonly rows: Map<StudentId, Row>;
  readonly answers: Map<string, Answer>;
  readonly log: Change[];
  /** The statuses of those who are marked and enrolled. */
  readonly tally: Record<Status, number>;
  version: number;
  frozen: boolean;
};

/** A fresh register at version 0. */
export const openRegister = (
  heading: Heading,
  roster: readonly StudentId[],
  logLimit: number = LOG_LIMIT,
): RegisterState => ({
  heading,
  logLimit,
  roster: new Set(roster),
  rows: new Map(),
  answers: new Map(),
  log: [],
  tally: { present: 0, absent: 0, late: 0, partial: 0, excused: 0 },
  version: 0,
  frozen: false,
});

const answerKey = ({ by, source, opId }: Mark): string | undefined =>
  opId === undefined ? undefined : `${by ?? source}:${opId}`;

/** The first answer to a mark whose opId was answered before (MK3), also when the register is closing or gone. */
export const answered = (state: RegisterState, mark: Mark): Answer | undefined => {
  const key = answerKey(mark);
  return key === undefined ? undefined : state.answers.get(key);
};

/** Why a mark that was not answered before cannot be taken, or undefined (MK2, DN4). */
export const refusal = (state: RegisterState, mark: Mark): FaultCode | undefined => {
  if (state.frozen) return 'NO_ACTIVE_SESSION';
  if (mark.sessionId !== undefined && mark.sessionId !== state.heading.sessionId) return 'SESSION_CHANGED';
  return state.roster.has(mark.studentId) ? undefined : 'STUDENT_NOT_ON_ROSTER';
};

const logged = (state: RegisterState, change: Change): void => {
  state.log.push(change);
  if (state.log.length > state.logLimit) state.log.shift();
};

/** The row's fields that the mark says something of; nothing undefined, so that it survives JSON unchanged. */
const rowOf = (mark: Mark): Omit<Entry, 'version'> => ({
  studentId: mark.studentId,
  status: mark.status,
  source: mark.source,
  at: mark.at,
  ...(mark.by !== undefined && { by: mark.by }),
  ...(mark.reason !== undefined && { reason: mark.reason }),
  ...(mark.minutesLate !== undefined && { minutesLate: mark.minutesLate }),
  ...(mark.skewed !== undefined && { skewed: mark.skewed }),
  ...(mark.flags !== undefined && { flags: [...mark.flags] }),
});

const count = (state: RegisterState, entry: Entry | undefined, by: 1 | -1): void => {
  if (entry !== undefined && isMarked(entry)) state.tally[entry.status] += by;
};

/** What students and devices have shown of a row that a teacher decided, after one more thing was said of it (MK10). */
const beneathAfter = (row: Row | undefined, said: Evidence, only: Only | undefined): Evidence | undefined => {
  if (row === undefined) return undefined;
  const { entry, beneath } = row;
  if (entry.source !== 'teacher') {
    const { version: _, ...shown } = entry;
    return said.source === 'teacher' ? shown : undefined;
  }
  if (said.source === 'teacher' || only === 'unmarked' || !isMarked(entry)) return beneath;
  return takesOver(said, beneath, only) ? said : beneath;
};

/**
 * Records one mark (MK2, MK3, MK4, MK6, MK10), and returns the changes that it made: one, or none where precedence kept
 * it out; two where something stands again that a teacher's word stood over. Throws NO_ACTIVE_SESSION, SESSION_CHANGED
 * or STUDENT_NOT_ON_ROSTER, and then nothing has changed and the opId is not remembered.
 */
export const applyMark = (
  state: RegisterState,
  mark: Mark,
): Answer & { readonly repeated: boolean; readonly changes: readonly Entry[] } => {
  const first = answered(state, mark);
  if (first !== undefined) return { ...first, repeated: true, changes: [] };
  const refused = refusal(state, mark);
  if (refused !== undefined) throw new Fault(refused);

  const said = rowOf(mark);
  const before = state.rows.get(mark.studentId);
  const applied = takesOver(said, before?.entry, mark.only);
  const beneath = beneathAfter(before, said, mark.only);
  const back = isMarked(said) ? undefined : beneath;
  const row: Row = before ?? { entry: { ...said, version: state.version + 1 }, received: [] };
  row.beneath = applied && !isMarked(said) ? undefined : beneath;
  const changes: Entry[] = [];
  let standing = before?.entry;
  const receive = (one: Evidence) => {
    row.received.push({ ...one, applied });
    if (row.received.length > HISTORY_LIMIT + 1) row.received.shift();
  };
  if (applied) {
    for (const step of back === undefined ? [said] : [said, back]) {
      const entry = { ...step, version: state.version + 1 };
      count(state, standing, -1);
      count(state, entry, 1);
      standing = entry;
      row.entry = entry;
      state.version = entry.version;
      state.rows.set(mark.studentId, row);
      logged(state, entry);
      receive(step);
      changes.push(entry);
    }
  } else if (mark.only !== 'unmarked') receive(said);
  const answer: Answer = { heading: state.heading, version: state.version, entry: row.entry, applied };
  const key = answerKey(mark);
  if (key !== undefined) state.answers.set(key, answer);
  return { ...answer, repeated: false, changes };
};

/**
 * Puts a student on the roster or takes one off, and returns the change; undefined when nothing changes or the
 * register is closing. The row of a student who was taken off stays, hidden, and comes back with the student.
 */
export const changeRoster = (
  state: RegisterState,
  roster: 'enrolled' | 'withdrawn',
  studentId: StudentId,
): Change | undefined => {
  const enrols = roster === 'enrolled';
  if (state.frozen || state.roster.has(studentId) === enrols) return undefined;
  if (enrols) state.roster.add(studentId);
  else state.roster.delete(studentId);
  const row = state.rows.get(studentId);
  count(state, row?.entry, enrols ? 1 : -1);
  state.version += 1;
  const base = { version: state.version, roster, studentId };
  const change = enrols && row !== undefined && isMarked(row.entry) ? { ...base, entry: row.entry } : base;
  logged(state, change);
  return change;
};

/** The counts; `unmarked` and the five statuses add up to `enrolled`. */
export const countsOf = ({ tally, roster }: RegisterState): Counts => {
  const marked = tally.present + tally.absent + tally.late + tally.partial + tally.excused;
  return { ...tally, unmarked: roster.size - marked, enrolled: roster.size };
};

const markedOf = (row: Row | undefined): MarkedEntry | undefined =>
  row !== undefined && isMarked(row.entry) ? row.entry : undefined;

/** The row of one enrolled student, or null. */
export const entryOf = ({ roster, rows }: RegisterState, studentId: StudentId): MarkedEntry | null =>
  (roster.has(studentId) ? markedOf(rows.get(studentId)) : undefined) ?? null;

/** The changes after the version that a viewer knows, or undefined when only a snapshot will do (SY1, SY2). */
export const changesSince = (
  { heading, version, log }: RegisterState,
  known: { epoch: string; version: number } | undefined,
): readonly Change[] | undefined => {
  if (known === undefined || known.epoch !== heading.epoch) return undefined;
  const missed = version - known.version;
  return missed < 0 || missed > log.length ? undefined : log.slice(log.length - missed);
};

/** The rows of everyone who is enrolled and marked, in the order of the roster. */
export const entriesOf = (state: RegisterState): MarkedEntry[] =>
  [...state.roster].flatMap((studentId) => markedOf(state.rows.get(studentId)) ?? []);

/** Every row with what else was received for it, oldest first, also of those who were taken off the roster. */
export const rowsOf = ({ rows, roster }: RegisterState) =>
  [...rows.values()].map(({ entry, received }) => {
    const standing = received.findLastIndex(({ applied }) => applied);
    const history = received.filter((_, index) => index !== standing).slice(-HISTORY_LIMIT);
    return { entry, history, withdrawn: !roster.has(entry.studentId) };
  });

/** Gives the register a new epoch: what viewers know of it may be wrong, and only a snapshot helps them (SY2). */
export const renewEpoch = (state: RegisterState, epoch: string): void => {
  state.heading = { ...state.heading, epoch };
};

/** Ends all marking; again changes nothing (DN2, DN4). */
export const freezeRegister = (state: RegisterState): void => {
  state.frozen = true;
};
