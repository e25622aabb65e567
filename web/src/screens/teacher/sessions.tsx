import { ListChecks, ScrollText } from 'lucide-react';
import { useState } from 'react';
import type { ClassDetail } from '../../../../shared/rest/classes.ts';
import type { SessionView } from '../../../../shared/rest/sessions.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './records/records.module.css';

type Page = { items: SessionView[]; nextCursor: string | null };

/** One page of them, and the way to the next. */
const Part = ({ classId, cursor }: { classId: string; cursor?: string }) => {
  const { teacher, common, status } = useTexts();
  const format = useFormat();
  const [more, setMore] = useState(false);
  const query = useShown<Page>(withQuery('/api/v1/sessions', { classId, limit: 50, cursor }));
  const number = (session: SessionView, what: 'present' | 'late' | 'absent') =>
    session.counts ? format.number(session.counts[what]) : '–';
  return (
    <Asked query={query}>
      {({ items, nextCursor }) =>
        items.length === 0 && cursor === undefined ? (
          <State icon={ScrollText} title={teacher.noSessions} note={teacher.noSessionsNote} />
        ) : (
          <div className={styles.stack}>
            <Table
              stack
              caption={teacher.sessions}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                { key: 'day', head: teacher.day, cell: ({ date }) => format.longDay(date) },
                {
                  key: 'time',
                  head: teacher.time,
                  cell: ({ openedAt, closedAt }) =>
                    [format.time(openedAt), closedAt && format.time(closedAt)].filter(Boolean).join(' – '),
                  short: true,
                },
                { key: 'state', head: teacher.state, cell: ({ state }) => teacher.states[state] },
                { key: 'present', head: status.present, cell: (one) => number(one, 'present'), number: true },
                { key: 'late', head: status.late, cell: (one) => number(one, 'late'), number: true },
                { key: 'absent', head: status.absent, cell: (one) => number(one, 'absent'), number: true },
                {
                  key: 'go',
                  head: <span className="unseen">{teacher.showRecords}</span>,
                  cell: ({ id, state, openedAt }) =>
                    state === 'cancelled' ? null : (
                      <ButtonLink
                        href={state === 'live' ? `/teach/${classId}` : `/teach/${classId}/sessions/${id}`}
                        size="small"
                      >
                        {state === 'live' ? teacher.open : teacher.showRecords}
                        <span className="unseen">{format.moment(openedAt)}</span>
                      </ButtonLink>
                    ),
                },
              ]}
            />
            {nextCursor !== null &&
              (more ? (
                <Part classId={classId} cursor={nextCursor} />
              ) : (
                <Button onClick={() => setMore(true)}>{common.showMore}</Button>
              ))}
          </div>
        )
      }
    </Asked>
  );
};

/** The sessions of a class, the newest first. */
export const SessionsPage = ({ classId }: { classId: string }) => {
  const { teacher } = useTexts();
  const detail = useShown<ClassDetail>(`/api/v1/classes/${classId}`).data?.data;
  return (
    <>
      <Head title={teacher.sessions} note={detail?.className}>
        <ButtonLink href={`/teach/${classId}`} icon={ListChecks}>
          {teacher.register}
        </ButtonLink>
      </Head>
      <Part classId={classId} />
    </>
  );
};
