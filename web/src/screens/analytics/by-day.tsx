import { ChevronLeft, ChevronRight, ClipboardList } from 'lucide-react';
import { useId } from 'react';
import type { DailyReport } from '../../../../shared/rest/analytics.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { IconButton } from '../../ui/button.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './analytics.module.css';
import { useAddress } from './asked.ts';
import { downloadCsv } from './download.ts';
import { Control, DownloadButton, Part, SHOWN, useShareColumns } from './parts.tsx';

type Row = DailyReport['classes'][number]['sessions'][number] & { className: string };
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The sessions of a day in a line each; a class that met twice says which time it was. */
const rowsOf = (report: DailyReport, nth: (name: string, n: number) => string): Row[] =>
  report.classes.flatMap(({ className, sessions }) =>
    sessions.map((session, i) => ({
      ...session,
      className: sessions.length > 1 ? nth(className ?? '–', i + 1) : (className ?? '–'),
    })),
  );

const Day = ({ report, mark }: { report: DailyReport; mark: number }) => {
  const { analytics, status } = useTexts();
  const format = useFormat();
  const columns = useShareColumns<Row>({
    head: analytics.class,
    name: ({ className }) => className,
    mark,
    further: [{ head: analytics.all, of: ({ total }) => total }],
  });
  const rows = rowsOf(report, analytics.nth);
  if (rows.length === 0)
    return <State icon={ClipboardList} title={analytics.noRegister} note={format.longDay(report.date)} />;
  return (
    <>
      <p className={styles.above}>{format.longDay(report.date)}</p>
      <Table<Row>
        caption={analytics.table(analytics.byDay)}
        rows={rows}
        keyOf={({ sessionId }) => sessionId}
        columns={columns}
      />
      <DownloadButton
        onClick={() =>
          downloadCsv(`${analytics.byDay} ${report.date}`, [
            [
              analytics.day,
              analytics.class,
              ...SHOWN.map((one) => status[one]),
              analytics.all,
              `${analytics.attendance} %`,
            ],
            ...rows.map((row) => [
              report.date,
              row.className,
              ...SHOWN.map((one) => row[one]),
              row.total,
              row.percentage ?? undefined,
            ]),
          ])
        }
      />
    </>
  );
};

/** The counts of each class on one day. */
export const ByDay = ({ classId, mark }: { classId: string; mark: number }) => {
  const { analytics } = useTexts();
  const address = useAddress();
  const id = useId();
  const asked = address.read('day');
  const query = useShown<DailyReport>(
    withQuery('/api/v1/analytics/daily-class-report', { classId, date: asked }),
  );
  const day = DAY.test(asked) ? asked : (query.data?.data.date ?? '');
  const step = (days: number) => {
    if (!Number.isNaN(Date.parse(day)))
      address.write('day', new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10));
  };
  return (
    <Part
      title={analytics.byDay}
      note={analytics.byDayNote}
      controls={
        <Control id={id} label={analytics.day}>
          <span className={styles.stepper}>
            <IconButton icon={ChevronLeft} label={analytics.dayBefore} onClick={() => step(-1)} />
            <input
              id={id}
              type="date"
              value={day}
              onChange={({ target }) => address.write('day', target.value)}
            />
            <IconButton icon={ChevronRight} label={analytics.dayAfter} onClick={() => step(1)} />
          </span>
        </Control>
      }
    >
      <Asked query={query}>{(report) => <Day report={report} mark={mark} />}</Asked>
    </Part>
  );
};
