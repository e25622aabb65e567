import { setTimeout as wait } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import type mongoose from 'mongoose';
import type { SessionId } from '../../shared/ids.ts';
import { describeError } from '../kit/describe-error.ts';
import type { Log } from '../kit/log.ts';
import { nativeDb } from './asked.ts';

/** What an alarm calls. A failure is logged, and left to the next sweep. */
export type AlarmCalls = {
  /** A session's time is up. */
  due(sessionId: SessionId): Promise<void>;
  /** Time to look for what a dead process has left. */
  sweep(): Promise<void>;
};

/** Alarms that outlive this process and ring on whichever instance is up (SE4). */
export type Alarms = {
  ensureIndexes(): Promise<void>;
  /** Sets the alarm of a session, in place of an earlier one; `at` is ISO 8601 UTC. */
  schedule(sessionId: SessionId, at: string): Promise<void>;
  cancel(sessionId: SessionId): Promise<void>;
  /** From now on this instance takes its share; resolves at once, also while the database is away. */
  start(calls: AlarmCalls): Promise<void>;
  /** Waits for what it is doing, for a few seconds at most. */
  stop(): Promise<void>;
};

const CLOSE = 'close-session';
const SWEEP = 'sweep';
/** How often each instance looks for alarms that are due within the same time, in ms: they ring to the millisecond. */
const LOOK_EVERY_MS = 1_000;
/**
 * How long an alarm stays with an instance that does not answer, in ms. The library keeps a timer of half of this
 * after each ring, so that a longer one would hold up the end of the process.
 */
const LEASE_MS = 4_000;
const COLLECTION = 'alarms';

/**
 * Alarms on MongoDB (agenda). They only ring a bell: what is to be done is read from the sessions, and whatever a
 * lost or doubled alarm leaves or repeats is harmless.
 */
export const createAlarms = (
  connection: mongoose.Connection,
  { log, sweepEveryMs = 10_000 }: { log: Log; sweepEveryMs?: number },
): Alarms => {
  const db = nativeDb(connection);
  // Without its own index, whose failure would be an unhandled rejection.
  const backend = new MongoBackend({ mongo: db, collection: COLLECTION, ensureIndex: false });
  const agenda = new Agenda({
    backend,
    processEvery: LOOK_EVERY_MS,
    defaultLockLifetime: LEASE_MS,
    defaultConcurrency: 20,
    maxConcurrency: 20,
    removeOnComplete: true,
  });
  let afterTrouble: NodeJS.Timeout | undefined;
  let sweepSoon = async (): Promise<void> => {};
  /** An alarm that could not be rung stays with its lease; so that nobody waits for that, look once more soon. */
  const report = (error: unknown) => {
    log.warn({ error: describeError(error) }, 'alarms');
    afterTrouble ??= setTimeout(() => {
      afterTrouble = undefined;
      void sweepSoon();
    }, LOOK_EVERY_MS).unref();
  };
  agenda.on('error', report);

  // It unlocks without waiting for the answer: with the database away that would end the process.
  const { repository } = backend;
  const unlockJob = repository.unlockJob.bind(repository);
  repository.unlockJob = (job) => unlockJob(job).catch(report);

  const atWork = new Set<Promise<void>>();
  /** Keeps the lease for as long as the work takes. */
  const held = async (job: { touch(): Promise<void> }, work: Promise<void>): Promise<void> => {
    const keep = setInterval(() => void job.touch().catch(report), LEASE_MS / 4);
    atWork.add(work);
    try {
      await work;
    } finally {
      atWork.delete(work);
      clearInterval(keep);
    }
  };

  return {
    async ensureIndexes() {
      await db
        .collection(COLLECTION)
        .createIndexes([
          { key: { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 } },
          { key: { name: 1, 'data.sessionId': 1 } },
        ]);
    },
    async schedule(sessionId, at) {
      await agenda
        .create(CLOSE, { sessionId })
        .unique({ 'data.sessionId': sessionId })
        .schedule(new Date(at))
        .save();
    },
    async cancel(sessionId) {
      await agenda.cancel({ name: CLOSE, data: { sessionId } });
    },
    async start(calls) {
      sweepSoon = calls.sweep;
      const first = calls.sweep(); // what the process before us has left
      atWork.add(first);
      void first.finally(() => atWork.delete(first));
      agenda.define<{ sessionId: SessionId }>(CLOSE, (job) => held(job, calls.due(job.attrs.data.sessionId)));
      agenda.define(SWEEP, (job) => held(job, calls.sweep()));
      await agenda.start();
      // One for all instances: each ring sets the next, and only one instance gets it.
      await agenda.every(sweepEveryMs, SWEEP).catch(report);
    },
    async stop() {
      sweepSoon = async () => {};
      clearTimeout(afterTrouble);
      const over = Promise.allSettled([...atWork, agenda.stop(false)]);
      await Promise.race([over, wait(LEASE_MS, undefined, { ref: false })]);
    },
  };
};
