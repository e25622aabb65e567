import type { Method, Require } from '../../shared/protocol/index.ts';
import type { Status } from '../../shared/status.ts';

/** The step that a moment falls into; steps are counted from the start of the session. All in ms. */
export const stepAt = (openedAt: number, stepMs: number, now: number): number =>
  Math.max(0, Math.floor((now - openedAt) / stepMs));

/** When a step ends, in ms since 1970. */
export const stepEnd = (openedAt: number, stepMs: number, step: number): number =>
  openedAt + (step + 1) * stepMs;

/** How many windows a student has, of how many. */
export type Windows = { readonly collected: number; readonly total: number };

/**
 * The windows that count at a moment (CI8): those that the teacher's device fetched and that are over, and whatever
 * the student has. A window that is still running is held against nobody.
 */
export const windowsAt = (
  offered: readonly number[],
  collected: readonly number[],
  isOver: (step: number) => boolean,
): Windows => {
  const mine = new Set(collected);
  const total = new Set([...offered.filter(isOver), ...mine]);
  return { collected: mine.size, total: total.size };
};

/** What a share of the windows is worth (CI8): from 80 % present, from 50 % in part, else absent. */
export const presenceOf = ({ collected, total }: Windows): 'present' | 'partial' | 'absent' => {
  if (total === 0 || collected * 2 < total) return 'absent';
  return collected * 5 >= total * 4 ? 'present' : 'partial';
};

/** What one method says of a student; `at` ISO 8601 UTC. */
export type Said = {
  readonly status: Status;
  readonly at: string;
  readonly minutesLate?: number | undefined;
};
/** What all that a session asks for comes to, and the method whose word it is. */
export type Combined = Said & { readonly source: Exclude<Method, 'teacher'> };

/** From the best to the worst. */
const ORDER: readonly Status[] = ['present', 'late', 'partial', 'excused', 'absent'];
const worth = ({ status }: Said) => ORDER.indexOf(status);

/**
 * Joins what a student's methods say (CI7): of `any` the best counts; of a list all are needed, the worst counts, from
 * the moment of the last. Answers with what is missing where the list is not complete.
 */
export const combine = (
  require: Require,
  said: ReadonlyMap<Method, Said>,
): { readonly combined: Combined } | { readonly missing: readonly Method[] } => {
  const all = [...said]
    .flatMap(([source, one]) => (source === 'teacher' ? [] : [{ ...one, source }]))
    .filter(({ source }) => require === 'any' || require.includes(source));
  const missing = require === 'any' ? [] : require.filter((method) => !said.has(method));
  const [first] = all;
  if (missing.length > 0 || first === undefined) return { missing };
  if (require === 'any') {
    const best = all.reduce((a, b) => (worth(b) < worth(a) ? b : a));
    return { combined: best };
  }
  const worst = all.reduce((a, b) => (worth(b) > worth(a) ? b : a));
  const last = all.reduce((a, b) => (b.at > a.at ? b : a));
  // BLE speaks until the close: under its name the row can be revised.
  const source = require.includes('ble') ? 'ble' : last.source;
  const { status, minutesLate } = worst;
  return { combined: { status, at: last.at, source, ...(minutesLate !== undefined && { minutesLate }) } };
};
