import { Fault, isFaultCode } from '../../shared/faults.ts';
import type { ClassId, SessionId } from '../../shared/ids.ts';
import {
  type Change,
  type Entry,
  isMarked,
  isRosterChange,
  type MarkedEntry,
} from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';
import type { RegisterReply } from './redis-scripts.ts';
import type { CountsNow, FrozenRow, Heard, LiveSession, MarkOutcome, MarkRequest } from './register.ts';

/** Reads "present absent late partial excused enrolled". */
export const countsFrom = (text: string): Counts => {
  const [present = 0, absent = 0, late = 0, partial = 0, excused = 0, enrolled = 0] = text
    .split(' ')
    .map(Number);
  const unmarked = enrolled - present - absent - late - partial - excused;
  return { present, absent, late, partial, excused, unmarked, enrolled };
};

/** The part of a script's reply that stands over every answer. */
export const countsNowFrom = ([session, epoch, version, counts]: RegisterReply): CountsNow => ({
  ...(JSON.parse(session) as Omit<LiveSession, 'epoch'>),
  epoch,
  version: Number(version),
  counts: countsFrom(counts),
});

/** A mark as an entry that has no version yet; runs for every mark, hence without spreads. */
export const draftOf = (mark: MarkRequest): Omit<Entry, 'version'> => {
  const draft: Omit<Entry, 'version'> = {
    studentId: mark.studentId,
    status: mark.status,
    source: mark.source,
    at: mark.at,
  };
  if (mark.by !== undefined) draft.by = mark.by;
  if (mark.reason !== undefined) draft.reason = mark.reason;
  if (mark.minutesLate !== undefined) draft.minutesLate = mark.minutesLate;
  if (mark.skewed !== undefined) draft.skewed = mark.skewed;
  if (mark.flags !== undefined) draft.flags = [...mark.flags];
  return draft;
};

/** A draft as the script stores it: the entry's text without its version, which only the script knows. */
export const bodyOf = (draft: Omit<Entry, 'version'>): string => JSON.stringify(draft).slice(1);

/** Turns one answer of mark.lua into an outcome; an `E…` answer is thrown as the fault that it names. */
export const outcomeFrom = (
  answer: string,
  draft: Omit<Entry, 'version'>,
  sessionId: string,
  epoch: string,
): MarkOutcome => {
  const kind = answer[0];
  if (kind === 'E') {
    const code = answer.slice(1);
    throw new Fault(isFaultCode(code) ? code : 'INTERNAL');
  }
  if (kind === 'R') {
    const [head = '', firstSession = '', firstEpoch = '', entry = ''] = answer.slice(1).split('\n');
    return {
      sessionId: firstSession as SessionId,
      epoch: firstEpoch,
      version: Number(head.slice(1)),
      entry: JSON.parse(entry) as Entry,
      applied: head[0] === 'A',
      repeated: true,
    };
  }
  const [head = '', entry] = answer.split('\n');
  const version = Number(head.slice(1));
  return {
    sessionId: sessionId as SessionId,
    epoch,
    version,
    entry: entry === undefined ? { version, ...draft } : (JSON.parse(entry) as Entry),
    applied: kind === 'A',
    repeated: false,
  };
};

/** The changes behind an outcome, in order: none where it was repeated or kept out. */
export const changesFrom = (answer: string, { entry, applied, repeated }: MarkOutcome): Entry[] => {
  if (!applied || repeated) return [];
  const [, , takenBack] = answer.split('\n');
  return takenBack === undefined ? [entry] : [JSON.parse(takenBack) as Entry, entry];
};

/** The entry of a stored row. */
export const rowEntry = (row: string): Entry => JSON.parse(row.slice(row.indexOf('\n') + 1)) as Entry;

/** The entry of a stored row that says something; none where it was taken back. */
export const markedEntry = (row: string): [MarkedEntry] | [] => {
  const entry = rowEntry(row);
  return isMarked(entry) ? [entry] : [];
};

/**
 * What rows were before they were replaced, and what precedence kept out, by student, in the order in which it came in,
 * at most the last `limit` of each. `current` are the rows as they stand.
 */
export const historiesFrom = (
  { steps, keptOut, current }: { steps: string[]; keptOut: string[]; current: readonly Entry[] },
  limit: number,
): Map<string, FrozenRow['history']> => {
  const standing = new Map(current.map(({ studentId, version }) => [studentId as string, version]));
  const all = new Map<string, { seen: Entry; applied: boolean }[]>();
  const note = (seen: Entry, applied: boolean) => {
    const history = all.get(seen.studentId);
    if (history) history.push({ seen, applied });
    else all.set(seen.studentId, [{ seen, applied }]);
  };
  for (const step of steps) {
    const change = JSON.parse(step) as Change;
    if (!isRosterChange(change) && change.version !== standing.get(change.studentId)) note(change, true);
  }
  for (const line of keptOut) note(JSON.parse(line) as Entry, false);
  const histories = new Map<string, FrozenRow['history']>();
  for (const [studentId, history] of all) {
    // Evidence that was kept out has the version that stood when it came in.
    history.sort((a, b) => a.seen.version - b.seen.version || Number(b.applied) - Number(a.applied));
    const kept = history
      .slice(-limit)
      .map(({ seen: { version: _, ...rest }, applied }) => ({ ...rest, applied }));
    histories.set(studentId, kept);
  }
  return histories;
};

/** Pairs of a flat HGETALL reply. */
export const pairs = (flat: readonly string[]): [string, string][] => {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) result.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return result;
};

/** One announcement of mark.lua or roster.lua. */
export const heardFrom = (classId: ClassId, message: string): Heard => {
  const [sessionId = '', epoch = '', visibility = '', version = '', counts = '', changes = '[]'] =
    message.split('\n');
  return {
    classId,
    sessionId: sessionId as SessionId,
    epoch,
    visibility: visibility === 'open' ? 'open' : 'private',
    version: Number(version),
    changes: JSON.parse(changes) as Change[],
    counts: countsFrom(counts),
  };
};
