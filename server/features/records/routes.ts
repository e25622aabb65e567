import { Paging } from '../../../shared/rest/common.ts';
import {
  AuditPage,
  Deletion,
  ExportQuery,
  NewStatus,
  RecordDeleted,
  RecordHistory,
  RecordPage,
  RecordPath,
  RecordQuery,
  RecordView,
} from '../../../shared/rest/records.ts';
import { downloadReply } from '../../rest/download.ts';
import { type Route, route } from '../../rest/route.ts';
import type { AuditService } from './audit.ts';
import type { Correcting } from './correcting.ts';
import type { Exporting } from './export.ts';
import type { RecordsService } from './records.ts';

const STAFF = ['teacher', 'admin'] as const;
const MEMBERS = ['teacher', 'student', 'admin'] as const;
const tags = ['attendance'];
const SCOPE = ['CLASS_NOT_FOUND', 'NOT_CLASS_TEACHER', 'SESSION_NOT_FOUND'] as const;

type Services = {
  records: RecordsService;
  correcting: Correcting;
  exporting: Exporting;
  audit: AuditService;
};

/** One record, at the path that ends in its id. */
const oneRecord = (
  path: string,
  { records, correcting }: Pick<Services, 'records' | 'correcting'>,
): Route[] => [
  route(
    {
      method: 'get',
      path,
      roles: MEMBERS,
      summary: 'One record; a student’s own is without who marked and why.',
      tags,
      params: RecordPath,
      reply: RecordView,
      faults: ['RECORD_NOT_FOUND'],
    },
    async ({ who, params }) => await records.read(who, params.id),
  ),
  route(
    {
      method: 'patch',
      path,
      roles: STAFF,
      summary: 'Correct a status after the end of the session, with a reason.',
      description:
        'The old value stays in the history for ever. When somebody else was first, the answer is 409 and its ' +
        '`details` say how the record stands. The staff and the student who have sent SYNC hear ATTENDANCE_CORRECTED.',
      tags,
      params: RecordPath,
      body: NewStatus,
      reply: RecordView,
      faults: ['RECORD_NOT_FOUND', 'CONFLICT', 'SESSION_CLOSING'],
    },
    async ({ who, params, body }) => await correcting.correct(who, params.id, body),
  ),
  route(
    {
      method: 'delete',
      path,
      roles: ['admin'],
      summary: 'Delete a record; the audit keeps who, when and what it was.',
      tags,
      params: RecordPath,
      body: Deletion.optional(),
      reply: RecordDeleted,
      faults: ['RECORD_NOT_FOUND', 'SESSION_CLOSING', 'REGISTER_UNAVAILABLE'],
    },
    async ({ who, params, body }) => {
      await correcting.remove(who, params.id, body?.reason);
      return { id: params.id };
    },
  ),
];

/** `/api/v1/attendance/records` and `/api/v1/audit`. */
export const recordRoutes = ({ records, correcting, exporting, audit }: Services): Route[] => [
  route(
    {
      method: 'get',
      path: '/api/v1/attendance/records',
      roles: MEMBERS,
      summary: 'Attendance records, the newest first: of your classes, your own, or (an admin) all.',
      tags,
      query: RecordQuery,
      reply: RecordPage,
      faults: SCOPE,
    },
    async ({ who, query }) => {
      const { items, nextCursor } = await records.list(who, query);
      return { items: [...items], nextCursor };
    },
  ),
  ...oneRecord('/api/v1/attendance/records/:id', { records, correcting }),
  route(
    {
      method: 'get',
      path: '/api/v1/attendance/records/:id/history',
      roles: MEMBERS,
      summary: 'How a record came to say what it says: old and new value, who, when and why.',
      tags,
      params: RecordPath,
      reply: RecordHistory,
      faults: ['RECORD_NOT_FOUND'],
    },
    async ({ who, params }) => await records.history(who, params.id),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/attendance/export.csv',
      roles: STAFF,
      summary: 'Records as a table for spreadsheets (CSV by RFC 4180, UTF-8 with a byte order mark).',
      description:
        'By day, session and student, with the columns code, name, date, session, status, minutesLate, markedBy, reason. ' +
        'A cell that a spreadsheet would take for a formula begins with an apostrophe. Withdrawn students are left out.',
      tags,
      query: ExportQuery,
      reply: downloadReply(),
      faults: SCOPE,
      limit: { perMinute: 30, by: 'account' },
    },
    async ({ who, query }) => ({
      filename: 'attendance.csv',
      type: 'text/csv; charset=utf-8',
      pieces: await exporting.csv(who, query),
    }),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/audit',
      roles: ['admin'],
      summary: 'What administrators did, the newest first.',
      tags: ['audit'],
      query: Paging,
      reply: AuditPage,
    },
    async ({ query }) => {
      const { items, nextCursor } = await audit.list(query);
      return { items: [...items], nextCursor };
    },
  ),
];

/**
 * `/api/v1/attendance/:id`: a record, where the clients of an earlier system look for it. To be declared after everything
 * else under `/api/v1/attendance`, which it would hide.
 */
export const recordByIdRoutes = (services: Pick<Services, 'records' | 'correcting'>): Route[] =>
  oneRecord('/api/v1/attendance/:id', services);
