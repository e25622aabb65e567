import { isSessionOver } from '../../../shared/faults.ts';
import type { ClassId, SessionId } from '../../../shared/ids.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';

type Deps = {
  readonly sessions: Pick<Sessions, 'read'>;
  /** DONE (finalizer): joins the one that is under way. */
  readonly finish: (request: { classId: ClassId; sessionId: SessionId }) => Promise<unknown>;
};

/**
 * A session as it is now, or where its closing has begun, as it is after that: live, final or cancelled. Whoever was at
 * the closing may have died; it is finished here then (DN2). STORE_UNAVAILABLE, REGISTER_UNAVAILABLE after some seconds.
 */
export const createEnding =
  ({ sessions, finish }: Deps) =>
  async (sessionId: SessionId): Promise<SessionRecord | null> => {
    const session = await sessions.read(sessionId);
    // Never a live one: to finish that would end it.
    if (session?.state !== 'closing') return session;
    try {
      await finish({ classId: session.classId, sessionId });
    } catch (error) {
      // It has ended otherwise meanwhile.
      if (!isSessionOver(error)) throw error;
    }
    return await sessions.read(sessionId);
  };
export type Ending = ReturnType<typeof createEnding>;
