import type { Fault } from '../faults.ts';
import type {
  Change,
  counts as countsEvent,
  DataOf,
  Entry,
  marked,
  markedOwn,
  OwnEntry,
  SyncReply,
  Visibility,
} from '../protocol/index.ts';
import { isMarked, isRosterChange } from '../protocol/wire.ts';
import type { Counts, Status } from '../status.ts';

/** One row of the register as this viewer may see it. */
export type Row = (Entry | OwnEntry) & { readonly status: Status };

/** `unknown`: not asked yet; `none`: no session is live; `closed`: the one that was shown is over. */
export type PictureState = 'unknown' | 'none' | 'live' | 'closed';

/** What is known of a class's register. */
export type Picture = {
  readonly classId: string;
  state: PictureState;
  sessionId: string | undefined;
  epoch: string | undefined;
  version: number;
  counts: Counts | undefined;
  /** What `counts` are of; they may be told before the rows are. */
  countsVersion: number;
  /** By student id; a student without a row is unmarked. A student sees their own only, unless the class is open. */
  entries: Map<string, Row>;
  /** Everyone's ids, for those who see every row. */
  roster: ReadonlySet<string> | undefined;
  openedAt: string | undefined;
  closesAt: string | undefined;
  visibility: Visibility | undefined;
  /** Why the server shows us nothing, when it refuses for good. */
  fault: Fault | undefined;
};

/** A mark as the staff or its student hears it. */
export type MarkedData = DataOf<typeof marked> | DataOf<typeof markedOwn>;
export type CountsData = DataOf<typeof countsEvent>;

/** What became of a message: it changed the picture, it did not, or it shows that something is missing. */
export type Taken = 'changed' | 'unchanged' | 'gap';

/** A picture that nothing is known of yet. */
export const emptyPicture = (classId: string): Picture => ({
  classId,
  state: 'unknown',
  sessionId: undefined,
  epoch: undefined,
  version: 0,
  counts: undefined,
  countsVersion: 0,
  entries: new Map(),
  roster: undefined,
  openedAt: undefined,
  closesAt: undefined,
  visibility: undefined,
  fault: undefined,
});

/** Whether this viewer hears every change: then a skipped version is a gap (MK4), else it was another's row. */
export const seesAll = (picture: Picture): boolean => picture.roster !== undefined;

const onlyCounts = ({ present, absent, late, partial, excused, unmarked, enrolled }: Counts): Counts => ({
  present,
  absent,
  late,
  partial,
  excused,
  unmarked,
  enrolled,
});

const setCounts = (picture: Picture, version: number, counts: Counts): boolean => {
  if (version < picture.countsVersion) return false;
  picture.counts = onlyCounts(counts);
  picture.countsVersion = version;
  return true;
};

const setRow = (picture: Picture, row: Entry | OwnEntry) => {
  const before = picture.entries.get(row.studentId);
  if (before && before.version >= row.version) return;
  const from = before?.status ?? 'unmarked';
  const { counts } = picture;
  if (counts && seesAll(picture) && row.version > picture.countsVersion) {
    if (from !== row.status)
      picture.counts = { ...counts, [from]: counts[from] - 1, [row.status]: counts[row.status] + 1 };
    picture.countsVersion = row.version;
  }
  if (isMarked(row)) picture.entries.set(row.studentId, row);
  else picture.entries.delete(row.studentId);
};

/** Takes the answer to SYNC. `gap`: a snapshot is needed after all. */
export const takeSync = (picture: Picture, reply: SyncReply): Taken => {
  if (reply.mode === 'none') {
    if (picture.state === 'none' || picture.state === 'closed') return 'unchanged';
    picture.state = picture.state === 'live' ? 'closed' : 'none';
    return 'changed';
  }
  if (reply.mode === 'snapshot') {
    Object.assign(picture, {
      state: 'live',
      sessionId: reply.sessionId,
      epoch: reply.epoch,
      version: reply.version,
      counts: reply.counts,
      countsVersion: reply.version,
      entries: new Map(reply.entries.filter(isMarked).map((row) => [row.studentId, row])),
      roster: reply.roster === undefined ? undefined : new Set<string>(reply.roster),
      openedAt: reply.openedAt,
      closesAt: reply.closesAt,
      visibility: reply.visibility,
    } satisfies Omit<Picture, 'classId' | 'fault'>);
    return 'changed';
  }
  if (reply.epoch !== picture.epoch || reply.sessionId !== picture.sessionId) return 'gap';
  if (reply.version < picture.version) return 'unchanged';
  for (const change of reply.changes as (Change | OwnEntry)[]) {
    if (change.version <= picture.version) continue;
    if (!('roster' in change)) setRow(picture, change);
    // Whether a row comes back with its student is the register's to say.
    else if (seesAll(picture) && isRosterChange(change)) return 'gap';
  }
  picture.version = reply.version;
  setCounts(picture, reply.version, reply.counts);
  picture.state = 'live';
  return 'changed';
};

/** Takes a mark that was heard. */
export const takeMark = (picture: Picture, { classId: _, sessionId, epoch, ...row }: MarkedData): Taken => {
  if (picture.state === 'unknown') return 'gap';
  if (sessionId !== picture.sessionId) return 'gap';
  if (picture.state !== 'live') return 'unchanged';
  if (epoch !== picture.epoch) return 'gap';
  if (row.version <= picture.version) return 'unchanged';
  if (seesAll(picture) && row.version > picture.version + 1) return 'gap';
  setRow(picture, row);
  picture.version = Math.max(picture.version, row.version);
  return 'changed';
};

/** Takes COUNTS. `gap` when they are of another session or epoch. */
export const takeCounts = (picture: Picture, told: CountsData): Taken => {
  const { sessionId, epoch, version } = told;
  if (picture.state === 'unknown' || sessionId !== picture.sessionId) return 'gap';
  if (picture.state !== 'live') return 'unchanged';
  if (epoch !== picture.epoch) return 'gap';
  return setCounts(picture, version, told) ? 'changed' : 'unchanged';
};

/** Takes the news that a session is over, with its last counts where they are told. */
export const takeOver = (picture: Picture, sessionId: string, counts: Counts | undefined): Taken => {
  if (sessionId !== picture.sessionId) return 'unchanged';
  // A SYNC while the session was closing may have said so already, but not with which counts.
  if (picture.state === 'closed' && counts === undefined) return 'unchanged';
  picture.state = 'closed';
  if (counts !== undefined) picture.counts = onlyCounts(counts);
  return 'changed';
};
