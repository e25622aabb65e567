import type { ClassId } from '../../shared/ids.ts';
import { room } from '../domain/audience.ts';
import type { Belonging } from '../domain/who.ts';
import type { Follows } from './follows.ts';
import type { Caller } from './on.ts';
import type { Seat, Seats } from './seats.ts';

/** A connection as handlers see it: always what is true of the seat at this moment, never a copy (AU2). */
export const createCaller = (seat: Seat, { seats, follows }: { seats: Seats; follows: Follows }): Caller => {
  const belongingAs = (wanted: Belonging): ClassId[] => {
    const classes: ClassId[] = [];
    for (const [classId, as] of seat.classes) if (as === wanted) classes.push(classId);
    return classes;
  };
  return {
    get userId() {
      return seat.who.userId;
    },
    get role() {
      return seat.who.role;
    },
    get loginId() {
      return seat.who.loginId;
    },
    get expiresAt() {
      return seat.who.expiresAt;
    },
    get teaches() {
      return belongingAs('staff');
    },
    get attends() {
      return belongingAs('students');
    },
    async sync(classId) {
      await follows.hold(seat, classId);
      // While following began they may have been taken off the class, or have gone.
      const stillMay = seat.classes.has(classId) || seat.who.role === 'admin';
      if (!stillMay || seats.at(seat.socket.id) !== seat) {
        follows.release(seat, classId);
        return;
      }
      void seat.socket.join(room.synced(classId));
      // An admin belongs to no class and may look into any: from now on as its staff does.
      if (seat.who.role === 'admin' && !seat.classes.has(classId)) void seat.socket.join(room.staff(classId));
      if (seat.classes.get(classId) === 'staff' || seat.who.role === 'admin')
        void seat.socket.join(room.syncedStaff(classId));
    },
    renewed(expiresAt) {
      seat.who = { ...seat.who, expiresAt };
    },
  };
};
