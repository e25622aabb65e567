import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { io as socketIo } from 'socket.io-client';
import WebSocket from 'ws';
import { build } from '../../server/build.ts';
import { readConfig } from '../../server/config.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import type { Checkpoint } from '../../server/kit/checkpoint.ts';
import type { Clock } from '../../server/kit/clock.ts';
import { createLog } from '../../server/kit/log.ts';
import { freshDatabase } from './engine.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { createSchool, SECRET } from './school.ts';

export type Wire = 'socketio' | 'plain';
export type Mode = 'redis' | 'embedded';
export const WIRES: readonly Wire[] = ['socketio', 'plain'];
export const MODES: readonly Mode[] = ['redis', 'embedded'];

let redis: Promise<TestRedis> | undefined;
/** One redis-server for all tests of this process that do not kill it. */
export const sharedRedis = (): Promise<TestRedis> => {
  redis ??= startRedis({ appendonly: true, appendfsync: 'everysec' });
  return redis;
};
export const stopSharedRedis = async (): Promise<void> => {
  const running = await redis;
  redis = undefined;
  await running?.stop();
};

/** A whole hub in this process: the product's own composition on a free port, on a database of its own unless one is given. */
export const startHub = async ({
  mode,
  mongoUrl,
  env = {},
  clock,
  checkpoint,
  port = 0,
}: {
  mode: Mode;
  mongoUrl?: string;
  env?: Record<string, string>;
  /** The hub's time, where a test moves it. */
  clock?: Clock;
  /** Told between the steps; what it returns is waited for, so that a test can hold one. */
  checkpoint?: Checkpoint;
  port?: number;
}) => {
  const database = mongoUrl ?? (await freshDatabase('hub'));
  const read = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    JWT_SECRET: SECRET,
    MONGO_URL: database,
    ...(mode === 'redis' ? { REDIS_URL: (await sharedRedis()).url } : {}),
    ...env,
  });
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const lines: string[] = [];
  const built = await build(read.config, {
    log: createLog('debug', { write: (line) => void lines.push(line) }),
    ...(clock && { clock }),
    ...(checkpoint && { checkpoint }),
  });
  built.http.listen(port, '127.0.0.1');
  await once(built.http, 'listening');
  const connection = await connectMongo(database);
  const url = `http://127.0.0.1:${(built.http.address() as AddressInfo).port}`;
  return {
    url,
    mongoUrl: database,
    /** What it has logged, one JSON text per line. */
    lines,
    /** The database behind it, to look into. */
    connection,
    school: createSchool(connection),
    async stop(options: Parameters<typeof built.close>[0] = {}) {
      await built.close({ drainMs: 0, ...options });
      await connection.close();
    },
  };
};
export type TestHub = Awaited<ReturnType<typeof startHub>>;

export type Heard = { event: string; data: Record<string, unknown> };
export type Answer = {
  success: boolean;
  data?: Record<string, unknown>;
  error?: string;
  code?: string;
  details?: unknown[];
};

/** A client of either wire that adds nothing to what the server says: for tests of the wire itself. */
export type Raw = {
  /** Everything that was heard, in order; answers to `ask` are not among it. */
  readonly heard: Heard[];
  /** Sends and waits for the acknowledgement. */
  ask(event: string, data?: unknown): Promise<Answer>;
  /** Sends without asking for an acknowledgement. */
  tell(event: string, data?: unknown): void;
  /** The first event, heard already or still to come, that fits. Fails after a while that no answer takes. */
  next(event: string, fits?: (data: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** Resolves with the close code (plain wire) or the reason (Socket.IO) once the connection has ended. */
  readonly closed: Promise<number | string>;
  close(): void;
  /** The plain socket beneath, for frames that are no messages. */
  readonly ws: WebSocket | undefined;
};

/** Not how long an answer may take, but when to stop waiting for one that will not come: below the time of a test. */
const LATE_MS = 20_000;

/** Connects on a wire. Rejects with what the server says when it lets nobody in. */
export const connectRaw = async (
  wire: Wire,
  url: string,
  credentials: { token?: string; ticket?: string; deviceKey?: string },
): Promise<Raw> => {
  const heard: Heard[] = [];
  const waiting = new Set<(news: Heard) => void>();
  const hear = (event: string, data: unknown) => {
    const news = { event, data: (data ?? {}) as Record<string, unknown> };
    heard.push(news);
    for (const look of [...waiting]) look(news);
  };
  const next: Raw['next'] = (event, fits = () => true) => {
    const found = heard.find((news) => news.event === event && fits(news.data));
    if (found) return Promise.resolve(found.data);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(look);
        reject(
          new Error(`no ${event} within ${LATE_MS} ms; heard ${heard.map((news) => news.event).join(', ')}`),
        );
      }, LATE_MS);
      const look = (news: Heard) => {
        if (news.event !== event || !fits(news.data)) return;
        clearTimeout(late);
        waiting.delete(look);
        resolve(news.data);
      };
      waiting.add(look);
    });
  };

  if (wire === 'socketio') {
    const socket = socketIo(url, {
      auth: credentials,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    socket.onAny((event: string, data: unknown) => hear(event, data));
    const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error) => {
        socket.disconnect();
        reject(error);
      });
    });
    return {
      heard,
      next,
      ask: (event, data) => socket.timeout(LATE_MS).emitWithAck(event, data ?? {}) as Promise<Answer>,
      tell: (event, data) => void (data === undefined ? socket.emit(event) : socket.emit(event, data)),
      closed,
      close: () => void socket.disconnect(),
      ws: undefined,
    };
  }

  const [[name, value] = ['token', '']] = Object.entries(credentials);
  const at = `${url.replace('http', 'ws')}/ws`;
  const ws =
    name === 'deviceKey'
      ? new WebSocket(at, { headers: { 'X-Device-Key': value } })
      : new WebSocket(`${at}?${name}=${value}`);
  const answers = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  ws.on('message', (text) => {
    const { event, data, id } = JSON.parse(String(text)) as Heard & { id?: number };
    const answered = id === undefined ? undefined : answers.get(id);
    if (event !== 'ACK' || id === undefined || !answered) return hear(event, data);
    answers.delete(id);
    answered(data as unknown as Answer);
  });
  const closed = new Promise<number>((resolve) => ws.once('close', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  return {
    heard,
    next,
    ask: (event, data) =>
      new Promise((resolve, reject) => {
        const id = ++asked;
        const late = setTimeout(() => reject(new Error(`no answer to ${event}`)), LATE_MS).unref();
        answers.set(id, (answer) => {
          clearTimeout(late);
          resolve(answer);
        });
        ws.send(JSON.stringify({ event, data: data ?? {}, id }));
      }),
    tell: (event, data) => ws.send(JSON.stringify(data === undefined ? { event } : { event, data })),
    closed,
    close: () => ws.close(),
    ws,
  };
};

/** REST with a token; the parsed envelope and the status. */
export const call = async (
  url: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
): Promise<{ status: number } & Answer> => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as Answer) };
};
