import type { Server, Socket } from 'socket.io';
import type { StudentId, UserId } from '../../shared/ids.ts';
import {
  counts,
  type DataOf,
  type Event,
  isRosterChange,
  marked,
  markedOwn,
  resync,
} from '../../shared/protocol/index.ts';
import { type Destination, destination, type Publish, room, type Scope } from '../domain/audience.ts';
import type { Heard, Listener } from '../domain/heard.ts';
import { ownEntry } from '../domain/views.ts';
import type { Conflate } from '../kit/conflate.ts';
import { together } from './gather.ts';
import type { Seats } from './seats.ts';

/** The name under which one instance passes an event on to the others. */
export const PASS_ON = 'rollcall:tell';

type Deps = {
  readonly io: Server;
  readonly seats: Seats;
  /** Whether there may be other instances to pass things on to. */
  readonly others: boolean;
  /** Holds back all but the latest counts of a class. */
  readonly conflate: Conflate;
  readonly onDelivered: (name: string, receivers: number) => void;
};

/** Says things to the people of a class: on this instance at once, on the others through the adapter. */
export const createTell = ({ io, seats, others, conflate, onDelivered }: Deps) => {
  const { adapter } = io.of('/');

  const { sockets } = io.of('/');

  /** Tells those who sit at this instance. */
  const tellHere = (name: string, to: Destination, data: unknown) => {
    let receivers = 0;
    for (const target of to.rooms) {
      const members = adapter.rooms.get(target);
      if (members === undefined) continue;
      receivers += members.size;
      // A broadcast prepares the frame once for all; for the usual one teacher that is a detour.
      if (members.size > 2) io.local.to(target).emit(name, data);
      else for (const socketId of members) sockets.get(socketId)?.emit(name, data);
    }
    if (receivers > 0) onDelivered(name, receivers);
  };

  const tellSubject = (name: string, scope: Scope, studentId: StudentId, synced: boolean, data: unknown) => {
    const userId = studentId as string as UserId;
    for (const { socket, classes } of seats.of(userId)) {
      if (classes.get(scope.classId) !== 'students') continue;
      if (synced && !socket.rooms.has(room.synced(scope.classId))) continue;
      socket.emit(name, data);
      onDelivered(name, 1);
    }
  };

  const here = <E extends Event>(event: E, scope: Scope, data: DataOf<E>) => {
    const to = destination(event.audience, scope);
    tellHere(event.name, to, data);
    if (to.subject) tellSubject(event.name, scope, to.subject.studentId, to.subject.synced, data);
  };

  const publish: Publish = (event, scope, data) => {
    here(event, scope, data);
    if (others) io.serverSideEmit(PASS_ON, event.name, event.audience, scope, data);
  };

  io.on(PASS_ON, (name: string, audience: Event['audience'], scope: Scope, data: unknown) => {
    const to = destination(audience, scope);
    tellHere(name, to, data);
    if (to.subject) tellSubject(name, scope, to.subject.studentId, to.subject.synced, data);
  });

  const membersOf = (rooms: readonly string[]): Socket[] =>
    rooms.flatMap((name) =>
      [...(adapter.rooms.get(name) ?? [])].flatMap((socketId) => sockets.get(socketId) ?? []),
    );

  const tellChanges = ({ classId, sessionId, epoch, visibility, changes }: Heard) => {
    for (const change of changes) {
      if (isRosterChange(change)) continue;
      const scope = { classId, visibility, studentId: change.studentId };
      here(marked, scope, { ...change, classId, sessionId, epoch });
      here(markedOwn, scope, { ...ownEntry(change), classId, sessionId, epoch });
    }
  };

  /** Tells what the register's log says. Every instance that holds people of the class hears it there by itself. */
  const listener: Listener = {
    heard(batch) {
      const { classId, sessionId, epoch, visibility, version, changes } = batch;
      if (changes.length > 1) {
        const rooms =
          visibility === 'open' ? [room.staff(classId), room.students(classId)] : [room.staff(classId)];
        together(membersOf(rooms), () => tellChanges(batch));
      } else tellChanges(batch);
      if (adapter.rooms.has(room.synced(classId)))
        conflate(classId, () =>
          here(counts, { classId }, { ...batch.counts, classId, sessionId, epoch, version }),
        );
    },
    lost: (classId) => here(resync, { classId }, { classId }),
  };

  return { publish, listener };
};
