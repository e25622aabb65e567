import { type LiveStatus, type Source, wasThere } from '../../shared/status.ts';

/** What precedence looks at: what was said, by what, and when (ISO 8601 UTC with milliseconds, sorts as text). */
export type Evidence = { readonly status: LiveStatus; readonly source: Source; readonly at: string };

/**
 * How far a mark may go: `unmarked` yields to any row and leaves no trace then; `revision` also takes the place of a
 * row of its own source, because that source knows better now (CI8).
 */
export type Only = 'unmarked' | 'revision';

/** Teacher 4, automatic presence 3, in part 2, any other automatic status 1, `system` 0. */
const rank = ({ source, status }: Evidence): number => {
  if (source === 'teacher') return 4;
  if (source === 'system') return 0;
  if (status === 'partial') return 2;
  return wasThere(status) ? 3 : 1;
};

/**
 * Whether new evidence takes the place of the standing row (MK6): a teacher's always does and yields to nothing
 * else, except that a teacher takes it back (MK10); among the rest the higher rank wins, and between two automatic presences the strictly earlier one.
 */
export const takesOver = (coming: Evidence, standing: Evidence | undefined, only?: Only): boolean => {
  if (standing === undefined) return true;
  if (coming.status === 'unmarked') return standing.source === 'teacher' && standing.status !== 'unmarked';
  if (standing.status === 'unmarked') return true;
  if (only === 'unmarked') return false;
  if (only === 'revision' && coming.source === standing.source) return true;
  if (coming.source === 'teacher') return true;
  const ahead = rank(coming) - rank(standing);
  return ahead === 0 ? rank(coming) >= 2 && coming.at < standing.at : ahead > 0;
};
