import { ArrowLeft, CalendarOff, History as HistoryIcon, PencilLine } from 'lucide-react';
import { useState } from 'react';
import type { Stats } from '../../../../shared/rest/analytics.ts';
import type { RecordView } from '../../../../shared/rest/records.ts';
import { useAll } from '../../lib/all.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { Ring } from '../../ui/ring.tsx';
import { StatusChip } from '../../ui/status.tsx';
import { HeatMap } from './heat-map.tsx';
import styles from './history.module.css';
import { useClasses } from './lists.ts';
import { useFollowed } from './own.ts';
import { RecordStory } from './record-story.tsx';

const STATUSES = ['present', 'late', 'partial', 'excused', 'absent'] as const;
/** How many of them are listed before one asks for more. */
const FIRST = 12;

/** What one's own records add up to, in a ring and in figures. */
const Summary = ({ classId }: { classId: string }) => {
  const { student } = useTexts();
  const format = useFormat();
  const query = useShown<Stats>(`/api/v1/attendance/stats?classId=${classId}`);
  return (
    <Asked query={query}>
      {({ counts, attendance }) => (
        <section className={styles.summary} aria-label={student.attendance}>
          <div className={styles.ring}>
            <Ring counts={{ ...counts, unmarked: 0, enrolled: counts.total }} width={9} />
            <p>
              <strong>{format.percent(attendance)}</strong>
              <span>{student.attendance}</span>
            </p>
          </div>
          <dl className={styles.figures}>
            {STATUSES.map((status) => (
              <div key={status}>
                <dt>
                  <StatusChip status={status} />
                </dt>
                <dd>{format.number(counts[status])}</dd>
              </div>
            ))}
          </dl>
          <p className={styles.rule}>{student.percentRule}</p>
        </section>
      )}
    </Asked>
  );
};

const RecordLine = ({ record, onStory }: { record: RecordView; onStory: () => void }) => {
  const { student, source } = useTexts();
  const format = useFormat();
  const { date, status, at, minutesLate, corrected, withdrawn } = record;
  return (
    <li className={styles.record}>
      <div>
        <strong>{format.longDay(date)}</strong>
        <span>
          {record.source === 'system' ? student.atTheEnd : `${format.time(at)} · ${source[record.source]}`}
          {minutesLate ? ` · ${student.minutesLate(minutesLate)}` : ''}
          {withdrawn ? ` · ${student.withdrawn}` : ''}
        </span>
      </div>
      {corrected && (
        <Button variant="quiet" size="small" icon={PencilLine} onClick={onStory}>
          {student.corrected}
        </Button>
      )}
      <StatusChip status={status} />
    </li>
  );
};

const Records = ({ records }: { records: readonly RecordView[] }) => {
  const { student, common } = useTexts();
  const [most, setMost] = useState(FIRST);
  const [story, setStory] = useState<string>();
  return (
    <section className={styles.part} aria-labelledby="records">
      <h2 id="records">{student.records}</h2>
      <ul className={styles.records}>
        {records.slice(0, most).map((record) => (
          <RecordLine key={record.id} record={record} onStory={() => setStory(record.id)} />
        ))}
      </ul>
      {records.length > most && (
        <Button icon={HistoryIcon} onClick={() => setMost(most + 5 * FIRST)}>
          {common.showMore}
        </Button>
      )}
      {story && <RecordStory id={story} onClose={() => setStory(undefined)} />}
    </section>
  );
};

/** A student's own history in one class: the percentage, the days as a calendar, and every record. */
export const History = ({ classId }: { classId: string }) => {
  const { student, common } = useTexts();
  const classes = useClasses();
  const query = useAll<RecordView>(`/api/v1/attendance/records?classId=${classId}`);
  const isMine = classes.list.some(({ id }) => id === classId);
  useFollowed(isMine ? [classId] : []);
  return (
    <>
      <Head title={classes.nameOf(classId) ?? student.history} note={student.historyNote}>
        <ButtonLink href="/" icon={ArrowLeft}>
          {common.back}
        </ButtonLink>
      </Head>
      <Asked query={query}>
        {(items) =>
          items.length === 0 ? (
            <State icon={CalendarOff} title={student.noRecords} note={student.noRecordsNote} />
          ) : (
            <div className={styles.page}>
              <div className={styles.pair}>
                <Summary classId={classId} />
                <HeatMap records={items} />
              </div>
              <Records records={items} />
            </div>
          )
        }
      </Asked>
    </>
  );
};
