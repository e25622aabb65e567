import { Fault } from '../../../../shared/faults.ts';
import { isAway } from '../../lib/api.ts';
import type { Format } from '../../lib/language.ts';
import type { Texts } from '../../texts/en.ts';
import { sentenceOf } from '../../ui/form.tsx';

/** Why a check-in did not work. `away`: nothing is decided, it is to be tried again; `until`: not before then, in ms. */
export type Problem = {
  readonly title: string;
  readonly note?: string | undefined;
  readonly away?: true;
  readonly until?: number;
};

/** Shorter waits than this are told in seconds, in ms. */
const SHORT_MS = 90_000;

/** A failed check-in, in words that say what to do next. */
export const problemOf = (error: unknown, { student }: Texts, format: Format): Problem => {
  // What the browser says where the finger did not fit, or the question was closed.
  if (error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name))
    return { title: student.passkeyCancelled, note: student.passkeyCancelledNote };
  // Passkeys are bound to another address than this page's.
  if (error instanceof Error && error.name === 'SecurityError')
    return { title: student.passkeyElsewhere, note: student.passkeyElsewhereHint };
  if (!(error instanceof Fault)) return { title: sentenceOf(error) };
  if (isAway(error)) return { title: student.away, note: student.awayNote, away: true };
  if (error.code === 'RATE_LIMITED') {
    const wait = error.retryAfterMs ?? 1_000;
    const until = Date.now() + wait;
    const note =
      wait < SHORT_MS
        ? student.tryInSeconds(Math.ceil(wait / 1000))
        : student.tryAt(format.time(Math.ceil(until / 60_000) * 60_000));
    return { title: student.tooMany, note, until };
  }
  const told = student.problems as Record<string, readonly [string, string] | undefined>;
  const [title, note] = told[error.code] ?? [sentenceOf(error)];
  return { title, note };
};
