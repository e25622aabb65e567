import { Fault } from '../../../shared/faults.ts';
import { type ClassId, type SessionId, type StudentId, studentIdOf } from '../../../shared/ids.ts';
import type { Classes, ClassInfo } from '../../data/classes.ts';
import type { RecordFilter } from '../../data/record-filter.ts';
import type { Sessions } from '../../data/sessions.ts';
import type { Who } from '../../domain/who.ts';

export type Asker = Pick<Who, 'userId' | 'role'>;

/** What somebody asks to see. */
export type Asked = {
  readonly classId?: ClassId | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly studentId?: StudentId | undefined;
};

type Deps = {
  readonly classes: Pick<Classes, 'find' | 'membershipsOf'>;
  readonly sessions: Pick<Sessions, 'read'>;
};

const isStaff = ({ userId }: Asker, info: ClassInfo) =>
  info.teacherId === userId || info.coTeacherIds.includes(userId);

/** Whose records somebody may see: a student's own, a teacher's classes', an admin's all (CR4). */
export const createScope = ({ classes, sessions }: Deps) => {
  /** Whether they teach the class; to an admin every class is theirs. */
  const teaches = async (who: Asker, classId: ClassId): Promise<boolean> => {
    if (who.role === 'admin') return true;
    const info = who.role === 'teacher' ? await classes.find(classId) : null;
    return info !== null && isStaff(who, info);
  };

  return {
    teaches,

    /** The classes on whose rosters they are. */
    attends: async (who: Asker): Promise<readonly ClassId[]> =>
      (await classes.membershipsOf(who.userId)).students,

    /**
     * The records that they ask for, as far as they may see them. FORBIDDEN for another student's;
     * CLASS_NOT_FOUND, NOT_CLASS_TEACHER, SESSION_NOT_FOUND for classes and sessions that are not theirs.
     */
    async of(who: Asker, asked: Asked): Promise<RecordFilter> {
      const { classId, sessionId, studentId } = asked;
      const classIds = classId === undefined ? undefined : [classId];
      if (who.role === 'admin') return { classIds, sessionId, studentId };
      if (who.role === 'student') {
        const own = studentIdOf(who.userId);
        if (studentId !== undefined && studentId !== own) throw new Fault('FORBIDDEN');
        return { classIds, sessionId, studentId: own };
      }
      if (classId !== undefined) {
        const info = await classes.find(classId);
        if (info === null) throw new Fault('CLASS_NOT_FOUND');
        if (!isStaff(who, info)) throw new Fault('NOT_CLASS_TEACHER');
        return { classIds: [classId], sessionId, studentId };
      }
      if (sessionId !== undefined) {
        const session = await sessions.read(sessionId);
        if (!session || !(await teaches(who, session.classId))) throw new Fault('SESSION_NOT_FOUND');
        return { classIds: [session.classId], sessionId, studentId };
      }
      return { classIds: (await classes.membershipsOf(who.userId)).staff, studentId };
    },
  };
};
export type Scope = ReturnType<typeof createScope>;
