import type { ClassId, SessionId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/protocol/index.ts';
import { bodyOf, changesFrom, countsFrom, draftOf, outcomeFrom } from './redis-rows.ts';
import type { Heard, MarkOutcome, MarkRequest } from './register.ts';

/** More marks than this wait for the next script call, so that no single call blocks Redis for long. */
const BATCH = 128;
/** So many that wait are worth a call of their own while another is on its way. */
const AHEAD = 64;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

type Waiting = {
  readonly request: MarkRequest;
  readonly draft: Omit<Entry, 'version'>;
  readonly resolve: (outcome: MarkOutcome) => void;
  readonly reject: (error: unknown) => void;
};

type Deps = {
  /** How many steps the log keeps. */
  readonly stepLimit: number;
  /** Runs mark.lua; rejects with REGISTER_UNAVAILABLE. */
  readonly send: (classId: ClassId, args: (string | number)[]) => Promise<string[]>;
  /** Told of the changes that a call made, before their senders are answered, and whether they were announced too. */
  readonly onChanges: (batch: Heard, announced: boolean) => void;
};

/**
 * Sends the marks of a class in one script call: those of one turn of the loop, and those that arrive while a call
 * is on its way. A mark is still one round trip; under load many share it. Where more wait than one call takes, the
 * next is sent at once: Redis runs it while the answers of the first are told.
 */
export const createMarkQueue = ({ stepLimit, send, onChanges }: Deps) => {
  const queues = new Map<ClassId, Waiting[]>();

  /** Runs one call and answers its senders; never rejects. */
  const call = async (classId: ClassId, batch: readonly Waiting[]): Promise<void> => {
    try {
      const args: (string | number)[] = [stepLimit];
      for (const { request: r, draft } of batch) {
        const op = r.opId === undefined ? '' : `${r.by ?? r.source}:${r.opId}`;
        args.push(
          `${r.sessionId ?? ''}\n${r.studentId}\n${r.status}\n${r.source}\n${r.at}\n${bodyOf(draft)}\n${r.only ?? ''}\n${op}`,
        );
      }
      const [
        sessionId = '',
        epoch = '',
        visibility = '',
        version = '0',
        counters = '',
        announced = '0',
        ...answers
      ] = await send(classId, args);
      const changes: Entry[] = [];
      for (const [i, { draft, resolve, reject }] of batch.entries()) {
        try {
          const answer = answers[i] ?? 'EINTERNAL';
          const outcome = outcomeFrom(answer, draft, sessionId, epoch);
          changes.push(...changesFrom(answer, outcome));
          resolve(outcome);
        } catch (error) {
          reject(error);
        }
      }
      if (changes.length > 0)
        onChanges(
          {
            classId,
            sessionId: sessionId as SessionId,
            epoch,
            visibility: visibility === 'open' ? 'open' : 'private',
            version: Number(version),
            changes,
            counts: countsFrom(counters),
          },
          announced === '1',
        );
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  /** What the next call takes, where it may go before the present one is answered: full, and of other students. */
  const ahead = (queue: Waiting[], present: readonly Waiting[]): Waiting[] | undefined => {
    if (queue.length < AHEAD) return undefined;
    // Should Redis have to be given the script anew, the two could run in the other order.
    const students = new Set(present.map(({ request }) => request.studentId));
    const next = queue.slice(0, BATCH);
    if (next.some(({ request }) => students.has(request.studentId))) return undefined;
    return queue.splice(0, BATCH);
  };

  const flush = async (classId: ClassId, queue: Waiting[]): Promise<void> => {
    let present: { batch: Waiting[]; answered: Promise<void> } | undefined;
    while (queue.length > 0 || present) {
      if (!present) {
        // Whoever was just answered may have more to say: one call for what a turn of the loop brings.
        await nextTurn();
        const batch = queue.splice(0, BATCH);
        present = { batch, answered: call(classId, batch) };
      }
      const batch = ahead(queue, present.batch);
      const next = batch && { batch, answered: call(classId, batch) };
      await present.answered;
      present = next;
    }
    queues.delete(classId);
  };

  return {
    mark: (classId: ClassId, request: MarkRequest): Promise<MarkOutcome> =>
      new Promise((resolve, reject) => {
        const waiting = { request, draft: draftOf(request), resolve, reject };
        const queue = queues.get(classId);
        if (queue) {
          queue.push(waiting);
        } else {
          const mine = [waiting];
          queues.set(classId, mine);
          void flush(classId, mine);
        }
      }),
  };
};
