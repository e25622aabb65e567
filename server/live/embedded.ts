import { randomBytes } from 'node:crypto';
import { Fault } from '../../shared/faults.ts';
import type { ClassId, SessionId } from '../../shared/ids.ts';
import type { Change } from '../../shared/protocol/index.ts';
import { createRegisterBook, type Results, type Steps } from '../domain/register-book.ts';
import { countsOf, type RegisterState } from '../domain/register-state.ts';
import type { Log } from '../kit/log.ts';
import type { Journal } from './journal.ts';
import { recover, stepText } from './recovery.ts';
import type { Listener, Register } from './register.ts';
import { createWriteAhead } from './write-ahead.ts';

/** How long a late retry of a dropped session's mark still gets its first answer, in ms (MK3). */
const REMEMBER_MS = 60 * 60 * 1000;

type Options = {
  readonly journal: Journal;
  /** Makes the epochs; random unless given. */
  readonly epoch?: (() => string) | undefined;
  /** How many changes the log keeps for delta SYNCs. */
  readonly logLimit?: number | undefined;
  readonly log?: Log | undefined;
};

/**
 * The live register of a single process: in memory, every change journaled before it is shown to anyone (MK1). Reads
 * are answered from memory also while the journal is away. Rejects when the journal cannot be read.
 */
export const createEmbeddedRegister = async (options: Options): Promise<Register> => {
  const { journal, epoch = () => randomBytes(6).toString('base64url'), logLimit, log } = options;
  const listeners = new Map<ClassId, Set<Listener>>();
  /** The changes of the batch that is being taken. */
  const told = new Map<RegisterState, Change[]>();
  const book = createRegisterBook({
    logLimit,
    changed(state, change) {
      const changes = told.get(state);
      if (changes) changes.push(change);
      else told.set(state, [change]);
    },
    opened: ({ sessionId }) => openings.set(sessionId, position),
  });
  /** The batch that is being taken, and those in which the sessions were opened. */
  let position = 0;
  const openings = new Map<SessionId, number>();
  const timers = new Map<SessionId, NodeJS.Timeout>();
  let ousted = false;

  /** Earlier batches than the openings of those sessions that still count are not needed. */
  const base = (before: number) => {
    const needed = [...book.headings().map(({ sessionId }) => sessionId), ...book.dropped()];
    return needed.reduce((first, sessionId) => Math.min(first, openings.get(sessionId) ?? first), before);
  };

  const announce = () => {
    for (const [state, changes] of told) {
      const { classId, sessionId, epoch, visibility } = state.heading;
      const counts = countsOf(state);
      const batch = { classId, sessionId, epoch, visibility, version: state.version, changes, counts };
      for (const listener of listeners.get(classId) ?? []) {
        try {
          listener.heard(batch);
        } catch (error) {
          log?.error({ err: error, classId }, 'a listener failed');
        }
      }
    }
    told.clear();
  };

  /** Late retries are answered for a while; after that the journal may forget the session, too. */
  const rememberFor = (sessionId: SessionId) => {
    const forget = () => {
      book.forget(sessionId);
      openings.delete(sessionId);
      timers.delete(sessionId);
    };
    timers.set(sessionId, setTimeout(forget, REMEMBER_MS).unref());
  };

  const at = (reached: number) => {
    position = reached;
  };
  const next = await recover({ journal, book, at, base, epoch, log });
  told.clear();
  for (const sessionId of book.dropped()) rememberFor(sessionId);

  const writing = createWriteAhead({
    journal,
    next,
    base,
    committed(reached, steps) {
      at(reached);
      steps();
      announce();
    },
    deposed() {
      ousted = true;
    },
    log,
  });

  const step = <K extends keyof Steps>(
    kind: K,
    data: Steps[K],
    needless: (ahead: boolean) => boolean,
  ): Promise<Results[K]> =>
    writing.step({
      text: stepText(kind, data),
      take: () => book.take(kind, data),
      needless,
      plain: kind === 'mark',
    });
  /** What another process may have changed must not be shown any more. */
  const shown = async <T>(read: () => T): Promise<T> => {
    if (ousted) throw new Fault('REGISTER_UNAVAILABLE');
    return read();
  };

  return {
    open({ roster, sessionId, classId, visibility, openedAt, closesAt }) {
      const heading = { sessionId, classId, visibility, openedAt, closesAt, epoch: epoch() };
      return step('open', { heading, roster }, () => book.stands(classId) !== undefined);
    },
    mark: (classId, mark) => step('mark', { classId, mark }, (ahead) => book.settled(classId, mark, ahead)),
    enrol: (classId, studentId) =>
      step('enrol', { classId, studentId }, () => book.placed(classId, studentId, 'enrolled')),
    withdraw: (classId, studentId) =>
      step('withdraw', { classId, studentId }, () => book.placed(classId, studentId, 'withdrawn')),
    counts: (classId) => shown(() => book.counts(classId)),
    entry: (classId, studentId) => shown(() => book.entry(classId, studentId)),
    since: (classId, known) => shown(() => book.since(classId, known)),
    live: (classIds) => shown(() => book.live(classIds)),
    freeze: (classId, sessionId) =>
      step('freeze', { classId, sessionId }, () => book.stands(classId, sessionId) !== 'live'),
    async drop(classId, sessionId) {
      const dropped = await step('drop', { classId, sessionId }, () => !book.stands(classId, sessionId));
      if (dropped) rememberFor(sessionId);
    },
    async follow(classId, listener) {
      const own: Listener = { heard: (batch) => listener.heard(batch), lost: (id) => listener.lost(id) };
      const those = listeners.get(classId) ?? new Set();
      listeners.set(classId, those.add(own));
      return async () => {
        those.delete(own);
        if (those.size === 0 && listeners.get(classId) === those) listeners.delete(classId);
      };
    },
    async health() {
      const trouble = writing.trouble();
      const ok = trouble === undefined;
      return { kind: 'embedded', ok, durable: true, ...(trouble !== undefined && { note: trouble }) };
    },
    async close() {
      await writing.close();
      for (const timer of timers.values()) clearTimeout(timer);
      listeners.clear();
    },
  };
};
