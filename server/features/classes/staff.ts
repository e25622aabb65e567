import type { ClassId, UserId } from '../../../shared/ids.ts';
import type { Classes } from '../../data/classes.ts';
import type { Presence } from '../../domain/audience.ts';

type Deps = {
  readonly classes: Pick<Classes, 'find'>;
  readonly presence: Pick<Presence, 'joined' | 'left'>;
};

/**
 * Puts teachers' places at the open sockets where the database has them, and looks again afterwards: of two who change
 * a class's staff at one time neither may have the last word there but not here (AU2). May be repeated.
 */
export const createStaff =
  ({ classes, presence }: Deps) =>
  async (classId: ClassId, userIds: readonly UserId[]): Promise<void> => {
    const told = new Map<UserId, boolean>();
    for (;;) {
      const info = await classes.find(classId);
      const staff = new Set(info === null ? [] : [info.teacherId, ...info.coTeacherIds]);
      const behind = userIds.filter((userId) => told.get(userId) !== staff.has(userId));
      if (behind.length === 0) return;
      for (const userId of behind) {
        if (staff.has(userId)) await presence.joined(userId, classId, 'staff');
        else await presence.left(userId, classId);
        told.set(userId, staff.has(userId));
      }
    }
  };
