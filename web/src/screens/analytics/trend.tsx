import { TrendingUp } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Trends } from '../../../../shared/rest/analytics.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { Asked, Loading, State } from '../../ui/feedback.tsx';
import { Choices } from '../../ui/form.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './analytics.module.css';
import { useAddress } from './asked.ts';
import { downloadCsv } from './download.ts';
import { DownloadButton, Part, SHOWN, useShareColumns } from './parts.tsx';

type Day = Trends['days'][number];
const SPANS = ['30', '90', '180'] as const;

// The charting code comes when there is something to draw.
const Chart = lazy(() => import('./chart.tsx'));

const Days = ({ trends, mark }: { trends: Trends; mark: number }) => {
  const { analytics, status } = useTexts();
  const format = useFormat();
  const columns = useShareColumns<Day>({
    head: analytics.day,
    name: ({ date }) => format.day(date),
    mark,
  });
  if (trends.days.length === 0)
    return <State icon={TrendingUp} title={analytics.noTrend} note={analytics.noTrendNote} />;
  const newest = [...trends.days].reverse();
  return (
    <>
      <div className={styles.beside}>
        <Suspense fallback={<Loading lines={5} />}>
          <Chart days={trends.days} mark={mark} />
        </Suspense>
        <div className={styles.tall}>
          <Table<Day>
            caption={analytics.table(analytics.trend)}
            rows={newest}
            keyOf={({ date }) => date}
            columns={columns}
          />
        </div>
      </div>
      <DownloadButton
        onClick={() =>
          downloadCsv(`${analytics.trend} ${trends.from} ${trends.to}`, [
            [analytics.day, `${analytics.attendance} %`, ...SHOWN.map((one) => status[one])],
            ...newest.map((day) => [day.date, day.percentage ?? undefined, ...SHOWN.map((one) => day[one])]),
          ])
        }
      />
    </>
  );
};

/** The attendance day by day. */
export const Trend = ({ classId, mark }: { classId: string; mark: number }) => {
  const { analytics } = useTexts();
  const address = useAddress();
  const days = SPANS.find((one) => one === address.read('days')) ?? '30';
  const query = useShown<Trends>(withQuery('/api/v1/analytics/attendance-trends', { classId, days }));
  return (
    <Part
      title={analytics.trend}
      note={analytics.trendNote}
      controls={
        <Choices
          legend={analytics.span}
          name="days"
          value={days}
          options={SPANS.map((one) => [one, analytics.days(Number(one))])}
          onChoose={(one) => address.write('days', one)}
        />
      }
    >
      <Asked query={query}>{(trends) => <Days trends={trends} mark={mark} />}</Asked>
    </Part>
  );
};
