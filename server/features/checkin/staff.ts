import { Fault } from '../../../shared/faults.ts';
import type { SessionId } from '../../../shared/ids.ts';
import type { SessionRecord } from '../../data/sessions.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import type { CheckInMethod } from './method.ts';
import { isTaking } from './sessions.ts';

type Asker = Pick<Who, 'userId' | 'role'>;
type Deps = {
  /** A session for its staff. SESSION_NOT_FOUND, NOT_CLASS_TEACHER. */
  readonly asStaff: (who: Asker, id: SessionId) => Promise<SessionRecord>;
  readonly clock: Clock;
};

/** What the staff of a live session fetches to show or to hand out. */
export const createStaffView =
  ({ asStaff, clock }: Deps) =>
  /** SESSION_NOT_FOUND, NOT_CLASS_TEACHER, SESSION_ENDED, METHOD_NOT_TAKEN. */
  async <Shown>(
    method: Pick<CheckInMethod<CheckInMethod['name'], Shown>, 'name' | 'show'>,
    who: Asker,
    id: SessionId,
  ): Promise<Shown> => {
    const session = await asStaff(who, id);
    if (session.state !== 'live') throw new Fault('SESSION_ENDED');
    if (!session.methods.includes(method.name) || !isTaking(session) || !method.show)
      throw new Fault('METHOD_NOT_TAKEN');
    return await method.show(session, clock.now());
  };
export type StaffView = ReturnType<typeof createStaffView>;
