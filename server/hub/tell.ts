import type { Server, Socket } from 'socket.io';
import type { ClassId, StudentId, UserId } from '../../shared/ids.ts';
import {
  type Audience,
  counts,
  type Entry,
  isRosterChange,
  marked,
  markedOwn,
  resync,
} from '../../shared/protocol/index.ts';
import { type Publish, type Reach, reachOf, room, type Scope } from '../domain/audience.ts';
import type { Heard, Listener } from '../domain/heard.ts';
import { ownEntry } from '../domain/views.ts';
import type { Conflate } from '../kit/conflate.ts';
import type { Say } from './say.ts';
import type { Seats } from './seats.ts';

/** The name under which one instance passes an event on to the others. */
export const PASS_ON = 'rollcall:tell';

type Deps = {
  readonly io: Server;
  readonly say: Say;
  readonly seats: Seats;
  /** Whether there may be other instances to pass things on to. */
  readonly others: boolean;
  /** Holds back all but the latest counts of a class. */
  readonly conflate: Conflate;
  readonly onDelivered: (name: string, receivers: number) => void;
};

const textOf = (name: string, data: unknown) => `["${name}",${JSON.stringify(data)}]`;

/** Says things to the people of a class: on this instance at once, on the others through the adapter. */
export const createTell = ({ io, say, seats, others, conflate, onDelivered }: Deps) => {
  const { adapter, sockets } = io.of('/');

  const membersOf = (name: string): Socket[] => {
    const members: Socket[] = [];
    for (const socketId of adapter.rooms.get(name) ?? []) {
      const socket = sockets.get(socketId);
      if (socket) members.push(socket);
    }
    return members;
  };

  /** The student's own connections in a class. */
  const subjectsOf = (classId: ClassId, studentId: StudentId, which: Reach['subject']): Socket[] => {
    const subjects: Socket[] = [];
    for (const { socket, classes } of seats.of(studentId as string as UserId)) {
      if (classes.get(classId) !== 'students') continue;
      if (which === 'synced' && !socket.rooms.has(room.synced(classId))) continue;
      subjects.push(socket);
    }
    return subjects;
  };

  const sayTo = (members: readonly Socket[], name: string, texts: readonly string[]) => {
    if (members.length === 0 || texts.length === 0) return;
    say(members, texts);
    onDelivered(name, members.length * texts.length);
  };

  /** Tells those who sit at this instance. */
  const here = (name: string, audience: readonly Audience[], scope: Scope, data: unknown) => {
    const { classId, studentId } = scope;
    const { rooms, subject } = reachOf(audience, scope);
    if (subject && studentId === undefined) throw new Error('this audience needs a student');
    const texts = [textOf(name, data)];
    for (const target of rooms) sayTo(membersOf(target), name, texts);
    if (subject && studentId) sayTo(subjectsOf(classId, studentId, subject), name, texts);
  };

  const publish: Publish = (event, scope, data) => {
    here(event.name, event.audience, scope, data);
    if (others) io.serverSideEmit(PASS_ON, event.name, event.audience, scope, data);
  };

  io.on(PASS_ON, here);

  /** Tells every mark of a batch to its audience: what the same people hear is said to them in one go. */
  const tellMarks = (
    { name, audience }: typeof marked | typeof markedOwn,
    { classId, sessionId, epoch, visibility, changes }: Heard,
    shape: (entry: Entry) => object,
  ) => {
    const { rooms, subject } = reachOf(audience, { classId, visibility });
    const members = rooms.map(membersOf).filter((sockets) => sockets.length > 0);
    if (members.length === 0 && !subject) return;
    // Said of every mark: put behind each by hand, which takes a fraction of the time of making another object.
    const rest = `,${JSON.stringify({ classId, sessionId, epoch }).slice(1)}`;
    const texts: string[] = [];
    for (const change of changes) {
      if (isRosterChange(change)) continue;
      const subjects = subject ? subjectsOf(classId, change.studentId, subject) : [];
      if (members.length === 0 && subjects.length === 0) continue;
      const text = `["${name}",${JSON.stringify(shape(change)).slice(0, -1)}${rest}]`;
      texts.push(text);
      sayTo(subjects, name, [text]);
    }
    for (const sockets of members) sayTo(sockets, name, texts);
  };

  /** Tells what the register's log says. Every instance that holds people of the class hears it there by itself. */
  const listener: Listener = {
    heard(batch) {
      const { classId, sessionId, epoch, version } = batch;
      tellMarks(marked, batch, (entry) => entry);
      tellMarks(markedOwn, batch, ownEntry);
      if (adapter.rooms.has(room.synced(classId)))
        conflate(classId, () =>
          here(
            counts.name,
            counts.audience,
            { classId },
            { ...batch.counts, classId, sessionId, epoch, version },
          ),
        );
    },
    lost: (classId) => here(resync.name, resync.audience, { classId }, { classId }),
  };

  return { publish, listener };
};
