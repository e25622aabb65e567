import { expect } from 'chai';
import type { Connection } from 'mongoose';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { createClasses } from '../../server/data/classes.ts';
import { createRecords } from '../../server/data/records.ts';
import { createSessions } from '../../server/data/sessions.ts';
import type { FrozenRow } from '../../server/live/register.ts';
import {
  type Client,
  createClient,
  plainTransport,
  socketIoTransport,
  type Transport,
} from '../../shared/client/index.ts';
import { Fault } from '../../shared/faults.ts';
import type { SessionId, UserId } from '../../shared/ids.ts';
import type { Done, Entry } from '../../shared/protocol/index.ts';
import { type Counts, STATUSES, type Status } from '../../shared/status.ts';
import { createSchool } from './school.ts';

/** A register keeps 50 earlier lines of a student; with fewer marks than that, every one of them can be looked for. */
const MOST_PER_STUDENT = 45;
/** How many marks each teacher has under way. */
const AT_ONCE = 6;

/** One mark that a teacher made; its `reason` is its name, for it is kept with the row and with the row's history. */
export type Said = {
  readonly reason: string;
  readonly studentId: string;
  readonly status: Status;
  readonly by: string;
  fate: 'asked' | 'acknowledged' | 'refused';
  /** Where it was acknowledged: the register's version then. */
  version: number;
};

type Options = {
  readonly url: string;
  /** Where the second teacher connects, if not there as well. */
  readonly otherUrl?: string;
  /** The database, to put the class into. */
  readonly connection: Connection;
  /** Draws who is marked as what, and the clients' pauses. */
  readonly random: () => number;
  readonly size?: number;
};

/** The faults that say that the session is over: a mark that gets one was not taken, or was taken before it was asked again. */
const isOver = (error: unknown) =>
  error instanceof Fault && (error.code === 'NO_ACTIVE_SESSION' || error.code === 'SESSION_CHANGED');

/** Compares what is held of one student with what was said of them. */
const compareRow = (
  row: { [K in keyof Entry]: Entry[K] | undefined } & Pick<FrozenRow, 'history'>,
  said: readonly Said[],
): void => {
  const { studentId, version = 0, status, reason, history, by, source } = row;
  const mine = said.filter((mark) => mark.studentId === studentId);
  const held = [...history, row].flatMap((line) => line.reason ?? []);
  expect(new Set(held).size, `a mark twice: ${held}`).to.equal(held.length);
  const names = new Set(mine.map((mark) => mark.reason));
  for (const name of held) expect(names.has(name), `nobody said ${name} of ${studentId}`).to.equal(true);
  const acknowledged = mine.filter(({ fate }) => fate === 'acknowledged');
  for (const mark of acknowledged)
    expect(held, `lost of ${studentId}, version ${mark.version}`).to.include(mark.reason);
  const standing = mine.find((mark) => mark.reason === reason);
  if (standing)
    expect({ status, by, source }).to.deep.equal({
      status: standing.status,
      by: standing.by,
      source: 'teacher',
    });
  else expect({ status, source }).to.deep.equal({ status: 'absent', source: 'system' });
  if (acknowledged.length === 0) return;
  const last = acknowledged.reduce((best, mark) => (mark.version > best.version ? mark : best));
  // Only a mark whose answer was never heard can have come after the last one that was acknowledged.
  if (standing?.fate === 'acknowledged')
    expect({ reason, version }).to.deep.equal({ reason: last.reason, version: last.version });
  else expect(version).to.be.greaterThan(last.version);
};

const NOBODY = { present: 0, absent: 0, late: 0, partial: 0, excused: 0, unmarked: 0 };

/** A class whose two teachers, one on each wire, mark as fast as they are answered, and who keep account of it. */
export const openBusyClass = async ({ url, otherUrl = url, connection, random, size = 16 }: Options) => {
  const school = createSchool(connection);
  const { id: classId, teacher, students } = await school.class(size, 'private');
  const coTeacher = await school.person('teacher');
  await createClasses(connection).addCoTeacher(classId, coTeacher.id as UserId);
  const clientOf = (token: string, transport: Transport): Client =>
    createClient({
      transport,
      token,
      timeoutMs: 4_000,
      // Pauses drawn from the short end, for the rounds are many.
      random: () => random() * 0.3,
    });
  const staff = [
    { by: teacher.id, client: clientOf(teacher.token, socketIoTransport({ io, url })) },
    { by: coTeacher.id, client: clientOf(coTeacher.token, plainTransport({ WebSocket, url: otherUrl })) },
  ] as const;
  const [{ client: first }, { client: second }] = staff;

  const said: Said[] = [];
  const perStudent = new Map<string, number>();
  const waiting = new Set<() => void>();
  let sessionId: string | undefined;
  let stopped = false;
  let marking: Promise<unknown> = Promise.resolve();

  const acknowledged = () => said.filter(({ fate }) => fate === 'acknowledged').length;
  const next = (by: string): Said | undefined => {
    const free = students.filter(({ id }) => (perStudent.get(id) ?? 0) < MOST_PER_STUDENT);
    const studentId = free[Math.floor(random() * free.length)]?.id;
    if (studentId === undefined) return undefined;
    perStudent.set(studentId, (perStudent.get(studentId) ?? 0) + 1);
    const status = STATUSES[Math.floor(random() * STATUSES.length)] ?? 'late';
    const mark: Said = { reason: `mark ${said.length}`, studentId, status, by, fate: 'asked', version: 0 };
    said.push(mark);
    return mark;
  };
  const work = async (client: Client, by: string): Promise<void> => {
    for (let mark = next(by); mark !== undefined && !stopped; mark = next(by)) {
      const { studentId, status, reason } = mark;
      try {
        mark.version = (await client.mark({ classId, studentId, status, reason })).version;
        mark.fate = 'acknowledged';
      } catch (error) {
        mark.fate = 'refused';
        // Whatever else goes wrong is to be tried again by the client: a mark must not be given up for it.
        if (!isOver(error)) throw error;
        return;
      } finally {
        for (const look of [...waiting]) look();
      }
    }
  };

  return {
    classId,
    /** The token of its first teacher. */
    token: teacher.token,
    staff,
    acknowledged,
    get sessionId() {
      return sessionId;
    },

    /** Connects and starts the session; asks again where the answer did not come, and takes the one that runs then. */
    async start(options: { minutes?: number } = {}): Promise<void> {
      await Promise.all(staff.map(({ client }) => client.connect()));
      while (sessionId === undefined) {
        try {
          sessionId = (await first.call('SESSION_START', { classId, ...options })).id;
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          if (error.code === 'SESSION_EXISTS') sessionId = error.details?.[0]?.message;
          else if (error.kind.retry) await first.connect();
          else throw error;
        }
      }
    },
    /** Begins to mark; goes on until a mark is refused because the session is over. */
    mark(): void {
      const workers = staff.flatMap(({ client, by }) =>
        Array.from({ length: AT_ONCE }, () => work(client, by)),
      );
      marking = Promise.all(workers);
      marking.catch(() => {}); // `marked` and `ended` tell
    },
    /** Resolves when so many marks are acknowledged; rejects when marking went wrong. */
    async marked(n: number): Promise<void> {
      const reached = new Promise<void>((resolve) => {
        const look = () => {
          if (acknowledged() < n) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
      await Promise.race([
        reached,
        marking.then(() => {
          if (acknowledged() < n) throw new Error(`marking ended after ${acknowledged()} of ${n} marks`);
        }),
      ]);
    },
    /** Stops marking, and resolves when both teachers see the same: for each student what was acknowledged last. */
    async agree(): Promise<void> {
      stopped = true;
      await marking;
      const rows: Record<string, string> = {};
      const inOrder = said.toSorted((a, b) => a.version - b.version);
      for (const { studentId, reason } of inOrder) rows[studentId] = reason;
      for (const { client } of staff) {
        const version = inOrder.at(-1)?.version ?? 0;
        const view = await client.watch(classId).until((now) => now.version >= version, 20_000);
        expect(view.version, 'no version was given twice, none was left out').to.equal(version);
        const seen = [...view.entries].map(([id, entry]) => [
          id,
          'reason' in entry ? entry.reason : undefined,
        ]);
        expect(Object.fromEntries(seen)).to.deep.equal(rows);
      }
    },
    /** DONE by both teachers at once, while they still mark (DN3, DN4); both get the same answer. */
    async finish(timeoutMs = 60_000): Promise<Done> {
      const asked = staff.map(({ client }) => client.done({ classId, timeoutMs }));
      const [one, other] = (await Promise.all(asked)) as [Done, Done];
      expect(one, 'the answers of two DONEs').to.deep.equal(other);
      return one;
    },
    /** Resolves when the last mark is answered. */
    async over(): Promise<void> {
      await marking;
    },
    /** Resolves when the second teacher hears that the session is over. */
    async heardClosed(): Promise<void> {
      await second.watch(classId).until(({ state }) => state === 'closed', 30_000);
    },
    /** A teacher comes back at another hub, and waits there for the session's end. */
    async hearsClosed(at: string): Promise<void> {
      const back = clientOf(teacher.token, plainTransport({ WebSocket, url: at }));
      try {
        await back.connect();
        await back.watch(classId).refresh();
        await back.next('SESSION_CLOSED', ({ id }) => id === sessionId, { timeoutMs: 30_000 });
      } finally {
        await back.close();
      }
    },

    /**
     * Compares what the database holds with what was acknowledged, mark by mark. Resolves with how many marks were
     * acknowledged; throws where one is lost, doubled, made up, or not where it belongs.
     */
    async compare(to: Connection): Promise<number> {
      const id = sessionId as SessionId;
      const session = await createSessions(to).read(id);
      const records = await createRecords(to).ofSession(id);
      expect(session?.state, 'state').to.equal('final');
      const roster = students.map((student) => student.id as string).sort();
      expect(records.map(({ studentId }) => studentId).sort(), 'one record each').to.deep.equal(roster);
      const counts: Counts = { ...NOBODY, enrolled: roster.length };
      for (const record of records) {
        counts[record.status] += 1;
        compareRow(record, said);
      }
      expect(session?.counts).to.deep.equal(counts);
      return acknowledged();
    },

    /** The same for a session that was cancelled: what was marked is kept with it. */
    async compareKept(to: Connection): Promise<number> {
      const id = sessionId as SessionId;
      expect((await createSessions(to).read(id))?.state, 'state').to.equal('cancelled');
      const rows = await createSessions(to).keptRows(id);
      expect(new Set(rows.map(({ entry }) => entry.studentId)).size, 'a row twice').to.equal(rows.length);
      for (const { entry, history } of rows) compareRow({ ...entry, history }, said);
      for (const { fate, studentId, reason } of said)
        if (fate === 'acknowledged')
          expect(
            rows.some(({ entry }) => entry.studentId === studentId),
            `lost: ${reason}`,
          ).to.equal(true);
      return acknowledged();
    },

    async close(): Promise<void> {
      stopped = true;
      await Promise.all(staff.map(({ client }) => client.close()));
      await marking.catch(() => {});
    },
  };
};
export type BusyClass = Awaited<ReturnType<typeof openBusyClass>>;
