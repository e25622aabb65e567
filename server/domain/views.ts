import type { StudentId } from '../../shared/ids.ts';
import {
  type Change,
  type Entry,
  isRosterChange,
  type OwnEntry,
  type Visibility,
} from '../../shared/protocol/index.ts';

/** How someone looks at a register: as its staff, or as one of its students. */
export type Viewer = { readonly as: 'staff' } | { readonly as: 'student'; readonly studentId: StudentId };

/** The row as its student sees it, and in an open class the classmates: not who marked, nor why (AU1). */
export const ownEntry = ({ studentId, status, version, source, at, minutesLate }: Entry): OwnEntry =>
  minutesLate === undefined
    ? { studentId, status, version, source, at }
    : { studentId, status, version, source, at, minutesLate };

/** The entries that a viewer may see, in the shape in which they may see them (AU1). */
export const visibleEntries = (
  viewer: Viewer,
  visibility: Visibility,
  entries: readonly Entry[],
): (Entry | OwnEntry)[] => {
  if (viewer.as === 'staff') return [...entries];
  const seen =
    visibility === 'open' ? entries : entries.filter(({ studentId }) => studentId === viewer.studentId);
  return seen.map(ownEntry);
};

/** The steps of the log that a viewer may see; a student hears of the roster only in an open class. */
export const visibleChanges = (
  viewer: Viewer,
  visibility: Visibility,
  changes: readonly Change[],
): (Change | OwnEntry)[] => {
  if (viewer.as === 'staff') return [...changes];
  const seen =
    visibility === 'open' ? changes : changes.filter(({ studentId }) => studentId === viewer.studentId);
  return seen.map((change) => {
    if (!isRosterChange(change)) return ownEntry(change);
    const { entry, ...rest } = change;
    return entry === undefined ? change : { ...rest, entry: ownEntry(entry) };
  });
};
