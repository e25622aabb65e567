import type { ClassId } from '../../../shared/ids.ts';
import { checkIn, markRest } from '../../../shared/protocol/index.ts';
import { type Caller, type Handler, on } from '../../hub/on.ts';
import type { MarkRest } from './mark-rest.ts';
import type { CheckInService } from './service.ts';

type Deps = {
  readonly checkIns: CheckInService;
  readonly rest: MarkRest;
  /** The class that a teacher means. */
  readonly classOf: (who: Caller, as: 'teaches', named: ClassId | undefined) => Promise<ClassId>;
};

/** A student checks in, and a teacher marks the rest, over a socket as over REST. */
export const checkInHandlers = ({ checkIns, rest, classOf }: Deps): Handler[] => [
  on(checkIn, (data, who) =>
    checkIns.checkIn({ userId: who.userId, attends: async () => who.attends }, data),
  ),
  on(markRest, async ({ classId: named, status, opId }, who) => {
    const classId = await classOf(who, 'teaches', named);
    return await rest({ classId, by: who.userId, status, opId });
  }),
];
