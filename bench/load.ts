import { io, type Socket } from 'socket.io-client';

/** One class as the load generator needs it: where, who, and whether its listeners send SYNC. */
export type ClassUnderLoad = {
  readonly url: string;
  readonly classId: string;
  readonly studentIds: readonly string[];
  /** `auth` of the teacher and of each listening student. */
  readonly teacher: Record<string, string>;
  readonly listeners: readonly Record<string, string>[];
  readonly sync: boolean;
  /** What a mark holds besides `studentId` and `status`. */
  readonly extra: Record<string, string>;
};

export type Answer = { success: boolean; error?: string; data?: Record<string, unknown> };

const connect = (url: string, auth: Record<string, string>): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', reject);
  });

/** Sends and waits for the answer. */
export const ask = (socket: Socket, name: string, data: unknown): Promise<Answer> =>
  new Promise((resolve) => socket.emit(name, data, resolve));

/** Connects many sockets, some at a time. */
export const connectAll = async (
  url: string,
  auths: readonly Record<string, string>[],
): Promise<Socket[]> => {
  const sockets: Socket[] = [];
  for (let i = 0; i < auths.length; i += 50)
    sockets.push(...(await Promise.all(auths.slice(i, i + 50).map((auth) => connect(url, auth)))));
  return sockets;
};

/** Connects a class: the teacher and the listeners, who SYNC where the server knows that. */
export const openClass = async ({ url, classId, teacher, listeners, sync }: ClassUnderLoad) => {
  const [at, ...rest] = await connectAll(url, [teacher, ...listeners]);
  if (!at) throw new Error('no teacher');
  if (sync)
    for (const socket of [at, ...rest]) {
      const answer = await ask(socket, 'SYNC', { classId });
      if (!answer.success) throw new Error(`SYNC: ${answer.error}`);
    }
  return {
    teacher: at,
    listeners: rest,
    close() {
      for (const socket of [at, ...rest]) socket.disconnect();
    },
  };
};

const STATUSES = ['present', 'absent', 'late'];
let operations = 0;
const markOf = ({ studentIds, extra }: ClassUnderLoad, i: number) => ({
  studentId: studentIds[i % studentIds.length],
  status: STATUSES[i % STATUSES.length],
  ...extra,
  ...('classId' in extra ? { opId: `bench-${process.pid}-${operations++}` } : {}),
});

/** Acknowledged marks per second with `inFlight` unanswered at any time, and how many events the class heard. */
export const throughput = async (load: ClassUnderLoad, seconds: number, inFlight: number) => {
  const room = await openClass(load);
  let heard = 0;
  for (const socket of [room.teacher, ...room.listeners]) socket.onAny(() => heard++);
  let marks = 0;
  let acknowledged = 0;
  const from = performance.now();
  const until = from + seconds * 1000;
  const lane = async () => {
    while (performance.now() < until) {
      const answer = await ask(room.teacher, 'ATTENDANCE_MARKED', markOf(load, marks++));
      if (!answer.success) throw new Error(`mark refused: ${answer.error}`);
      acknowledged++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const took = (performance.now() - from) / 1000;
  room.close();
  return { marksPerSecond: acknowledged / took, heardPerSecond: heard / took };
};

/** Time from a mark's sending to its hearing, per listener, in ms, at a fixed number of marks per second. */
export const latency = async (load: ClassUnderLoad, seconds: number, perSecond: number) => {
  const room = await openClass(load);
  const sent = new Map<string, number>();
  const samples: number[] = [];
  for (const socket of room.listeners)
    socket.on('ATTENDANCE_MARKED', ({ studentId }: { studentId: string }) =>
      samples.push(performance.now() - (sent.get(studentId) ?? Number.NaN)),
    );
  const total = seconds * perSecond;
  const from = performance.now();
  let marks = 0;
  await new Promise<void>((resolve) => {
    const pump = setInterval(() => {
      const due = Math.min(total, ((performance.now() - from) / 1000) * perSecond);
      while (marks < due) {
        const mark = markOf(load, marks++);
        sent.set(mark.studentId ?? '', performance.now());
        room.teacher.emit('ATTENDANCE_MARKED', mark, () => {});
      }
      if (marks >= total) {
        clearInterval(pump);
        resolve();
      }
    }, 1);
  });
  await ask(room.teacher, 'ATTENDANCE_MARKED', markOf(load, marks));
  room.close();
  samples.sort((a, b) => a - b);
  const at = (q: number) =>
    samples[Math.min(samples.length - 1, Math.floor(samples.length * q))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), samples: samples.length };
};
