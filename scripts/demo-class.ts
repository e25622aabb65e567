import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import {
  type ClassView,
  type Client,
  type MarkReply,
  plainTransport,
  socketIoTransport,
  type Transport,
} from '../shared/client/index.ts';
import { type Counts, STATUSES, type Status } from '../shared/status.ts';
import { breakable } from './breakable.ts';
import type { Person, School } from './school.ts';

/** What a class has been told and has heard so far. */
export type Figures = {
  made: number;
  acknowledged: number;
  /** Messages that somebody of the class heard from the server unasked. */
  heard: number;
  /** The latest times from a mark to its answer, and to another's hearing of it, ms. */
  answerMs: number[];
  hearMs: number[];
};

/** One class of the demonstration, with everybody in it connected. */
export type DemoClass = {
  readonly name: string;
  readonly teacher: Person;
  readonly students: readonly Person[];
  readonly figures: Figures;
  /** What the server has acknowledged of each student, in the order of the register's versions. */
  readonly acknowledged: Map<string, MarkReply['entry'][]>;
  counts(): Counts | undefined;
  waiting(): number;
  reconnects(): number;
  sessionId(): string;
  /** Waits until every client shows what was marked last, and to each their own only; tells what is not so. */
  agree(): Promise<string[]>;
  /** Marks until `until` (ms since 1970), then waits for every answer. */
  run(until: number): Promise<void>;
  /** Breaks the teacher's connection as a bad network does. */
  breakTeacher(): void;
  finish(): Promise<void>;
  close(): Promise<void>;
};

const LATEST = 400;
const remember = (list: number[], ms: number) => {
  list.push(ms);
  if (list.length > LATEST) list.shift();
};

/** Mostly present, as classes are. */
const someStatus = (): Status => {
  const luck = Math.random();
  if (luck < 0.7) return 'present';
  if (luck < 0.85) return 'late';
  return STATUSES[Math.floor(Math.random() * STATUSES.length)] ?? 'absent';
};

/** Signs up a class and connects everybody: every second one over Socket.IO, the others over the plain WebSocket. */
export const openClass = async ({
  school,
  url,
  name,
  size,
  withCoTeacher,
  ratePerSecond,
}: {
  school: School;
  url: string;
  name: string;
  size: number;
  withCoTeacher: boolean;
  ratePerSecond: number;
}): Promise<DemoClass> => {
  const wires = [socketIoTransport({ io, url }), plainTransport({ WebSocket, url })] as const;
  const teachers = await school.people(
    'teacher',
    withCoTeacher ? [`Teacher of ${name}`, `Co-teacher of ${name}`] : [`Teacher of ${name}`],
  );
  const [teacher, ...coTeachers] = teachers;
  if (!teacher) throw new Error('a class needs a teacher');
  const students = await school.people(
    'student',
    Array.from({ length: size }, (_, i) => `Student ${i + 1} of ${name}`),
  );
  const classId = await school.class({ className: name, teacher, coTeachers, students });

  const figures: Figures = { made: 0, acknowledged: 0, heard: 0, answerMs: [], hearMs: [] };
  const acknowledged: DemoClass['acknowledged'] = new Map();
  const problems: string[] = [];
  let cutTeacher = () => {};

  const connect = async (person: Person, wire: Transport): Promise<Client> => {
    const client = person.client(wire, {
      onRefused: ({ mark, fault }) => problems.push(`${name}: mark ${mark.opId} was refused: ${fault.code}`),
    });
    client.heardAny(() => {
      figures.heard += 1;
    });
    await client.connect();
    return client;
  };
  const staff: Client[] = [];
  for (const [i, person] of teachers.entries()) {
    const { transport, cut } = breakable(wires[i % 2 === 0 ? 1 : 0]);
    if (i === 0) cutTeacher = cut;
    staff.push(await connect(person, transport));
  }
  const [lead] = staff;
  if (!lead) throw new Error('a class needs a teacher');
  const session = await lead.call('SESSION_START', { classId, minutes: 60 });
  const listeners = await Promise.all(
    students.map((person, i) => connect(person, wires[i % 2 === 0 ? 0 : 1])),
  );
  const views = [...staff, ...listeners].map((client) => client.watch(classId));
  await Promise.all(views.map((view) => view.until(({ state }) => state === 'live', 30_000)));
  for (const client of listeners)
    client.heard('ATTENDANCE_MARKED', ({ at }) => remember(figures.hearMs, Date.now() - Date.parse(at)));

  const mark = async (by: Client, studentId: string): Promise<void> => {
    const started = performance.now();
    figures.made += 1;
    const { entry } = await by.mark({ classId, studentId, status: someStatus() });
    figures.acknowledged += 1;
    remember(figures.answerMs, performance.now() - started);
    const known = acknowledged.get(studentId) ?? [];
    known.push(entry);
    acknowledged.set(
      studentId,
      known.sort((a, b) => a.version - b.version),
    );
  };

  const lastOf = (id: string) => acknowledged.get(id)?.at(-1)?.status;
  const statusIn = (view: ClassView, id: string) => view.entries.get(id)?.status;
  /** Whose rows the i-th view shows: the staff's all, a student's their own. */
  const seen = (i: number) =>
    students.slice(...(i < staff.length ? [0] : [i - staff.length, i - staff.length + 1]));

  return {
    name,
    teacher,
    students,
    figures,
    acknowledged,
    sessionId: () => session.id,
    counts: () => views[0]?.counts,
    waiting: () => staff.reduce((sum, client) => sum + client.waiting, 0),
    reconnects: () => [...staff, ...listeners].reduce((sum, client) => sum + client.reconnects, 0),
    breakTeacher: () => cutTeacher(),
    async agree() {
      const shows = (i: number, view: ClassView) =>
        seen(i).every(({ id }) => statusIn(view, id) === lastOf(id));
      await Promise.allSettled(views.map((view, i) => view.until(() => shows(i, view), 5_000)));
      const wrong = views.flatMap((view, i) => {
        const who = students[i - staff.length]?.name ?? `teacher ${i + 1} of ${name}`;
        const mine = seen(i).map(({ id }) => id);
        const others = [...view.entries.keys()].filter((id) => !mine.includes(id));
        return [
          ...others.map((id) => `${who} sees the row of ${id}`),
          ...mine
            .filter((id) => statusIn(view, id) !== lastOf(id))
            .map((id) => `${who} sees ${id} as ${statusIn(view, id)}, marked was ${lastOf(id)}`),
        ];
      });
      return [...problems, ...wrong];
    },
    async run(until) {
      const pending: Promise<void>[] = [];
      // A few stay unmarked: DONE makes them absent.
      const expected = students.filter(() => Math.random() < 0.94);
      let next = 0;
      while (Date.now() < until && expected.length > 0) {
        const correcting = next >= expected.length || (next > 0 && Math.random() < 0.15);
        const student =
          expected[correcting ? Math.floor(Math.random() * Math.min(next, expected.length)) : next++];
        const by = staff[Math.floor(Math.random() * staff.length)] ?? lead;
        if (student) pending.push(mark(by, student.id));
        await pause((Math.random() * 2_000) / ratePerSecond);
      }
      await Promise.all(pending);
    },
    async finish() {
      await lead.done({ classId });
      await Promise.all(views.map((view) => view.until(({ state }) => state === 'closed')));
    },
    async close() {
      await Promise.all([...staff, ...listeners].map((client) => client.close()));
    },
  };
};
