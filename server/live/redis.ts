import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Fault, isFault } from '../../shared/faults.ts';
import type { ClassId, SessionId, StudentId } from '../../shared/ids.ts';
import type { Change, MarkedEntry } from '../../shared/protocol/index.ts';
import { describeError } from '../kit/describe-error.ts';
import type { Log } from '../kit/log.ts';
import { createFeed } from './redis-feed.ts';
import { createMarkQueue } from './redis-marks.ts';
import { countsNowFrom, historiesFrom, markedEntry, pairs, rowEntry } from './redis-rows.ts';
import { type Keys, keysOf, withScripts } from './redis-scripts.ts';
import type { LiveSession, Opening, Register, Since } from './register.ts';

/** How the register talks to Redis: bounded waits, and no silent resending of what may have run already. */
export const REDIS_OPTIONS = {
  commandTimeout: 2000,
  maxRetriesPerRequest: 2,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (attempt: number) => Math.min(50 * attempt, 1000),
} as const;

type Options = {
  readonly url: string;
  /** Before every key; tests share one Redis by it. */
  readonly prefix?: string;
  /** How many steps at most a delta SYNC brings. */
  readonly logLimit?: number;
  /** How many earlier lines a row keeps; the class's log keeps 400 times as many steps. */
  readonly historyLimit?: number;
  readonly log?: Log | undefined;
};

const newEpoch = () => randomBytes(6).toString('base64url');

/** Opens the connections, or says plainly why not. */
const connectTo = async (redis: Redis, sub: Redis): Promise<void> => {
  const giveUp = (why: string, cause?: unknown): never => {
    redis.disconnect();
    sub.disconnect();
    throw new Error(`Redis at ${redis.options.host}:${redis.options.port} ${why}`, { cause });
  };
  await Promise.all([redis.connect(), sub.connect()]).catch((error) => giveUp('cannot be reached', error));
  const [, version = '0'] = /redis_version:(\d+)/.exec(await redis.info('server')) ?? [];
  if (Number(version) < 7) giveUp(`is version ${version}; 7 or newer is needed`);
};

/**
 * The live register on Redis 7 or newer: one Lua script per operation, keys of a class under one hash tag.
 * Durable as far as the server's append-only file is: `appendfsync always` for no loss at all (ADR 0005).
 */
export const createRedisRegister = async (options: Options): Promise<Register> => {
  const { url, prefix = 'rollcall:', logLimit = 1000, historyLimit = 50, log } = options;
  const redis = withScripts(new Redis(url, { ...REDIS_OPTIONS, lazyConnect: true }));
  const sub = new Redis(url, {
    ...REDIS_OPTIONS,
    commandTimeout: 5000,
    maxRetriesPerRequest: null,
    lazyConnect: true,
  });
  const onError = (error: unknown) => log?.warn({ error: describeError(error) }, 'redis');
  redis.on('error', onError);
  sub.on('error', onError);

  const stepLimit = Math.max(logLimit, historyLimit * 400);
  let replid = '';
  const learnReplid = async () => {
    replid = /master_replid:(\w+)/.exec(await redis.info('replication'))?.[1] ?? '';
  };
  const instance = randomBytes(6).toString('base64url');
  const keys = (classId: ClassId) => keysOf(prefix, classId, instance);
  const state = (k: Keys) => [k.meta, k.roster, k.rows, k.log, k.ops, k.keptOut, k.beneath] as const;

  /** A failed call may or may not have run: the caller may repeat it under the same opId. */
  const asked = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw new Fault('REGISTER_UNAVAILABLE', { cause: error });
    }
  };

  const read = async (classId: ClassId, ...args: (string | number)[]) => {
    const reply = await asked(redis.readRegister(...state(keys(classId)), ...args));
    if (!reply) throw new Fault('NO_ACTIVE_SESSION');
    return reply;
  };

  const since = async (classId: ClassId, known?: { epoch: string; version: number }): Promise<Since> => {
    const reply = await read(classId, 'since', known?.epoch ?? '', known?.version ?? -1, logLimit);
    const now = countsNowFrom(reply);
    const [, , , , mode, items = [], roster = []] = reply;
    if (mode === 'delta') return { ...now, mode, changes: items.map((item) => JSON.parse(item) as Change) };
    const onRoster = new Set(roster);
    const entries = pairs(items).flatMap(([studentId, row]) =>
      onRoster.has(studentId) ? markedEntry(row) : [],
    );
    entries.sort((a, b) => a.version - b.version);
    return { ...now, mode: 'snapshot', entries, roster: roster.sort() as StudentId[] };
  };

  const sinceOrNothing = (classId: ClassId, known?: { epoch: string; version: number }) =>
    since(classId, known).catch((error) => {
      if (isFault(error, 'NO_ACTIVE_SESSION')) return null;
      throw error;
    });

  const rotate = (classId: ClassId) => redis.rotateEpoch(keys(classId).meta, replid, newEpoch());
  const position = async (classId: ClassId) => {
    await rotate(classId);
    const [epoch, version] = await redis.hmget(keys(classId).meta, 'epoch', 'version');
    return epoch && version ? { epoch, version: Number(version) } : null;
  };
  const feed = createFeed({ sub, keys, position, since: sinceOrNothing, onError });

  await connectTo(redis, sub);
  await learnReplid();

  // A server that came back may have lost its last moments: registers that it kept get a new epoch (SY2).
  const onReady = async () => {
    await learnReplid();
    await Promise.all(feed.classes().map(rotate));
    await feed.mend();
  };
  redis.on('ready', () => void onReady().catch(onError));
  sub.on('ready', () => void feed.mend().catch(onError));

  const queue = createMarkQueue({
    stepLimit,
    onChanges: feed.own,
    send: (classId, args) => {
      const k = keys(classId);
      return asked(redis.markRegister(...state(k), k.feed, k.own, ...args));
    },
  });

  const changeRoster = async (classId: ClassId, studentId: StudentId, to: 'enrolled' | 'withdrawn') => {
    const k = keys(classId);
    return (await asked(redis.changeRoster(...state(k), k.feed, to, studentId, stepLimit))) === 1;
  };

  return {
    async open(opening: Opening) {
      const { roster, ...standing } = opening;
      const session = JSON.stringify(standing);
      const [opened, found, epoch] = await asked(
        redis.openRegister(
          ...state(keys(opening.classId)),
          opening.sessionId,
          session,
          opening.visibility,
          newEpoch(),
          replid,
          ...roster,
        ),
      );
      return {
        opened: opened === 1,
        session: { ...(JSON.parse(found) as Omit<LiveSession, 'epoch'>), epoch },
      };
    },
    mark: queue.mark,
    enrol: (classId, studentId) => changeRoster(classId, studentId, 'enrolled'),
    withdraw: (classId, studentId) => changeRoster(classId, studentId, 'withdrawn'),
    counts: async (classId) => countsNowFrom(await read(classId, 'counts')),
    async entry(classId, studentId): Promise<MarkedEntry | null> {
      const k = keys(classId);
      const [is, row, on] = await asked(
        redis.multi().hget(k.meta, 'state').hget(k.rows, studentId).sismember(k.roster, studentId).exec(),
      ).then((replies) => (replies ?? []).map(([, value]) => value as string | number | null));
      if (is !== 'live') throw new Fault('NO_ACTIVE_SESSION');
      return typeof row === 'string' && on === 1 ? (markedEntry(row)[0] ?? null) : null;
    },
    since,
    async live(classIds) {
      if (classIds.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const classId of classIds) pipeline.hmget(keys(classId).meta, 'state', 'session', 'epoch');
      const replies = (await asked(pipeline.exec())) ?? [];
      return replies.flatMap(([error, reply]) => {
        if (error) throw new Fault('REGISTER_UNAVAILABLE', { cause: error });
        const [is, session, epoch] = reply as [string | null, string | null, string | null];
        return is === 'live' && session && epoch
          ? [{ ...(JSON.parse(session) as Omit<LiveSession, 'epoch'>), epoch }]
          : [];
      });
    },
    async freeze(classId, sessionId: SessionId) {
      const reply = await read(classId, 'frozen', sessionId);
      const [, , , , , items = [], roster = [], keptOut = [], steps = []] = reply;
      const onRoster = new Set(roster);
      const current = pairs(items).map(([, row]) => rowEntry(row));
      const histories = historiesFrom({ steps, keptOut, current }, historyLimit);
      const rows = current.map((entry) => ({
        entry,
        history: histories.get(entry.studentId) ?? [],
        withdrawn: !onRoster.has(entry.studentId),
      }));
      return { ...countsNowFrom(reply), roster: roster.sort() as StudentId[], rows };
    },
    async drop(classId, sessionId) {
      await asked(redis.dropRegister(...state(keys(classId)), sessionId));
    },
    follow: (classId, listener) => asked(feed.follow(classId, listener)),
    async health() {
      try {
        const info = await redis.info('persistence');
        const durable = /aof_enabled:1/.test(info) && !/aof_last_write_status:err/.test(info);
        return {
          kind: 'redis',
          ok: true,
          durable,
          ...(durable ? {} : { note: 'turn the append-only file on' }),
        };
      } catch (error) {
        return {
          kind: 'redis',
          ok: false,
          durable: false,
          note: error instanceof Error ? error.message : 'no answer',
        };
      }
    },
    async close() {
      redis.removeAllListeners('ready');
      sub.removeAllListeners('ready');
      await Promise.allSettled([redis.quit(), sub.quit()]);
    },
  };
};
