import { Fault, type FaultCode, isFault } from '../../../shared/faults.ts';
import {
  type ClassId,
  type SectionId,
  type StudentId,
  studentIdOf,
  type UserId,
} from '../../../shared/ids.ts';
import type { ClassPatch, CoTeacherRef, NewClass } from '../../../shared/rest/classes.ts';
import type { Classes, ClassInfo } from '../../data/classes.ts';
import type { Page } from '../../data/mongo.ts';
import type { User, Users } from '../../data/users.ts';
import type { Presence } from '../../domain/audience.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Rosters } from './rosters.ts';
import { createStaff } from './staff.ts';

/** A class with the people in it; those whose accounts are gone are left out. */
export type ClassWithPeople = {
  readonly info: ClassInfo;
  readonly teachers: readonly User[];
  readonly students: readonly User[];
  /** True when the reader may see what only the staff of the class may. */
  readonly asStaff: boolean;
};

export type ClassesDeps = {
  classes: Classes;
  users: Users;
  presence: Pick<Presence, 'joined' | 'left'>;
  rosters: Pick<Rosters, 'follow' | 'setSections' | 'recompute'>;
  /** SECTION_NOT_FOUND when one of them is not there. */
  requireSections: (sectionIds: readonly SectionId[]) => Promise<void>;
  /** Whether a session of the class has not ended yet. */
  isLive: (classId: ClassId) => Promise<boolean>;
  clock: Clock;
};

const userOf = (studentId: StudentId) => studentId as string as UserId;
const isStaffOf = (who: Who, info: ClassInfo) =>
  who.role === 'admin' || info.teacherId === who.userId || info.coTeacherIds.includes(who.userId);

/**
 * Classes and who belongs to them. A change goes to the database first, then to the live register, then to the open
 * sockets (AU2); every step may be repeated, so a request that failed half-way is put right by sending it again.
 */
export const createClassesService = (deps: ClassesDeps) => {
  const { classes, users, presence, rosters, requireSections, isLive, clock } = deps;
  const followStaff = createStaff(deps);
  const there = (info: ClassInfo | null): ClassInfo => {
    if (!info) throw new Fault('CLASS_NOT_FOUND');
    return info;
  };

  /** The class, for its staff and admins (SE2); CLASS_NOT_FOUND, NOT_CLASS_TEACHER. */
  const asStaff = async (who: Who, classId: ClassId): Promise<ClassInfo> => {
    const info = there(await classes.find(classId));
    if (!isStaffOf(who, info)) throw new Fault('NOT_CLASS_TEACHER');
    return info;
  };

  /** The class, for its owner and admins; co-teachers get NOT_CLASS_OWNER. */
  const asOwner = async (who: Who, classId: ClassId): Promise<ClassInfo> => {
    const info = await asStaff(who, classId);
    if (who.role !== 'admin' && info.teacherId !== who.userId) throw new Fault('NOT_CLASS_OWNER');
    return info;
  };

  /** The class, for everyone who belongs to it; other students get NOT_ENROLLED, other teachers NOT_CLASS_TEACHER. */
  const asMember = async (who: Who, classId: ClassId, refusal?: FaultCode): Promise<ClassInfo> => {
    const info = there(await classes.find(classId));
    const belongs = isStaffOf(who, info) || info.studentIds.includes(studentIdOf(who.userId));
    if (!belongs) throw new Fault(refusal ?? (who.role === 'student' ? 'NOT_ENROLLED' : 'NOT_CLASS_TEACHER'));
    return info;
  };

  const coTeacher = async (ref: CoTeacherRef): Promise<User> => {
    const user = 'userId' in ref ? await users.find(ref.userId) : await users.findByEmail(ref.email);
    if (user?.role !== 'teacher') throw new Fault('TEACHER_NOT_FOUND');
    return user;
  };

  const mustTeach = async (userId: UserId): Promise<void> => {
    if ((await users.find(userId))?.role !== 'teacher') throw new Fault('TEACHER_NOT_FOUND');
  };

  /**
   * The creator owns it, or the teacher whom an admin names: TEACHER_NOT_FOUND, FORBIDDEN. Everyone in its sections is
   * on its roster: SECTION_NOT_FOUND. CODE_EXISTS.
   */
  const create = async (
    who: Who,
    {
      sectionIds = [],
      teacherId = who.userId,
      ...fields
    }: NewClass & { teacherId?: UserId | undefined; startedAs?: string },
  ): Promise<ClassInfo> => {
    if (teacherId !== who.userId) {
      if (who.role !== 'admin') throw new Fault('FORBIDDEN');
      await mustTeach(teacherId);
    }
    await requireSections(sectionIds);
    const createdAt = new Date(clock.now());
    const info = await classes.create({ ...fields, sectionIds, teacherId, createdAt });
    await presence.joined(teacherId, info.id, 'staff');
    if (sectionIds.length === 0) return info;
    await rosters.recompute(info.id);
    return there(await classes.find(info.id));
  };

  /** Whether somebody may give a class to a teacher: TEACHER_NOT_FOUND, FORBIDDEN. */
  const mustGive = async (who: Who, teacherId: UserId): Promise<void> => {
    if (who.role !== 'admin') throw new Fault('FORBIDDEN');
    await mustTeach(teacherId);
  };

  /** Another owner; the former one leaves. */
  const handOver = async (classId: ClassId, teacherId: UserId): Promise<void> => {
    const { teacherId: former } = there(await classes.handOver(classId, teacherId));
    await followStaff(classId, [teacherId, former]);
  };

  return {
    asStaff,
    asMember,
    create,

    /**
     * The class that they own under a name, whoever is on its roster; where there is none it is made, and takes students
     * by their check-in (CL4).
     */
    async ownOfName(who: Who, className: string): Promise<ClassInfo> {
      const found = await classes.ownOfName(who.userId, className);
      if (found) return found;
      try {
        const fields = {
          className,
          visibility: 'private',
          enrolment: 'check-in',
          startedAs: className,
        } as const;
        return await create(who, fields);
      } catch (error) {
        // Made meanwhile by the same teacher: a button that was pressed twice.
        if (!isFault(error, 'CODE_EXISTS')) throw error;
        return there(await classes.ownOfName(who.userId, className));
      }
    },

    /** The classes that someone belongs to; an admin's are all. */
    list: (who: Who, page: { limit: number; cursor?: string | undefined }): Promise<Page<ClassInfo>> =>
      classes.list({ ...page, of: who.role === 'admin' ? undefined : who.userId }),

    /** `refusal`: what those get who do not belong to it, where a dialect has its own word. */
    async read(who: Who, classId: ClassId, refusal?: FaultCode): Promise<ClassWithPeople> {
      const info = await asMember(who, classId, refusal);
      const teacherIds = [info.teacherId, ...info.coTeacherIds];
      const people = await users.findMany([...teacherIds, ...info.studentIds.map(userOf)]);
      const byId = new Map(people.map((user) => [user.id, user]));
      const known = (ids: readonly UserId[]) => ids.flatMap((id) => byId.get(id) ?? []);
      return {
        info,
        teachers: known(teacherIds),
        students: known(info.studentIds.map(userOf)),
        asStaff: isStaffOf(who, info),
      };
    },

    /**
     * Renames, gives another code or other sections (also to the running session), or changes who sees classmates' rows
     * from the next session on. CODE_EXISTS, SECTION_NOT_FOUND. An admin may name another owner: TEACHER_NOT_FOUND,
     * FORBIDDEN for others.
     */
    async update(
      who: Who,
      classId: ClassId,
      { sectionIds, teacherId, ...patch }: ClassPatch,
    ): Promise<ClassInfo> {
      const info = await asStaff(who, classId);
      const next = teacherId === info.teacherId ? undefined : teacherId;
      if (next !== undefined) await mustGive(who, next);
      if (sectionIds !== undefined) await requireSections(sectionIds);
      // What may be refused comes first: a refusal leaves the class where it was.
      await classes.update(classId, patch);
      if (sectionIds !== undefined) await rosters.setSections(classId, sectionIds);
      if (next !== undefined) await handOver(classId, next);
      return there(await classes.find(classId));
    },

    /** CLASS_IN_SESSION while a session runs. */
    async remove(who: Who, classId: ClassId): Promise<void> {
      await asOwner(who, classId);
      if (await isLive(classId)) throw new Fault('CLASS_IN_SESSION');
      const info = await classes.remove(classId);
      if (!info) return; // somebody else removed it in the meantime
      const everyone = [info.teacherId, ...info.coTeacherIds, ...info.studentIds.map(userOf)];
      await Promise.all(everyone.map((userId) => presence.left(userId, classId)));
    },

    /** TEACHER_NOT_FOUND. Adding the owner, or one who is in already, changes nothing. */
    async addCoTeacher(who: Who, classId: ClassId, ref: CoTeacherRef): Promise<ClassInfo> {
      const info = await asOwner(who, classId);
      const teacher = await coTeacher(ref);
      if (teacher.id === info.teacherId) return info;
      const changed = there(await classes.addCoTeacher(classId, teacher.id));
      await followStaff(classId, [teacher.id]);
      return changed;
    },

    async removeCoTeacher(who: Who, classId: ClassId, userId: UserId): Promise<ClassInfo> {
      await asOwner(who, classId);
      const changed = there(await classes.removeCoTeacher(classId, userId));
      await followStaff(classId, [userId]);
      return changed;
    },

    /** STUDENT_NOT_FOUND. A live session of the class has the student on its roster from now on. */
    async addStudent(who: Who, classId: ClassId, studentId: StudentId): Promise<ClassInfo> {
      await asStaff(who, classId);
      const isThere = async () => (await users.find(userOf(studentId)))?.role === 'student';
      if (!(await isThere())) throw new Fault('STUDENT_NOT_FOUND');
      const changed = there(await classes.addStudent(classId, studentId));
      await rosters.follow(classId, [studentId]);
      if (await isThere()) return changed;
      // Deleted in the meantime: whoever did so has not seen this roster.
      await classes.removeStudent(classId, studentId);
      await rosters.follow(classId, [studentId]);
      throw new Fault('STUDENT_NOT_FOUND');
    },

    /** Takes a student off the roster; one who is not on it stays off. */
    async removeStudent(who: Who, classId: ClassId, studentId: StudentId): Promise<ClassInfo> {
      await asStaff(who, classId);
      const changed = there(await classes.removeStudent(classId, studentId));
      await rosters.follow(classId, [studentId]);
      return changed;
    },
  };
};
export type ClassesService = ReturnType<typeof createClassesService>;
