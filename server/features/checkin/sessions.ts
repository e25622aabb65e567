import type { ClassId, SessionId } from '../../../shared/ids.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import { createSharedRead } from '../../kit/shared-read.ts';
import type { Register } from '../../live/register.ts';
import type { Taking } from './method.ts';

/** More sessions than this are not remembered. */
const REMEMBERED = 10_000;

/** Tells a session that takes check-ins from one in which the teacher alone marks. */
export const isTaking = (session: SessionRecord | null): session is Taking => session?.checkIn !== undefined;

/** Whether evidence has to be put together: else one accepted word is all, and the register's row says everything. */
export const combines = (session: SessionRecord): session is Taking =>
  isTaking(session) && (session.checkIn.require !== 'any' || session.methods.includes('ble'));

/**
 * The live sessions that check-ins are for, remembered until they turn out to be over: what is read of them does not
 * change while they run, and the register knows when they have ended.
 */
export const createTakingSessions = ({
  sessions,
  register,
}: {
  sessions: Pick<Sessions, 'ofCode' | 'openOf' | 'read'>;
  register: Pick<Register, 'live'>;
}) => {
  const byId = new Map<SessionId, SessionRecord>();
  const byCode = new Map<string, SessionId>();

  const remember = (session: SessionRecord | null): SessionRecord | null => {
    if (session?.state !== 'live') return session;
    if (byId.size >= REMEMBERED) for (const map of [byId, byCode]) map.clear();
    byId.set(session.id, session);
    if (session.checkIn?.code !== undefined) byCode.set(session.checkIn.code, session.id);
    return session;
  };
  const known = (id: SessionId | undefined) => (id === undefined ? undefined : byId.get(id));

  // A class that checks in all at once asks once.
  const read = createSharedRead(sessions.read);
  const readByCode = createSharedRead(sessions.ofCode);
  const ofId = async (id: SessionId) => known(id) ?? remember(await read(id));
  const standing = createSharedRead(async (classId: ClassId) => (await register.live([classId]))[0]);

  return {
    ofId,
    /** So that the first to check in need not ask the database either. */
    remember: (session: SessionRecord): void => void remember(session),
    /** The class's live session, as the register has it at this moment. */
    async ofClass(classId: ClassId): Promise<SessionRecord | null> {
      const [live] = await register.live([classId]);
      return live ? await ofId(live.sessionId) : await sessions.openOf(classId);
    },
    /** The session with a code: the open one, or else the newest that had it. */
    ofCode: async (code: string): Promise<SessionRecord | null> =>
      known(byCode.get(code)) ?? remember(await readByCode(code)),

    /** Whether a code was remembered for a session that is over, and is forgotten now: another may have drawn it again. */
    async outlived(code: string): Promise<boolean> {
      const remembered = known(byCode.get(code));
      if (!remembered || (await standing(remembered.classId))?.sessionId === remembered.id) return false;
      byId.delete(remembered.id);
      return byCode.delete(code);
    },

    /** Forgets what is over. */
    forget(session: SessionRecord): void {
      byId.delete(session.id);
    },
  };
};
export type TakingSessions = ReturnType<typeof createTakingSessions>;
