import { Ban, CircleStop, History, ListChecks } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import type { Page } from '../../../lib/all.ts';
import { withQuery } from '../../../lib/api.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { useConnection } from '../../../lib/live-state.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { useToday } from '../../../lib/school-day.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { Loading, State } from '../../../ui/feedback.tsx';
import { StartButtons } from '../start.tsx';

/**
 * A class without a live register: the way to start one. Where one was finished today, by whomever, that is said first,
 * with the way to its records: else a second one would be taken for want of knowing.
 */
export const NoRegister = ({
  classId,
  detail,
  ended,
}: {
  classId: string;
  detail: ClassDetail | undefined;
  /** The id of the session that was live on this page until now. */
  ended: string | undefined;
}) => {
  const { teacher } = useTexts();
  const format = useFormat();
  const today = useToday();
  const connected = useConnection() === 'connected';
  const [isNew, setIsNew] = useState(false);
  // What was known of the class's sessions before this one ended is not the newest.
  useEffect(() => {
    void refresh('/api/v1/sessions').finally(() => setIsNew(true));
  }, []);
  const asked = useShown<Page<SessionView>>(withQuery('/api/v1/sessions', { classId, limit: 1 }));
  if (connected && (asked.isPending || !isNew)) return <Loading lines={3} />;
  const newest = asked.data?.data.items[0];
  const isMeant = newest && newest.state !== 'live' && (newest.id === ended || newest.date === today);
  const last = isMeant ? newest : undefined;
  const sessionId = last?.id ?? ended;
  if (sessionId === undefined)
    return (
      <State icon={ListChecks} title={teacher.noneLive} note={teacher.noneLiveNote}>
        <StartButtons classId={classId} />
      </State>
    );
  if (last?.state === 'cancelled')
    return (
      <State icon={Ban} title={teacher.cancelled} note={teacher.cancelNote}>
        <StartButtons classId={classId} />
      </State>
    );
  const by = last?.closedBy && detail?.teachers.find(({ id }) => id === last.closedBy)?.name;
  const isWhoKnown = last !== undefined && (by !== undefined || last.closedBy === undefined);
  return (
    <State
      icon={CircleStop}
      title={teacher.isOver}
      note={[
        isWhoKnown && last.closedAt && teacher.overAt(format.time(last.closedAt), by),
        teacher.isOverNote,
      ]
        .filter(Boolean)
        .join(' ')}
    >
      <ButtonLink href={`/teach/${classId}/sessions/${sessionId}`} variant="primary" icon={History}>
        {teacher.showRecords}
      </ButtonLink>
      <StartButtons classId={classId} again />
    </State>
  );
};
