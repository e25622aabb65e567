import { z } from 'zod';
import { ClassId, SessionId, StudentId } from '../ids.ts';
import { Day } from './records.ts';

const n = () => z.int().min(0);
const tally = { present: n(), late: n(), partial: n(), absent: n(), excused: n() };
const RULE =
  'Present, late and partial in percent (0–100, two decimals) of all enrolled students but the excused, who are left ' +
  'out of the denominator; whoever was not marked or never seen is absent. Null where nobody is left.';
const percentage = z.number().min(0).max(100).nullable().describe(RULE);
const share = () => z.number().min(0).max(100).nullable();

/** Counts over records and what they are in percent. */
export const Stats = z
  .object({
    counts: z.object({ ...tally, total: n() }),
    percentages: z
      .object({ present: share(), late: share(), partial: share(), absent: share() })
      .describe('Each status in percent of the total without the excused.'),
    attendance: percentage,
  })
  .meta({ id: 'AttendanceStats' });
export type Stats = z.infer<typeof Stats>;

const span = { from: Day, to: Day };

/** Of what comes before or after these years no month or semester is made. */
const CountedDay = Day.refine((day) => day >= '1970' && day < '3000', 'must be in the years 1970 to 2999');

/** Whose percentages, over which stretch. */
export const PercentageQuery = z.strictObject({
  classId: ClassId.optional(),
  period: z.enum(['month', 'semester']).default('month'),
  date: CountedDay.optional().describe('A day of that month or semester (1970–2999); today when left out.'),
});
export type PercentageQuery = z.infer<typeof PercentageQuery>;

/** As exports have it. */
const Code = z.string().optional().describe('The student’s code, or the id of one who has none.');

export const PercentageReport = z
  .object({
    period: z.enum(['month', 'semester']),
    ...span,
    students: z
      .array(
        z.object({ studentId: StudentId, name: z.string().optional(), code: Code, ...tally, percentage }),
      )
      .describe('With `classId` also those on the roster who have no record yet.'),
  })
  .meta({ id: 'PercentageReport' });
export type PercentageReport = z.infer<typeof PercentageReport>;

export const DailyQuery = z.strictObject({
  date: Day.optional().describe('Today when left out.'),
  classId: ClassId.optional(),
});
export type DailyQuery = z.infer<typeof DailyQuery>;

/** The sessions of one day, class by class. */
export const DailyReport = z
  .object({
    date: Day,
    classes: z.array(
      z.object({
        classId: ClassId,
        className: z.string().optional().describe('As it was within the last minute.'),
        sessions: z.array(z.object({ sessionId: SessionId, ...tally, total: n(), percentage })),
      }),
    ),
  })
  .meta({ id: 'DailyReport' });
export type DailyReport = z.infer<typeof DailyReport>;

export const TrendQuery = z.strictObject({
  classId: ClassId.optional(),
  days: z.coerce.number().int().min(1).max(366).default(30).describe('How many days, today the last.'),
});
export type TrendQuery = z.infer<typeof TrendQuery>;

export const Trends = z
  .object({
    ...span,
    days: z
      .array(z.object({ date: Day, ...tally, total: n(), percentage }))
      .describe('The days that have records, the oldest first.'),
  })
  .meta({ id: 'AttendanceTrends' });
export type Trends = z.infer<typeof Trends>;
