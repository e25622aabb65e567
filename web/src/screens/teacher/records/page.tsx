import { History, ListChecks, ScrollText } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { RecordView } from '../../../../../shared/rest/records.ts';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import { useFormat, useLanguage, useTexts } from '../../../lib/language.ts';
import { live } from '../../../lib/live.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { Asked, State } from '../../../ui/feedback.tsx';
import { Head } from '../../../ui/frame.tsx';
import { Ring } from '../../../ui/ring.tsx';
import { STATUSES, StatusChip } from '../../../ui/status.tsx';
import { MissedMarks } from '../missed/panel.tsx';
import { CorrectDialog } from './correct.tsx';
import { HistoryDialog } from './history.tsx';
import styles from './records.module.css';
import { RecordTable } from './table.tsx';
import { useRecords } from './use-records.ts';

type Open = { what: 'correct' | 'history'; recordId: string };

/** The counts of a session. */
const Figures = ({ counts }: { counts: NonNullable<SessionView['counts']> }) => {
  const format = useFormat();
  return (
    <div className={styles.figures}>
      <div>
        <Ring counts={counts} width={12} />
      </div>
      <ul>
        {STATUSES.filter((status) => counts[status] > 0).map((status) => (
          <li key={status}>
            <b className="numbers">{format.number(counts[status])}</b> <StatusChip status={status} />
          </li>
        ))}
      </ul>
    </div>
  );
};

/** The records of a finished session: who was how, corrections with their reason, how each came about. */
export const RecordsPage = ({ classId, sessionId }: { classId: string; sessionId: string }) => {
  const { teacher } = useTexts();
  const format = useFormat();
  const language = useLanguage();
  const [open, setOpen] = useState<Open>();
  const detail = useShown<ClassDetail>(`/api/v1/classes/${classId}`).data?.data;
  const session = useShown<SessionView>(`/api/v1/sessions/${sessionId}`);
  const records = useRecords(sessionId);
  // What a co-teacher corrects meanwhile.
  useEffect(() => {
    const client = live();
    client.watch(classId);
    return client.heard('ATTENDANCE_CORRECTED', (told) => {
      if (told.sessionId !== sessionId) return;
      void refresh('/api/v1/attendance/records');
      void refresh('/api/v1/sessions');
    });
  }, [classId, sessionId]);

  // Whoever has left the class, or the school, is named by the record alone.
  const listed = (records.data?.data ?? []).map(({ studentId, studentName }) => ({
    id: studentId as string,
    name: studentName,
  }));
  const names = new Map(
    [...listed, ...(detail?.students ?? [])].flatMap(({ id, name }) => (name ? [[id as string, name]] : [])),
  );
  const { compare } = new Intl.Collator(language, { numeric: true });
  const byName = (a: RecordView, b: RecordView) =>
    compare(names.get(a.studentId) ?? '\uffff', names.get(b.studentId) ?? '\uffff');
  const about = session.data?.data;
  const note =
    about &&
    [format.longDay(about.date), format.time(about.openedAt), about.room, teacher.states[about.state]]
      .filter(Boolean)
      .join(' · ');
  const nameOf = ({ studentId }: RecordView) => names.get(studentId) ?? teacher.unknownName;
  const opened = records.data?.data.find(({ id }) => id === open?.recordId);
  return (
    <>
      <Head title={detail?.className ?? teacher.records} note={note}>
        <ButtonLink href={`/teach/${classId}/sessions`} icon={History}>
          {teacher.sessions}
        </ButtonLink>
        <ButtonLink href={`/teach/${classId}`} icon={ListChecks}>
          {teacher.register}
        </ButtonLink>
      </Head>
      <MissedMarks classId={classId} sessionId={sessionId} />
      <Asked query={session}>
        {({ state, counts }) =>
          state === 'live' ? (
            <State icon={ListChecks} title={teacher.stillLive}>
              <ButtonLink href={`/teach/${classId}`} variant="primary">
                {teacher.open}
              </ButtonLink>
            </State>
          ) : (
            <div className={styles.stack}>
              {counts && <Figures counts={counts} />}
              <Asked query={records}>
                {(items) =>
                  items.length === 0 ? (
                    <State icon={ScrollText} title={teacher.noRecords} note={teacher.noRecordsNote} />
                  ) : (
                    <RecordTable
                      records={[...items].sort(byName)}
                      names={names}
                      onOpen={(what, { id }) => setOpen({ what, recordId: id })}
                    />
                  )
                }
              </Asked>
            </div>
          )
        }
      </Asked>
      {opened && open?.what === 'correct' && (
        <CorrectDialog record={opened} name={nameOf(opened)} onClose={() => setOpen(undefined)} />
      )}
      {opened && open?.what === 'history' && (
        <HistoryDialog record={opened} name={nameOf(opened)} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
};
