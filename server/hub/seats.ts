import type { Socket } from 'socket.io';
import type { ClassId, UserId } from '../../shared/ids.ts';
import { room } from '../domain/audience.ts';
import type { Belonging, Memberships, Who } from '../domain/who.ts';
import type { Buckets } from './limits.ts';
import type { Caller } from './on.ts';
import type { Turns } from './turns.ts';

/** One connection: who sits there, and which classes it reaches. */
export type Seat = {
  who: Who;
  readonly socket: Socket;
  /** The only class that the connection is for, where it was opened for one (WS10). */
  readonly only: ClassId | undefined;
  readonly classes: Map<ClassId, Belonging>;
  buckets: Buckets | undefined;
  /** The order of what it says; made when it first does. */
  turns: Turns | undefined;
  /** What handlers see of it; made when it first says something. */
  caller: Caller | undefined;
  /** False until the rooms are joined. */
  seated: boolean;
  /** How often it was said that its user came or went: memberships that were read before the last time are old. */
  news: number;
  /** The classes that it was taken off while the connection was being made: it must not get into their rooms. */
  barred: ClassId[] | undefined;
  /** The classes that are followed on its behalf. */
  readonly held: ClassId[];
  /** The log-in ended while the connection was being made. */
  ended: boolean;
};

/** Keeps one copy of each class's room names: thousands of sockets share the strings. */
const createRoomNames = () => {
  const names = new Map<ClassId, { staff: string; students: string }>();
  return (classId: ClassId) => {
    let found = names.get(classId);
    if (!found) {
      if (names.size > 50_000) names.clear();
      found = { staff: room.staff(classId), students: room.students(classId) };
      names.set(classId, found);
    }
    return found;
  };
};

/**
 * Every connection of this process, found by its user. Rooms are joined and left here alone, so that what a seat
 * says and what Socket.IO delivers to cannot differ (AU2).
 */
export const createSeats = () => {
  const byUser = new Map<UserId, Seat[]>();
  const bySocket = new Map<string, Seat>();
  const namesOf = createRoomNames();

  const join = (seat: Seat, classId: ClassId, as: Belonging) => {
    seat.classes.set(classId, as);
    void seat.socket.join(namesOf(classId)[as]);
  };

  const leave = (seat: Seat, classId: ClassId) => {
    seat.classes.delete(classId);
    for (const name of [room.staff, room.students, room.synced, room.syncedStaff])
      void seat.socket.leave(name(classId));
  };

  return {
    /** Notes a connection that is being made, so that nothing that happens meanwhile passes it by. */
    reserve(socket: Socket, who: Who, only?: ClassId): Seat {
      const seat: Seat = {
        who,
        socket,
        only,
        classes: new Map(),
        buckets: undefined,
        turns: undefined,
        caller: undefined,
        seated: false,
        news: 0,
        barred: undefined,
        held: [],
        ended: false,
      };
      const others = byUser.get(who.userId);
      if (others) others.push(seat);
      else byUser.set(who.userId, [seat]);
      bySocket.set(socket.id, seat);
      return seat;
    },

    remove(seat: Seat): void {
      const others = (byUser.get(seat.who.userId) ?? []).filter((other) => other !== seat);
      if (others.length > 0) byUser.set(seat.who.userId, others);
      else byUser.delete(seat.who.userId);
      bySocket.delete(seat.socket.id);
    },

    join,
    leave,

    /** Makes a seat's classes exactly these. */
    arrange(seat: Seat, { staff, students }: Memberships): void {
      const wanted = new Map<ClassId, Belonging>();
      for (const classId of students) wanted.set(classId, 'students');
      for (const classId of staff) wanted.set(classId, 'staff');
      for (const [classId, as] of seat.classes) if (wanted.get(classId) !== as) leave(seat, classId);
      for (const [classId, as] of wanted) if (!seat.classes.has(classId)) join(seat, classId, as);
    },

    of: (userId: UserId): readonly Seat[] => byUser.get(userId) ?? [],
    at: (socketId: string): Seat | undefined => bySocket.get(socketId),
    all: (): IterableIterator<Seat> => bySocket.values(),
    get size() {
      return bySocket.size;
    },
  };
};
export type Seats = ReturnType<typeof createSeats>;
