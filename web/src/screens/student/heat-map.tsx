import type { RecordView } from '../../../../shared/rest/records.ts';
import type { Status } from '../../../../shared/status.ts';
import { useFormat, useLanguage, useTexts } from '../../lib/language.ts';
import { useToday } from '../../lib/school-day.ts';
import { STATUS_ICONS } from '../../ui/status.tsx';
import styles from './history.module.css';

/** How many weeks the calendar shows; what is older is in the list below it. */
const WEEKS = 16;
const DAY_MS = 86_400_000;
/** Of several classes on one day the one that asks for attention is shown. */
const FIRST: readonly Status[] = ['absent', 'partial', 'late', 'excused', 'present'];

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The first day of the week where this language is spoken: 1 is Monday, 7 Sunday. */
const firstDayIn = (language: string): number => {
  const locale = new Intl.Locale(language) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
};

type Day = { readonly date: string; readonly of: readonly RecordView[] };

/** Whole weeks up to today, each of seven days; days to come are left out. */
const weeksOf = (records: readonly RecordView[], firstDay: number, today: string): Day[][] => {
  const byDate = new Map<string, RecordView[]>();
  for (const record of records) byDate.set(record.date, [...(byDate.get(record.date) ?? []), record]);
  const end = Math.max(Date.parse(today), ...records.map(({ date }) => Date.parse(date)));
  const weekday = (new Date(end).getUTCDay() + 7 - (firstDay % 7)) % 7;
  const start = end - (weekday + 7 * (WEEKS - 1)) * DAY_MS;
  return Array.from({ length: WEEKS }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => start + (7 * week + day) * DAY_MS)
      .filter((ms) => ms <= end)
      .map((ms) => ({ date: dayOf(ms), of: byDate.get(dayOf(ms)) ?? [] })),
  );
};

const Cell = ({ date, of }: Day) => {
  const texts = useTexts();
  const format = useFormat();
  const status = FIRST.find((one) => of.some((record) => record.status === one));
  if (status === undefined) return <span className={styles.cell} title={format.day(date)} />;
  const Icon = STATUS_ICONS[status];
  const words = of.map((record) => texts.status[record.status]).join(', ');
  return (
    <span className={`${styles.cell} ${styles[status]}`} title={`${format.day(date)}: ${words}`}>
      <Icon size={13} strokeWidth={3} />
    </span>
  );
};

/** The last weeks as a calendar. It is a picture: the list below it says the same in words. */
export const HeatMap = ({ records }: { records: readonly RecordView[] }) => {
  const { student } = useTexts();
  const language = useLanguage();
  const weeks = weeksOf(records, firstDayIn(language), useToday());
  const month = new Intl.DateTimeFormat(language, { month: 'short', timeZone: 'UTC' });
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'narrow', timeZone: 'UTC' });
  const monthAt = (index: number): string => {
    const name = (week: Day[] | undefined) => week?.[0] && month.format(new Date(week[0].date));
    const here = name(weeks[index]);
    return here === name(weeks[index - 1]) || here === undefined ? '' : here;
  };
  return (
    <section className={styles.part} aria-labelledby="calendar">
      <h2 id="calendar">{student.calendar}</h2>
      <p className="unseen">{student.calendarUnseen}</p>
      <div className={styles.calendar} aria-hidden="true">
        <div className={styles.days}>
          <span />
          {weeks[0]?.map(({ date }) => (
            <span key={date}>{weekday.format(new Date(date))}</span>
          ))}
        </div>
        {weeks.map((week, i) => (
          <div key={week[0]?.date} className={styles.week}>
            <span className={styles.month}>{monthAt(i)}</span>
            {week.map((day) => (
              <Cell key={day.date} {...day} />
            ))}
          </div>
        ))}
      </div>
    </section>
  );
};
