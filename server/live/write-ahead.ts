import { randomUUID } from 'node:crypto';
import type { Log } from '../kit/log.ts';
import type { Journal } from './journal.ts';
import { createLine, type Step, unavailable, type Waiting } from './waiting-line.ts';

/** The longest pause between two tries while the journal is away, in ms. */
const PAUSE_MS = 250;
type Deps = {
  readonly journal: Journal;
  /** The position after the last one that recovery read. */
  readonly next: number;
  /** The first position that the register still needs, when its next batch stands at `position`. */
  readonly base: (position: number) => number;
  /** Called around the steps of one batch. */
  readonly committed: (position: number, steps: () => void) => void;
  /** Another process writes this journal: this one must not answer any more. */
  readonly deposed: () => void;
  readonly log?: Log | undefined;
};

/**
 * Writes steps to the journal, and takes them only when they are there (MK1). The steps of one turn of the loop, and
 * those that come while a write is on its way, share one write.
 *
 * A write that fails may still have happened, or may yet. So its position is never passed by: the next batch tries for
 * the same position, and where that is taken the batch that took it is found by its token and counts. The state thus
 * always equals the journal, and no step is taken twice or taken and lost.
 */
export const createWriteAhead = ({ journal, base, committed, deposed, log, ...start }: Deps) => {
  let next = start.next;
  let forgotten = 0;
  /** What may be at `next`, by token. */
  const attempts = new Map<string, readonly Waiting[]>();
  let running: Promise<void> | undefined;
  let closed = false;
  let ousted = false;
  let trouble: unknown;
  const line = createLine(() => trouble);
  let wake: (() => void) | undefined;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const commit = (batch: readonly Waiting[]) => {
    const position = next;
    next += 1;
    attempts.clear();
    line.leave(batch);
    committed(position, () => {
      for (const { take } of batch) take();
    });
  };

  const oust = () => {
    ousted = true;
    log?.fatal('another process writes the journal of the live register: this one stops answering');
    deposed();
    line.refuseAll();
  };

  /** Finds out whose batch is at `next`; false when the position is still free. */
  const resolve = async (): Promise<boolean> => {
    const token = await journal.confirm(next);
    if (token === null) return false;
    const batch = attempts.get(token);
    if (batch === undefined) oust();
    else commit(batch);
    return true;
  };

  const forget = async (before: number) => {
    if (before <= forgotten) return;
    try {
      await journal.forget(before);
      forgotten = before;
    } catch (error) {
      log?.warn(
        { err: error },
        'old batches of the journal could not be deleted; the next write tries again',
      );
    }
  };

  const write = async () => {
    const batch = line.gather(attempts.size > 0);
    if (batch.length === 0 && attempts.size === 0) return;
    const token = randomUUID();
    const from = base(next);
    attempts.set(token, batch);
    const steps = `[${batch.map(({ text }) => text).join(',')}]`;
    if (await journal.append({ position: next, base: from, token, steps })) {
      commit(batch);
      void forget(from);
    } else {
      await resolve();
    }
  };

  const run = async () => {
    let tries = 0;
    while ((line.length() > 0 || attempts.size > 0) && !ousted) {
      try {
        // While the journal is away, ask before writing again, so that attempts do not pile up.
        if (tries === 0 || !(await resolve())) await write();
        if (trouble !== undefined) log?.info('the journal answers again');
        tries = 0;
        trouble = undefined;
      } catch (error) {
        if (trouble === undefined) log?.error({ err: error }, 'the journal does not answer');
        trouble = error;
        if (closed && line.length() === 0) return;
        await pause(Math.min(PAUSE_MS, 10 * 2 ** tries++));
      }
    }
  };

  const begin = () => {
    running ??= new Promise<void>((done) => setImmediate(done)).then(run).finally(() => {
      running = undefined;
      if (line.length() > 0 && !ousted) begin();
    });
  };

  return {
    /**
     * Writes a step and then takes it; resolves with what `take` returns. Where `needless` holds it is taken at once.
     * Rejects with REGISTER_UNAVAILABLE after 2 s without certainty.
     */
    step<T>(step: Step<T>): Promise<T> {
      if (closed || ousted) return Promise.reject(unavailable());
      const answer = line.join(step);
      begin();
      return answer;
    },

    /** Why the journal cannot be written now, or undefined. */
    trouble: (): string | undefined => {
      if (ousted) return 'another process writes this journal';
      return trouble === undefined ? undefined : 'the journal does not answer';
    },

    /** Takes no more steps, and resolves when those that wait are settled. */
    async close(): Promise<void> {
      closed = true;
      wake?.();
      await running;
      line.close();
    },
  };
};
export type WriteAhead = ReturnType<typeof createWriteAhead>;
