import { useEffect, useState } from 'react';
import type { Row } from '../../../../shared/client/index.ts';
import { live, useClassView, useOf } from '../../lib/live.ts';
import { useConnection } from '../../lib/live-state.ts';
import { refresh } from '../../lib/queries.ts';
import { useMe } from '../../lib/role.ts';
import { type Known, keepKnown, lastKnown } from '../../lib/store.ts';

type Own = { readonly sessionId: string | undefined; readonly row: Row | undefined };

/** How long news of several classes are gathered before the lists are asked for again, in ms. */
const GATHER_MS = 100;

/** Has the lists asked for again whenever one of these classes begins or ends, or a record was corrected. */
export const useFollowed = (classIds: readonly string[]): void => {
  const key = classIds.join(' ');
  useEffect(() => {
    const client = live();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void refresh('/api/v1/sessions');
        void refresh('/api/v1/attendance');
      }, GATHER_MS);
    };
    const stops = key.split(' ').flatMap((classId) => {
      if (classId === '') return [];
      const view = client.watch(classId);
      const standing = () => `${view.state} ${view.sessionId}`;
      let before = standing();
      return view.onChange(() => {
        if (standing() === before) return;
        before = standing();
        again();
      });
    });
    for (const news of ['ATTENDANCE_CORRECTED', 'SESSION_CLOSED', 'DONE'] as const)
      stops.push(client.heard(news, again));
    return () => {
      for (const stop of stops) stop();
      clearTimeout(timer);
    };
  }, [key]);
};

/**
 * The student's own row in a live class, as it changes. `since`: that it is not the newest, and of when it is, in ms;
 * without a connection since the page was opened it is what was last known of that very session.
 */
export const useOwn = (classId: string, sessionId: string): { row: Row | undefined; since?: number } => {
  const me = useMe();
  const view = useClassView(classId);
  const connected = useConnection() === 'connected';
  const state = useOf(view, (now) => now.state);
  const viewed = useOf(view, (now) => now.sessionId);
  const row = useOf(view, (now) => now.entries.get(me.id));
  const [last, setLast] = useState<Known<Own>>();
  const key = `own ${classId}`;
  useEffect(() => {
    if (viewed !== undefined) void keepKnown(me.id, key, { sessionId: viewed, row } satisfies Own);
    if (viewed !== undefined) setLast({ data: { sessionId: viewed, row }, at: Date.now() });
  }, [viewed, row, me.id, key]);
  useEffect(() => {
    void lastKnown<Own>(me.id, key).then((known) => setLast((newer) => newer ?? known));
  }, [me.id, key]);
  if (connected && state !== 'unknown') return { row: viewed === sessionId ? row : undefined };
  const known = last?.data.sessionId === sessionId ? last.data.row : undefined;
  return { row: known, ...(last && !connected && { since: last.at }) };
};
