import type { ClassId, SectionId, SessionId, StudentId, UserId } from '../../../shared/ids.ts';
import type { Classes } from '../../data/classes.ts';
import type { Users } from '../../data/users.ts';
import type { Presence } from '../../domain/audience.ts';
import { effectiveRoster } from '../../domain/roster.ts';
import type { Register } from '../../live/register.ts';

export type RostersDeps = {
  classes: Pick<Classes, 'find' | 'rosters'>;
  users: Pick<Users, 'find' | 'withoutLogin'>;
  /** The students of some sections. */
  inSections: (sectionIds: readonly SectionId[]) => Promise<StudentId[]>;
  presence: Pick<Presence, 'joined' | 'left'>;
  register: Pick<Register, 'enrol' | 'withdraw'>;
};

/** How many students are put in or taken out at the same time. */
const AT_ONCE = 16;

const userOf = (studentId: StudentId) => studentId as string as UserId;

/**
 * What the rosters of classes are, there and then and live (SC4). A change goes to the database first, then to the live
 * register, then to the open sockets; every step may be repeated.
 */
export const createRosters = ({ classes, users, inSections, presence, register }: RostersDeps) => {
  /**
   * Puts students' places in the live register and at the open sockets where the database has them, and looks again
   * afterwards: of two who change one at the same time neither may have the last word there but not here.
   */
  const follow = async (classId: ClassId, studentIds: readonly StudentId[]): Promise<void> => {
    if (studentIds.length === 0) return;
    const offline = await users.withoutLogin(studentIds.map(userOf));
    const done = new Map<StudentId, boolean>();
    for (;;) {
      const info = await classes.find(classId);
      const on = new Set(info?.studentIds);
      // An id of the class's staff given by mistake must not cost them their place.
      const staff = new Set(info === null ? [] : [info.teacherId, ...info.coTeacherIds]);
      const behind = studentIds.filter((studentId) => done.get(studentId) !== on.has(studentId));
      if (behind.length === 0) return;
      await eachOf(behind, async (studentId) => {
        const userId = userOf(studentId);
        const connected = !offline.has(userId);
        if (on.has(studentId)) {
          await register.enrol(classId, studentId);
          if (connected) await presence.joined(userId, classId, 'students');
        } else {
          await register.withdraw(classId, studentId);
          if (connected && !staff.has(userId)) await presence.left(userId, classId);
        }
        done.set(studentId, on.has(studentId));
      });
    }
  };

  /** Makes a class's roster anew, whoever changes it meanwhile. `looked`: who is followed even where nothing changed. */
  const recompute = async (classId: ClassId, looked: readonly StudentId[] = []): Promise<void> => {
    for (;;) {
      const info = await classes.rosters.read(classId);
      if (!info) return;
      const { studentIds, sectionIds, addedIds: added, removedIds: removed, revision } = info;
      const members = sectionIds.length === 0 ? [] : await inSections(sectionIds);
      const roster = effectiveRoster(studentIds, { members, added, removed });
      const [was, is] = [new Set(studentIds), new Set(roster)];
      const moved = [
        ...studentIds.filter((studentId) => !is.has(studentId)),
        ...roster.filter((studentId) => !was.has(studentId)),
      ];
      if (moved.length > 0 && !(await classes.rosters.put(classId, revision, roster))) continue;
      return await follow(classId, [...new Set([...moved, ...looked])]);
    }
  };

  /** Takes somebody off every roster. */
  const forgetStudent = async (studentId: StudentId): Promise<void> => {
    for (const classId of await classes.rosters.forget(studentId)) await follow(classId, [studentId]);
  };

  return {
    follow,
    recompute,

    /** Sets a class's sections, and looks after everyone who is in them. */
    async setSections(classId: ClassId, sectionIds: readonly SectionId[]): Promise<void> {
      await classes.rosters.setSections(classId, sectionIds);
      await recompute(classId, await inSections(sectionIds));
    },

    /** Brings the classes of these sections up to date, and these students' places in their live registers. */
    async sectionsChanged(
      sectionIds: readonly SectionId[],
      students: readonly StudentId[] = [],
    ): Promise<void> {
      for (const classId of await classes.rosters.ofSections(sectionIds)) await recompute(classId, students);
    },

    forgetStudent,

    /**
     * Puts a student on the roster who checks in. False where the class does not take students so (CI12). Then either
     * `arrived` or `takeBack`.
     */
    async admit(classId: ClassId, studentId: StudentId, sessionId: SessionId): Promise<boolean> {
      if ((await classes.rosters.admit(classId, studentId, sessionId)) === null) return false;
      await follow(classId, [studentId]);
      if ((await users.find(userOf(studentId)))?.role === 'student') return true;
      // Deleted in the meantime: whoever did so has not seen this roster.
      await forgetStudent(studentId);
      return false;
    },

    /** Their check-in was accepted: they stay. */
    arrived: classes.rosters.arrived,

    /** Their check-in was refused: as if they had not come, unless something else has put them on the roster since. */
    async takeBack(classId: ClassId, studentId: StudentId, sessionId: SessionId): Promise<void> {
      if ((await classes.rosters.takeBack(classId, studentId, sessionId)) === null) return;
      // They may be in a section of the class, too.
      await recompute(classId, [studentId]);
    },
  };
};
export type Rosters = ReturnType<typeof createRosters>;

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = all[Symbol.iterator]();
  const worker = async () => {
    for (const one of { [Symbol.iterator]: () => waiting }) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, worker));
}
