import type { ClassId } from '../../shared/ids.ts';
import type { Follow, Listener } from '../domain/heard.ts';
import type { Seat } from './seats.ts';

type Following = { seats: number; readonly started: Promise<() => Promise<void>> };

/** Follows the register of each class for as long as somebody of it sits here, once for all of them. */
export const createFollows = (
  follow: Follow,
  listener: () => Listener,
  onError: (error: unknown) => void,
) => {
  const following = new Map<ClassId, Following>();

  const letGo = (classId: ClassId) => {
    const standing = following.get(classId);
    if (!standing) return;
    standing.seats -= 1;
    if (standing.seats > 0) return;
    following.delete(classId);
    standing.started.then((stop) => stop()).catch(onError);
  };

  const release = (seat: Seat, classId: ClassId) => {
    const at = seat.held.indexOf(classId);
    if (at < 0) return;
    seat.held.splice(at, 1);
    letGo(classId);
  };

  return {
    /** Resolves when no later change of the class can pass this instance by; rejects when the register is away. */
    async hold(seat: Seat, classId: ClassId): Promise<void> {
      let standing = following.get(classId);
      if (seat.held.includes(classId)) {
        await standing?.started;
        return;
      }
      seat.held.push(classId);
      if (!standing) {
        standing = { seats: 0, started: follow(classId, listener()) };
        following.set(classId, standing);
      }
      standing.seats += 1;
      try {
        await standing.started;
      } catch (error) {
        // The next one to come tries anew.
        if (following.get(classId) === standing) following.delete(classId);
        const at = seat.held.indexOf(classId);
        if (at >= 0) seat.held.splice(at, 1);
        throw error;
      }
    },
    release,
    releaseAll(seat: Seat): void {
      for (const classId of [...seat.held]) release(seat, classId);
    },
    get size() {
      return following.size;
    },
  };
};
export type Follows = ReturnType<typeof createFollows>;
