import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import mongoose from 'mongoose';
import { PLANS, type Plan } from '../server/data/analytics.ts';
import { addDays, semesterOf } from '../server/domain/period.ts';
import type { Fixtures } from './fixtures.ts';
import { figure, type Row } from './report.ts';
import { inTurn, ratios } from './scenarios.ts';
import type { Measured } from './servers.ts';

const RECORDS = 1_000_000;
const CLASSES = 200;
const DAYS = 180;
const CHUNK = 5_000;
/** More rounds than this are of something short. */
const MANY = 10;
/** Calls about a day without records, before something short is measured. */
const WARM_UP = 1_000;
const LONG_AGO = '2001-01-01';
/** Most are present, as in a school. */
const DRAWN = ['present', 'present', 'present', 'present', 'present', 'late', 'partial', 'absent', 'excused'];

const newId = () => new mongoose.mongo.ObjectId();
const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);

const agent = new Agent({ keepAlive: true });
/** One call over a connection that stays, as the driver's does; read to the end. */
const fetched = async (url: string, token: string): Promise<unknown> => {
  const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${body}`);
  return JSON.parse(body);
};

/** Fills a school: one session a day in each of 200 classes for 180 days, one million records, today the last day. */
export const fillSchool = async ({ connection }: Fixtures): Promise<{ today: string }> => {
  const { db } = connection;
  if (db === undefined) throw new Error('not connected');
  const today = new Date().toISOString().slice(0, 10);
  const size = Math.ceil(RECORDS / CLASSES / DAYS);
  const classes = times(CLASSES, () => ({ _id: newId(), students: times(size, newId), teacherId: newId() }));
  await db
    .collection('users')
    .insertMany(
      classes.flatMap(({ students }) =>
        students.map((_id) => ({ _id, name: 'A student', email: `${_id}@example.org`, role: 'student' })),
      ),
    );
  await db.collection('classes').insertMany(
    classes.map(({ _id, students, teacherId }) => ({
      _id,
      className: 'A class',
      teacherId,
      coTeacherIds: [],
      studentIds: students,
      visibility: 'private',
      createdAt: new Date(),
    })),
  );
  const records = db.collection('records', { writeConcern: { w: 1 } });
  let rows: object[] = [];
  let written = 0;
  let tooMany = size * CLASSES * DAYS - RECORDS; // left out of the first days
  for (let day = DAYS - 1; day >= 0; day--) {
    const date = addDays(today, -day);
    const at = new Date(`${date}T08:00:00Z`);
    for (const { _id: classId, students, teacherId: by } of classes) {
      const sessionId = newId();
      const missing = Math.min(tooMany, size);
      tooMany -= missing;
      for (const studentId of students.slice(missing)) {
        const status = DRAWN[randomInt(DRAWN.length)];
        rows.push({
          sessionId,
          studentId,
          classId,
          date,
          status,
          source: 'teacher',
          by,
          at,
          version: 1,
          writtenAt: at,
        });
      }
      if (rows.length < CHUNK && written + rows.length < RECORDS) continue;
      await records.insertMany(rows, { ordered: false });
      written += rows.length;
      rows = [];
    }
  }
  if (written !== RECORDS) throw new Error(`${written} records were written`);
  return { today };
};

/** The three calls of analytics over one million records, each beside its bare pipeline by the driver. */
export const createAnalyticsBench = (at: Fixtures, hub: Measured) => {
  let filled: Promise<{ today: string; token: string }> | undefined;
  const ready = () => {
    filled ??= Promise.all([fillSchool(at), at.school.person('admin')]).then(([{ today }, { token }]) => ({
      today,
      token,
    }));
    return filled;
  };

  const beside = async (
    what: string,
    ask: (today: string) => { path: string; plan: Plan },
    rounds: number,
  ): Promise<Row> => {
    const { today, token } = await ready();
    const { path, plan } = ask(today);
    const records = at.connection.collection('records');
    const options = plan.hint === undefined ? {} : { hint: plan.hint };
    const explained = JSON.stringify(
      await records.aggregate(plan.pipeline, options).explain('executionStats'),
    );
    if (!explained.includes('"IXSCAN"') || !explained.includes('"totalDocsExamined":0'))
      throw new Error(`${path} is not read from its index`);
    const timed = async (work: () => Promise<unknown>) => {
      const from = performance.now();
      await work();
      return performance.now() - from;
    };
    const ours = () => timed(() => fetched(`${hub.url}${path}`, token));
    const bare = () => timed(() => records.aggregate(plan.pipeline, options).toArray());
    // Both run compiled code before they are measured, where a round is short enough for that to be seen: the driver here
    // has written a million records, the hub has answered nobody yet.
    if (rounds > MANY) {
      for (let i = 0; i < WARM_UP; i++) await fetched(`${hub.url}${ask(LONG_AGO).path}`, token);
      for (let i = 0; i < rounds; i++) for (const work of [ours, bare]) await work();
    }
    const result = ratios(await inTurn(ours, bare, rounds));
    return {
      what: `${what}, over 1,000,000 records`,
      ours: figure(result.ours, 'ms'),
      baseline: figure(result.baseline, 'ms'),
      ratio: result.ratio,
      target: '≤ 1.2×',
      met: result.ratio <= 1.2,
    };
  };

  return {
    percentage: () =>
      beside(
        'analytics: percentage of each of 5,600 students over a semester',
        (today) => ({
          path: `/api/v1/analytics/attendance-percentage?period=semester&date=${today}`,
          plan: PLANS.byStudent(semesterOf(today)),
        }),
        7,
      ),
    daily: () =>
      beside(
        'analytics: report of one day in 200 classes',
        (today) => ({
          path: `/api/v1/analytics/daily-class-report?date=${today}`,
          plan: PLANS.bySession({ from: today, to: today }),
        }),
        41,
      ),
    trends: () =>
      beside(
        `analytics: trend of ${DAYS} days`,
        (today) => ({
          path: `/api/v1/analytics/attendance-trends?days=${DAYS}`,
          plan: PLANS.byDay({ from: addDays(today, 1 - DAYS), to: today }),
        }),
        7,
      ),
  };
};
