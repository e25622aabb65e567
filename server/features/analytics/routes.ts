import {
  DailyQuery,
  DailyReport,
  PercentageQuery,
  PercentageReport,
  Stats,
  TrendQuery,
  Trends,
} from '../../../shared/rest/analytics.ts';
import { StatsQuery } from '../../../shared/rest/records.ts';
import { type Route, route } from '../../rest/route.ts';
import type { AnalyticsService } from './analytics.ts';

const STAFF = ['teacher', 'admin'] as const;
const tags = ['analytics'];
const faults = ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER'] as const;
/** A count over years of a whole school takes the database a second or more. */
const limit = { perMinute: 120, by: 'account' } as const;

/** `/api/v1/attendance/stats` and `/api/v1/analytics`. */
export const analyticsRoutes = ({ analytics }: { analytics: AnalyticsService }): Route[] => [
  route(
    {
      method: 'get',
      path: '/api/v1/attendance/stats',
      roles: ['teacher', 'student', 'admin'],
      summary: 'Counts and percentages of records: of your classes, your own, or (an admin) of all.',
      tags: ['attendance'],
      query: StatsQuery,
      reply: Stats,
      faults: [...faults, 'SESSION_NOT_FOUND'],
      limit,
    },
    async ({ who, query }) => await analytics.stats(who, query),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/analytics/attendance-percentage',
      roles: STAFF,
      summary: 'The attendance of each student over a month or semester.',
      tags,
      query: PercentageQuery,
      reply: PercentageReport,
      faults,
      limit,
    },
    async ({ who, query }) => await analytics.percentages(who, query),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/analytics/daily-class-report',
      roles: STAFF,
      summary: 'The counts of each session of a day, class by class.',
      tags,
      query: DailyQuery,
      reply: DailyReport,
      faults,
      limit,
    },
    async ({ who, query }) => await analytics.daily(who, query),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/analytics/attendance-trends',
      roles: STAFF,
      summary: 'Counts and attendance day by day.',
      tags,
      query: TrendQuery,
      reply: Trends,
      faults,
      limit,
    },
    async ({ who, query }) => await analytics.trends(who, query),
  ),
];
