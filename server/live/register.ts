import type { ClassId, OpId, SessionId, StudentId, UserId } from '../../shared/ids.ts';
import type { Change, Entry, Flag, MarkedEntry, Visibility } from '../../shared/protocol/index.ts';
import type { Counts, LiveStatus, Source } from '../../shared/status.ts';
import type { Follow } from '../domain/heard.ts';
import type { Only } from '../domain/precedence.ts';

export type { Heard, Listener } from '../domain/heard.ts';

/** What stands over a live register. `epoch` changes whenever its past may have changed (SY2). */
export type LiveSession = {
  readonly sessionId: SessionId;
  readonly classId: ClassId;
  readonly epoch: string;
  readonly visibility: Visibility;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
  /** ISO 8601 UTC. */
  readonly closesAt: string;
};

/** What `open` needs. Opening again under the same `sessionId` changes nothing. */
export type Opening = Omit<LiveSession, 'epoch'> & { readonly roster: readonly StudentId[] };

/** One piece of evidence: a teacher's decision, or what a device, code or key says. */
export type MarkRequest = {
  readonly studentId: StudentId;
  /** `unmarked` takes back what teachers said (MK10). */
  readonly status: LiveStatus;
  readonly source: Source;
  /** ISO 8601 UTC with milliseconds; already bounded by the session's window (MK7). */
  readonly at: string;
  readonly by?: UserId | undefined;
  /** Scoped to `by` (or to the source where there is no `by`): another sender's opId never collides (MK3). */
  readonly opId?: OpId | undefined;
  readonly reason?: string | undefined;
  readonly minutesLate?: number | undefined;
  readonly skewed?: boolean | undefined;
  /** What the staff should look at. */
  readonly flags?: readonly Flag[] | undefined;
  /** Narrows what the mark may replace; see `Mark.only`. */
  readonly only?: Only | undefined;
  /** When given, the mark counts for this session only; SESSION_CHANGED when another one is live. */
  readonly sessionId?: SessionId | undefined;
};

/** What became of a mark. */
export type MarkOutcome = {
  readonly sessionId: SessionId;
  readonly epoch: string;
  /** The register's version after the mark; unchanged when it was not applied. */
  readonly version: number;
  /** The student's row as it stands after the mark. */
  readonly entry: Entry;
  /** False when precedence kept the earlier row; the evidence is kept in the row's history (MK6). */
  readonly applied: boolean;
  /** True when this opId had been answered before: this is the first answer again (MK3). */
  readonly repeated: boolean;
};

/** The counts of a live register at one version. */
export type CountsNow = LiveSession & { readonly version: number; readonly counts: Counts };

/** The register's answer to a viewer who knows `version` of `epoch`. */
export type Since =
  | (CountsNow & { readonly mode: 'delta'; readonly changes: readonly Change[] })
  | (CountsNow & {
      readonly mode: 'snapshot';
      readonly entries: readonly MarkedEntry[];
      readonly roster: readonly StudentId[];
    });

/** A row with everything that was ever said of it, oldest first; the last decisive one is `entry`. */
export type FrozenRow = {
  readonly entry: Entry;
  /** Earlier rows and evidence that precedence kept out, as they were received (at most 50 are kept). */
  readonly history: readonly (Omit<Entry, 'version'> & { readonly applied: boolean })[];
  /** True when the student was marked and then taken off the roster: the mark is kept, but not counted. */
  readonly withdrawn: boolean;
};

/** The register when no mark can change it any more (DN4). */
export type Frozen = CountsNow & {
  readonly roster: readonly StudentId[];
  readonly rows: readonly FrozenRow[];
};

/**
 * The live register: one per class while its session runs. Two implementations (Redis, embedded), one contract suite.
 *
 * Errors: `NO_ACTIVE_SESSION` where there is no live register (or it is closing), `SESSION_CHANGED`,
 * `STUDENT_NOT_ON_ROSTER`, and `REGISTER_UNAVAILABLE` when it is unknown whether the change was made:
 * the caller may send it again under the same opId.
 */
export type Register = {
  /** Opens the register of a class. `opened` is false when a register stands there already (SE1); that one is returned. */
  open(opening: Opening): Promise<{ opened: boolean; session: LiveSession }>;
  /** Records one mark durably; resolves only when it would survive a crash (MK1). One round trip. */
  mark(classId: ClassId, request: MarkRequest): Promise<MarkOutcome>;
  /** Puts a student on the live roster, or takes one off. False when nothing changed or nothing is live. */
  enrol(classId: ClassId, studentId: StudentId): Promise<boolean>;
  withdraw(classId: ClassId, studentId: StudentId): Promise<boolean>;
  /** The counts of a live class. */
  counts(classId: ClassId): Promise<CountsNow>;
  /** The row of one student, or null when unmarked. */
  entry(classId: ClassId, studentId: StudentId): Promise<MarkedEntry | null>;
  /** What a viewer missed since `known`, or everything when the log does not reach back or the epoch changed. */
  since(classId: ClassId, known?: { epoch: string; version: number }): Promise<Since>;
  /** Which of these classes have a live register, in the order given. One round trip. */
  live(classIds: readonly ClassId[]): Promise<LiveSession[]>;
  /** Stops all marking and returns everything; again = the same again. NO_ACTIVE_SESSION when it is gone (DN2). */
  freeze(classId: ClassId, sessionId: SessionId): Promise<Frozen>;
  /** Drops the register of a session; nothing happens when it is gone or belongs to another session. */
  drop(classId: ClassId, sessionId: SessionId): Promise<void>;
  /** Listens to a class from now on; resolves when nothing later can be missed. The result stops listening. */
  readonly follow: Follow;
  /** What it runs on, whether it answers, and whether it keeps acknowledged marks (for /health/detailed). */
  health(): Promise<{ kind: 'redis' | 'embedded'; ok: boolean; durable: boolean; note?: string }>;
  close(): Promise<void>;
};
