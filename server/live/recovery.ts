import { randomUUID } from 'node:crypto';
import type { RegisterBook, Steps } from '../domain/register-book.ts';
import type { Log } from '../kit/log.ts';
import type { Batch, Journal } from './journal.ts';

/** The text of a step in the journal. */
export const stepText = <K extends keyof Steps>(kind: K, step: Steps[K]): string =>
  JSON.stringify([kind, step]);

type Deps = {
  readonly journal: Journal;
  readonly book: RegisterBook;
  /** Told which batch is being read. */
  readonly at: (position: number) => void;
  readonly base: (position: number) => number;
  readonly epoch: () => string;
  readonly log?: Log | undefined;
};

/**
 * Brings a book to where the journal ends, and takes the journal over: the batch that it appends makes everything
 * before it durable, and tells an older process that still writes that it must stop. Returns the next position.
 * Epochs stay as they were, for nothing is announced before it is in the journal; where batches are missing, every
 * register gets a new one (SY2).
 */
export const recover = async ({ journal, book, at, base, epoch, log }: Deps): Promise<number> => {
  let next = 0;
  let missing = false;

  const replay = ({ position, steps }: Batch) => {
    missing ||= position !== next;
    next = position + 1;
    at(position);
    for (const [kind, step] of JSON.parse(steps) as [keyof Steps, Steps[keyof Steps]][]) {
      try {
        book.take(kind, step);
      } catch {
        // Its caller was refused as it is refused again now.
      }
    }
  };

  for (;;) {
    const last = await journal.last();
    if (next === 0) next = last?.base ?? 1;
    for (let page = await journal.read(next); page.length > 0; page = await journal.read(next))
      for (const batch of page) replay(batch);
    missing ||= last !== null && next <= last.position;

    const steps = missing
      ? book
          .headings()
          .map(({ classId, sessionId }) => stepText('renew', { classId, sessionId, epoch: epoch() }))
      : [];
    const batch = { position: next, base: base(next), token: randomUUID(), steps: `[${steps.join(',')}]` };
    if (!(await journal.append(batch))) continue; // somebody wrote in the meantime: read that, too
    if (missing) log?.error('the journal of the live register has gaps: every viewer starts anew');
    replay(batch);
    await journal.forget(batch.base);
    return next;
  }
};
