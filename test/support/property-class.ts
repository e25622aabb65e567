import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { breakable } from '../../scripts/breakable.ts';
import { createClasses } from '../../server/data/classes.ts';
import {
  type ClassView,
  createClient,
  plainTransport,
  socketIoTransport,
} from '../../shared/client/index.ts';
import { type StudentId, studentIdOf, type UserId } from '../../shared/ids.ts';
import { connectRaw, type Raw, type TestHub, WIRES, type Wire } from './hub.ts';

export type Person = Awaited<ReturnType<TestHub['school']['person']>>;
/** A student, as the school knows people, by the id that a roster has. */
type Student = Person & { readonly studentId: StudentId };

/** The people of every run; each run puts them into a class of its own. */
export const createPeople = async ({ school }: TestHub) => {
  const teachers = [await school.person('teacher'), await school.person('teacher')] as const;
  const students: Student[] = [];
  for (let n = 0; n < 6; n++) {
    const person = await school.person('student');
    students.push({ ...person, studentId: studentIdOf(person.id) });
  }
  return { teachers, students };
};
export type People = Awaited<ReturnType<typeof createPeople>>;

/** How many of the students are on the roster when the class begins. */
export const ENROLLED = 4;

/** One user of the typed client whose connection can be cut, looking at a class. */
const typedUser = async (hub: TestHub, wire: Wire, { token }: Person, classId: string) => {
  const { url } = hub;
  const { transport, cut } = breakable(
    wire === 'plain' ? plainTransport({ WebSocket, url }) : socketIoTransport({ io, url }),
  );
  const client = createClient({ transport, token, random: () => Math.random() * 0.05 });
  await client.connect();
  const view: ClassView = client.watch(classId);
  return { client, view, cut };
};
export type TypedUser = Awaited<ReturnType<typeof typedUser>>;

/** One user without the typed client, who comes back after a break, and says everything again as it was. */
const rawUser = async (hub: TestHub, wire: Wire, { id, token }: Person, classId: string) => {
  let raw: Promise<Raw> = connectRaw(wire, hub.url, { token });
  await raw;
  return {
    by: id,
    /** Rejects when the connection ends before the answer. */
    async ask(event: string, data: object) {
      const { ask, closed } = await raw;
      const cutOff = closed.then((why) => Promise.reject(new Error(`cut off: ${why}`)));
      return await Promise.race([ask(event, { classId, ...data }), cutOff]);
    },
    /** Breaks the connection and makes another. */
    async cut(): Promise<void> {
      const old = await raw;
      raw = connectRaw(wire, hub.url, { token });
      old.close();
      await raw;
    },
    close: async () => (await raw).close(),
  };
};
export type RawUser = Awaited<ReturnType<typeof rawUser>>;

/** A live class with two teachers who use the typed client and their own sockets beside it, a student, and listeners. */
export const openPropertyClass = async (hub: TestHub, { teachers, students }: People) => {
  const [owner, coTeacher] = teachers;
  const [watching] = students as [Student];
  const classes = createClasses(hub.connection);
  const { id: classId } = await classes.create({
    className: 'Any',
    visibility: 'private',
    teacherId: owner.id as UserId,
    createdAt: new Date(),
  });
  await classes.addCoTeacher(classId, coTeacher.id as UserId);
  for (const { studentId } of students.slice(0, ENROLLED)) await classes.addStudent(classId, studentId);

  const [one, other] = WIRES as readonly [Wire, Wire];
  const typed = await Promise.all([
    typedUser(hub, one, owner, classId),
    typedUser(hub, other, coTeacher, classId),
    typedUser(hub, other, watching, classId),
  ]);
  const raws = await Promise.all([
    rawUser(hub, other, owner, classId),
    rawUser(hub, one, coTeacher, classId),
  ]);
  // They say nothing and are never cut: what they hear must be everything, once, in order.
  const listeners = await Promise.all(
    WIRES.map((wire) => connectRaw(wire, hub.url, { token: coTeacher.token })),
  );
  const session = await typed[0].client.call('SESSION_START', { classId });
  return {
    classId,
    sessionId: session.id,
    owner,
    students,
    teachers: typed.slice(0, 2) as [TypedUser, TypedUser],
    student: typed[2],
    raws,
    listeners,
    async close(): Promise<void> {
      await Promise.all(typed.map(({ client }) => client.close()));
      await Promise.all(raws.map((raw) => raw.close()));
      for (const listener of listeners) listener.close();
    },
  };
};
export type PropertyClass = Awaited<ReturnType<typeof openPropertyClass>>;
