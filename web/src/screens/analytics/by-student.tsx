import { CircleCheck, Users } from 'lucide-react';
import { useId, useState } from 'react';
import type { PercentageReport } from '../../../../shared/rest/analytics.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useLanguage, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './analytics.module.css';
import { useAddress } from './asked.ts';
import { downloadCsv } from './download.ts';
import { Control, DownloadButton, Part, SHOWN, useShareColumns } from './parts.tsx';

type Student = PercentageReport['students'][number];
const PERIODS = ['month', 'semester'] as const;
/** So many rows are drawn at once. */
const STEP = 100;

/** The students in an order: who was there least comes first, or by name. */
const sorted = (students: readonly Student[], order: string, language: string): Student[] => {
  const { compare } = new Intl.Collator(language, { numeric: true });
  const byName = (a: Student, b: Student) => compare(a.name ?? '', b.name ?? '');
  return [...students].sort((a, b) =>
    order === 'name' ? byName(a, b) : (a.percentage ?? 101) - (b.percentage ?? 101) || byName(a, b),
  );
};

const Students = ({ report, mark }: { report: PercentageReport; mark: number }) => {
  const { admin, analytics, common, status } = useTexts();
  const language = useLanguage();
  const format = useFormat();
  const address = useAddress();
  const columns = useShareColumns<Student>({
    head: analytics.student,
    name: ({ name }) => name ?? '–',
    mark,
  });
  const [shown, setShown] = useState(STEP);
  const onlyBelow = address.read('only') === 'below';
  const below = report.students.filter(({ percentage }) => percentage !== null && percentage < mark);
  const rows = sorted(onlyBelow ? below : report.students, address.read('order'), language);
  if (report.students.length === 0)
    return <State icon={Users} title={analytics.noStudents} note={analytics.noStudentsNote} />;
  return (
    <>
      <div className={styles.above}>
        <p>
          {format.longDay(report.from)} – {format.longDay(report.to)} ·{' '}
          {common.students(report.students.length)} ·{' '}
          <strong>{analytics.belowCount(below.length, mark)}</strong>
        </p>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={onlyBelow}
            onChange={({ target }) => address.write('only', target.checked ? 'below' : '')}
          />
          {analytics.onlyBelow}
        </label>
      </div>
      {rows.length === 0 ? (
        <State icon={CircleCheck} title={analytics.nobodyBelow} />
      ) : (
        <Table<Student>
          caption={analytics.table(analytics.byStudent)}
          rows={rows.slice(0, shown)}
          keyOf={({ studentId }) => studentId}
          columns={columns}
        />
      )}
      {rows.length > shown && <Button onClick={() => setShown(shown + STEP)}>{common.showMore}</Button>}
      <DownloadButton
        onClick={() =>
          downloadCsv(`${analytics.byStudent} ${report.from} ${report.to}`, [
            [
              analytics.student,
              ...SHOWN.map((one) => status[one]),
              `${analytics.attendance} %`,
              admin.people.studentCode,
            ],
            ...rows.map((row) => [
              row.name,
              ...SHOWN.map((one) => row[one]),
              row.percentage ?? undefined,
              row.code ?? row.studentId,
            ]),
          ])
        }
      />
    </>
  );
};

/** The attendance of each student over a month or a semester. */
export const ByStudent = ({ classId, mark }: { classId: string; mark: number }) => {
  const { analytics } = useTexts();
  const address = useAddress();
  const id = useId();
  const period = address.read('period') === 'semester' ? 'semester' : 'month';
  const day = address.read('of');
  const query = useShown<PercentageReport>(
    withQuery('/api/v1/analytics/attendance-percentage', { classId, period, date: day }),
  );
  return (
    <Part
      title={analytics.byStudent}
      note={analytics.byStudentNote}
      controls={
        <>
          <Control id={`${id}p`} label={analytics.period}>
            <select
              id={`${id}p`}
              value={period}
              onChange={({ target }) => address.write('period', target.value)}
            >
              {PERIODS.map((one) => (
                <option key={one} value={one}>
                  {analytics.periods[one]}
                </option>
              ))}
            </select>
          </Control>
          <Control id={`${id}d`} label={analytics.dayOfIt}>
            <input
              id={`${id}d`}
              type="date"
              value={day}
              onChange={({ target }) => address.write('of', target.value)}
            />
          </Control>
          <Control id={`${id}o`} label={analytics.order}>
            <select
              id={`${id}o`}
              value={address.read('order') === 'name' ? 'name' : ''}
              onChange={({ target }) => address.write('order', target.value)}
            >
              <option value="">{analytics.lowestFirst}</option>
              <option value="name">{analytics.byName}</option>
            </select>
          </Control>
        </>
      }
    >
      <Asked query={query}>{(report) => <Students report={report} mark={mark} />}</Asked>
    </Part>
  );
};
