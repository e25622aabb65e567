import type { StudentId } from '../../../shared/ids.ts';
import type {
  DailyQuery,
  DailyReport,
  PercentageQuery,
  PercentageReport,
  Stats,
  TrendQuery,
  Trends,
} from '../../../shared/rest/analytics.ts';
import type { StatsQuery } from '../../../shared/rest/records.ts';
import type { Analytics } from '../../data/analytics.ts';
import type { Classes } from '../../data/classes.ts';
import type { Names } from '../../data/names.ts';
import { attendance, expected, percent, type Tally } from '../../domain/percentage.ts';
import { addDays, monthOf, semesterOf } from '../../domain/period.ts';
import { type Clock, dayIn } from '../../kit/clock.ts';
import type { Asker, Scope } from '../records/scope.ts';
import { createClassNames } from './class-names.ts';

type Deps = {
  readonly analytics: Analytics;
  readonly scope: Pick<Scope, 'of'>;
  readonly classes: Pick<Classes, 'find'>;
  readonly names: Names;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly semesters: readonly string[];
};

const totalOf = (tally: Tally): number => expected(tally) + tally.excused;
const NONE: Tally = { present: 0, late: 0, partial: 0, absent: 0, excused: 0 };

/** What the records add up to: of a teacher's classes, for admins of all (AN3). Faults: those of `Scope.of`. */
export const createAnalyticsService = (deps: Deps) => {
  const { analytics, scope, classes, names, clock, timeZone, semesters } = deps;
  const classNamesOf = createClassNames({ names, clock });
  const today = () => dayIn(timeZone, clock.now());

  return {
    /** Counts and percentages of the records that the query names; a student's are their own. */
    async stats(who: Asker, { from, to, ...asked }: StatsQuery): Promise<Stats> {
      const counts = await analytics.total({ ...(await scope.of(who, asked)), from, to });
      const of = (part: number) => percent(part, expected(counts));
      const { present, late, partial, absent } = counts;
      return {
        counts: { ...counts, total: totalOf(counts) },
        percentages: { present: of(present), late: of(late), partial: of(partial), absent: of(absent) },
        attendance: attendance(counts),
      };
    },

    /** Each student's percentage over the month or semester of a day. */
    async percentages(
      who: Asker,
      { classId, period, date = today() }: PercentageQuery,
    ): Promise<PercentageReport> {
      const span = period === 'month' ? monthOf(date) : semesterOf(date, semesters);
      const filter = await scope.of(who, { classId });
      const [counted, info] = await Promise.all([
        analytics.byStudent({ ...filter, ...span }),
        classId === undefined ? null : classes.find(classId),
      ]);
      const tallies = new Map<StudentId, Tally>(counted.map(({ studentId, ...tally }) => [studentId, tally]));
      for (const studentId of info?.studentIds ?? [])
        if (!tallies.has(studentId)) tallies.set(studentId, NONE);
      const people = await names.ofPeople([...tallies.keys()]);
      const students = [...tallies].map(([studentId, tally]) => ({
        studentId,
        name: people.get(studentId)?.name,
        code: people.get(studentId)?.code,
        ...tally,
        percentage: attendance(tally),
      }));
      return { period, ...span, students };
    },

    /** The sessions of a day, class by class. */
    async daily(who: Asker, { classId, date = today() }: DailyQuery): Promise<DailyReport> {
      const filter = await scope.of(who, { classId });
      const sessions = await analytics.bySession({ ...filter, from: date, to: date });
      const classNames = await classNamesOf([...new Set(sessions.map((session) => session.classId))]);
      const report = new Map<string, DailyReport['classes'][number]>();
      for (const { classId: id, sessionId, ...tally } of sessions) {
        const known = report.get(id) ?? { classId: id, className: classNames.get(id), sessions: [] };
        known.sessions.push({ sessionId, ...tally, total: totalOf(tally), percentage: attendance(tally) });
        report.set(id, known);
      }
      return { date, classes: [...report.values()] };
    },

    /** Day by day, up to today. */
    async trends(who: Asker, { classId, days }: TrendQuery): Promise<Trends> {
      const to = today();
      const from = addDays(to, 1 - days);
      const counted = await analytics.byDay({ ...(await scope.of(who, { classId })), from, to });
      return {
        from,
        to,
        days: counted.map(({ date, ...tally }) => ({
          date,
          ...tally,
          total: totalOf(tally),
          percentage: attendance(tally),
        })),
      };
    },
  };
};
export type AnalyticsService = ReturnType<typeof createAnalyticsService>;
