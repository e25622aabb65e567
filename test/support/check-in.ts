import { type Answer, call, type Mode, startHub, type TestHub } from './hub.ts';
import type { SchoolClass } from './school.ts';

/** A hub whose time a test moves on, with what check-in tests ask of it. */
export const startCheckInHub = async (
  mode: Mode,
  env: Record<string, string> = {},
  more: Pick<Parameters<typeof startHub>[0], 'checkpoint' | 'mongoUrl'> = {},
) => {
  let ahead = 0;
  const hub = await startHub({ ...more, mode, env, clock: { now: () => Date.now() + ahead } });
  return withCheckIns(hub, (ms) => {
    ahead += ms;
  });
};

/** What check-in tests ask of a hub. */
export const withCheckIns = (hub: TestHub, pass: (ms: number) => void) => {
  const must = (answer: { status: number } & Answer) => {
    if (!answer.success) throw new Error(`${answer.status} ${answer.code} ${JSON.stringify(answer.details)}`);
    return answer.data as Record<string, never>;
  };
  return {
    ...hub,
    /** Moves the hub's time on, in ms. */
    pass,
    /** A class with a live session that was started with these options. */
    async running(size: number, options: Record<string, unknown>) {
      const group = await hub.school.class(size, 'private');
      const body = { classId: group.id, ...options };
      const session = must(await call(hub.url, 'POST', '/api/v1/sessions', group.teacher.token, body));
      return {
        group,
        session: session as Record<string, unknown> as { id: string; code: string } & typeof session,
      };
    },
    /** What the staff's side fetches now: `code`, `qr` or `ble-token`. */
    fetch: async (group: SchoolClass, session: { id: string }, what: string) =>
      must(
        await call(hub.url, 'GET', `/api/v1/sessions/${session.id}/${what}`, group.teacher.token),
      ) as Record<string, unknown> as Record<string, string>,
    /** A check-in over REST. */
    checkIn: (token: string | undefined, body: Record<string, unknown>) =>
      call(hub.url, 'POST', '/api/v1/attendance/checkin', token, body),
    /** The rows as DONE writes them, by student. */
    async closed(group: SchoolClass, session: { id: string }) {
      must(await call(hub.url, 'POST', `/api/v1/sessions/${session.id}/close`, group.teacher.token));
      const rows = await hub.connection.collection('records').find({}).toArray();
      return new Map(
        rows.filter((row) => String(row.sessionId) === session.id).map((row) => [String(row.studentId), row]),
      );
    },
  };
};
export type CheckInHub = Awaited<ReturnType<typeof startCheckInHub>>;

/** The person at a place of a class. */
export const nth = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error(`nobody at ${index}`);
  return found;
};
