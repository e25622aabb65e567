import type { ClassId, SessionId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/protocol/index.ts';
import { bodyOf, changesFrom, countsFrom, draftOf, outcomeFrom } from './redis-rows.ts';
import type { Heard, MarkOutcome, MarkRequest } from './register.ts';

/** More marks than this wait for the next script call, so that no single call blocks Redis for long. */
const BATCH = 128;

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
 * is on its way. A mark is still one round trip; under load many share it.
 */
export const createMarkQueue = ({ stepLimit, send, onChanges }: Deps) => {
  const queues = new Map<ClassId, Waiting[]>();

  const flush = async (classId: ClassId): Promise<void> => {
    const queue = queues.get(classId);
    if (!queue) return;
    while (queue.length > 0) {
      // Whoever was just answered may have more to say: one call for what a turn of the loop brings.
      await nextTurn();
      const batch = queue.splice(0, BATCH);
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
          queues.set(classId, [waiting]);
          void flush(classId);
        }
      }),
  };
};
