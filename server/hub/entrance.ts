import type { Socket } from 'socket.io';
import { Fault } from '../../shared/faults.ts';
import { ClassId, type UserId } from '../../shared/ids.ts';
import type { Memberships, Who } from '../domain/who.ts';
import type { Follows } from './follows.ts';
import type { Seat, Seats } from './seats.ts';

/** How a connection says who it is, and which class it is for, if for one alone; both wires put it into Socket.IO's `auth`. */
export type Credentials = { token?: unknown; ticket?: unknown; deviceKey?: unknown; classId?: unknown };

export type EntranceDeps = {
  readonly seats: Seats;
  readonly follows: Follows;
  /** Whose access token it is; null when it is none of ours or is over. Does not ask whether the log-in lives. */
  readonly readToken: (token: string) => Who | null;
  /** Spends a single-use ticket. Rejects with UNAUTHORIZED. */
  readonly redeemTicket: (ticket: string) => Promise<Who>;
  /** Whose device's key it is. Rejects with UNAUTHORIZED. */
  readonly readDeviceKey: (key: string) => Promise<Who>;
  /** Whether the log-in has not ended and its user is enabled. */
  readonly isAlive: (who: Who) => Promise<boolean>;
  readonly membershipsOf: (userId: UserId) => Promise<Memberships>;
};

/** The class that a connection asks for; undefined where it is for all of its user's. CLASS_NOT_FOUND for what is no id. */
const onlyClass = ({ classId }: Credentials): ClassId | undefined => {
  if (classId === undefined) return undefined;
  const parsed = ClassId.safeParse(typeof classId === 'string' ? classId.toLowerCase() : classId);
  if (!parsed.success) throw new Fault('CLASS_NOT_FOUND');
  return parsed.data;
};

/** FORBIDDEN, NOT_CLASS_TEACHER or NOT_ENROLLED where a connection is for a class that its user has no part in. */
const mustReach = ({ who, only }: Seat, { staff, students }: Memberships): void => {
  if (only === undefined || who.role === 'admin' || staff.includes(only) || students.includes(only)) return;
  if (who.role === 'device') throw new Fault('FORBIDDEN');
  throw new Fault(who.role === 'teacher' ? 'NOT_CLASS_TEACHER' : 'NOT_ENROLLED');
};

/** Lets connections in: who they are, which classes they reach, and that nothing is missed from then on. */
export const createEntrance = ({
  seats,
  follows,
  readToken,
  redeemTicket,
  readDeviceKey,
  isAlive,
  membershipsOf,
}: EntranceDeps) => {
  const identify = async ({ token, ticket, deviceKey }: Credentials): Promise<Who> => {
    try {
      if (typeof ticket === 'string' && ticket.length <= 512) return await redeemTicket(ticket);
      if (typeof deviceKey === 'string' && deviceKey.length <= 512) return await readDeviceKey(deviceKey);
    } catch (error) {
      if (error instanceof Fault && error.kind.http < 500)
        throw new Fault('SOCKET_UNAUTHORIZED', { cause: error });
      throw error;
    }
    const who = typeof token === 'string' && token.length <= 4096 ? readToken(token) : null;
    if (!who) throw new Fault('SOCKET_UNAUTHORIZED');
    return who;
  };

  const mustBeAlive = async ({ who }: Seat): Promise<void> => {
    if (!(await isAlive(who))) throw new Fault('SOCKET_UNAUTHORIZED');
  };

  /** Reads the classes of a seat and follows them; what it no longer reaches is let go when it is seated. */
  const prepare = async (seat: Seat): Promise<Memberships> => {
    if (seat.who.role === 'device') return { staff: [], students: [] };
    const all = await membershipsOf(seat.who.userId);
    const within = (classId: ClassId) => seat.only === undefined || seat.only === classId;
    const memberships = { staff: all.staff.filter(within), students: all.students.filter(within) };
    const classes = [...memberships.staff, ...memberships.students];
    await Promise.all(classes.map((classId) => follows.hold(seat, classId)));
    return memberships;
  };

  const dismiss = (seat: Seat) => {
    seats.remove(seat);
    follows.releaseAll(seat);
  };

  return {
    dismiss,

    /** Before the connect reply: everything that takes time. Rejects with what the client is told. */
    async admit(socket: Socket): Promise<{ seat: Seat; memberships: Memberships }> {
      const credentials = socket.handshake.auth as Credentials;
      const who = await identify(credentials);
      const seat = seats.reserve(socket, who, onlyClass(credentials));
      try {
        // Only now that the seat is known: a log-in that ends while we look finds the seat and ends it (AU3).
        const [memberships] = await Promise.all([prepare(seat), mustBeAlive(seat)]);
        mustReach(seat, memberships);
        return { seat, memberships };
      } catch (error) {
        dismiss(seat);
        throw error;
      }
    },

    /** Right after the connect reply, in the same turn: joins the rooms. False when the log-in ended meanwhile. */
    seat(seat: Seat, { staff, students }: Memberships): boolean {
      seat.seated = true;
      if (seat.ended) return false;
      const open = (classId: ClassId) => !seat.barred?.includes(classId);
      seats.arrange(seat, { staff: staff.filter(open), students: students.filter(open) });
      seat.barred = undefined;
      return true;
    },

    isAlive: (seat: Seat): Promise<boolean> => isAlive(seat.who),

    /** Reads the memberships of a seated connection, again while more is said of them, and arranges its rooms so. */
    async rearrange(seat: Seat): Promise<void> {
      for (;;) {
        const { news } = seat;
        const memberships = await prepare(seat);
        if (seats.at(seat.socket.id) !== seat) return follows.releaseAll(seat);
        if (seat.news !== news) continue;
        seats.arrange(seat, memberships);
        // An admin follows what they sent SYNC for.
        if (seat.who.role === 'admin') return;
        for (const classId of [...seat.held]) if (!seat.classes.has(classId)) follows.release(seat, classId);
        return;
      }
    },
  };
};
export type Entrance = ReturnType<typeof createEntrance>;
