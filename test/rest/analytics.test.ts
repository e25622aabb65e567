import { expect } from 'chai';
import mongoose from 'mongoose';
import { addDays } from '../../server/domain/period.ts';
import { rest } from '../support/finished.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { attendanceOf, type Put, putTerm, tallyOf } from '../support/term.ts';

type Figures = Record<string, unknown>;
const NOBODY = '0'.repeat(24);

describe('REST: statistics and analytics', () => {
  let hub: TestHub;
  let one: SchoolClass;
  let two: SchoolClass;
  let admin: { id: string; token: string };
  let put: Put[];
  let today: string;

  before(async () => {
    // Noon or not, "today" is the same day for the server and for this test.
    hub = await startHub({ mode: 'embedded', env: { TIME_ZONE: 'UTC' } });
    one = await hub.school.class(5, 'private');
    two = await hub.school.class(4, 'private');
    admin = await hub.school.person('admin');
    // As late as can be: midnight may come while the other files run.
    today = new Date().toISOString().slice(0, 10);
    const days = ['2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01', '2026-06-30', '2026-07-01'];
    put = await putTerm(hub, [one, two], [...days, ...[3, 2, 1, 0].map((ago) => addDays(today, -ago))]);
    // A second session of class one on one of the days.
    put.push(...(await putTerm(hub, [one], ['2026-02-28'], 2)));
  });
  after(() => hub?.stop());

  const get = async (person: { token: string }, path: string) => {
    const { data, status, code } = await rest(hub, person, `GET /api/v1/${path}`);
    return { ...data, status, code } as Figures;
  };
  const refusal = async (person: { token: string }, path: string) => {
    const { status, code } = await get(person, path);
    return [status, code];
  };
  const student = () => one.students[0] ?? expect.fail();
  const of = (which: (record: Put) => boolean) => {
    const tally = tallyOf(put.filter(which));
    const { total: _, ...counts } = tally;
    return { tally, counts, percentage: attendanceOf(tally) };
  };

  it('[AN2] counts each status, and leaves the excused out of the denominator', async () => {
    const { tally, percentage } = of(({ classId }) => classId === one.id);
    const stats = await get(one.teacher, `attendance/stats?classId=${one.id}`);
    expect(stats.counts).to.deep.equal(tally);
    expect(stats.attendance).to.equal(percentage);
    const base = tally.total - tally.excused;
    expect((stats.percentages as Figures).absent).to.be.closeTo((100 * tally.absent) / base, 0.01);
    const shares = Object.values(stats.percentages as Record<string, number>);
    expect(shares.reduce((sum, share) => sum + share, 0)).to.be.closeTo(100, 0.05);
    expect(tally.excused, 'something to leave out').to.be.greaterThan(0);
  });

  it('[AN2] says nothing in percent where nothing is left', async () => {
    const stats = await get(one.teacher, 'attendance/stats?to=2001-01-01');
    expect(stats.counts).to.include({ total: 0, present: 0 });
    expect(stats.attendance).to.equal(null);
    expect(stats.percentages).to.deep.equal({ present: null, late: null, partial: null, absent: null });
  });

  it('[AN3] counts for a student their own records, for a teacher their classes’, for an admin all', async () => {
    const countsOf = async (person: { token: string }, query = '') =>
      (await get(person, `attendance/stats?${query}`)).counts;
    const own = ({ studentId }: Put) => studentId === student().id;
    expect(await countsOf(student())).to.deep.equal(of(own).tally);
    expect(await countsOf(one.teacher)).to.deep.equal(of(({ classId }) => classId === one.id).tally);
    expect(await countsOf(admin)).to.deep.equal(of(() => true).tally);
    expect(await countsOf(admin, `studentId=${student().id}`)).to.deep.equal(of(own).tally);
    const range = ({ date }: Put) => date >= '2026-02-01' && date <= '2026-03-01';
    expect(await countsOf(admin, 'from=2026-02-01&to=2026-03-01')).to.deep.equal(of(range).tally);
    const mate = one.students[1]?.id;
    expect(await refusal(student(), `attendance/stats?studentId=${mate}`)).to.deep.equal([403, 'FORBIDDEN']);
  });

  for (const [period, from, to] of [
    ['month', '2026-02-01', '2026-02-28'],
    ['semester', '2026-01-01', '2026-06-30'],
  ] as const)
    it(`[AN2] gives each student’s percentage over the ${period}`, async () => {
      const query = `period=${period}&date=2026-02-03&classId=${one.id}`;
      const [coded] = one.students;
      const byId = { _id: mongoose.Types.ObjectId.createFromHexString(coded?.id ?? '') };
      await hub.connection.collection('users').updateOne(byId, { $set: { studentCode: 'S-1' } });
      const codeOf = (id: string) => (id === coded?.id ? 'S-1' : id);
      const report = await get(one.teacher, `analytics/attendance-percentage?${query}`);
      expect(report).to.include({ period, from, to });
      const within = ({ date }: Put) => date >= from && date <= to;
      const expected = one.students.map(({ id }) => {
        const { counts, percentage } = of((record) => record.studentId === id && within(record));
        return { studentId: id, name: 'student', code: codeOf(id), ...counts, percentage };
      });
      expect(report.students).to.have.deep.members(expected);
    });

  it('[AN2] names those on the roster who have no record yet', async () => {
    const query = `classId=${two.id}&date=2020-01-01`;
    const { students } = await get(two.teacher, `analytics/attendance-percentage?${query}`);
    expect((students as Figures[]).map(({ studentId }) => studentId)).to.have.members(
      two.students.map(({ id }) => id),
    );
    for (const row of students as Figures[])
      expect(row).to.include({ present: 0, absent: 0, percentage: null });
  });

  it('[AN2] reports a day class by class and session by session', async () => {
    const report = await get(admin, 'analytics/daily-class-report?date=2026-02-28');
    expect(report.date).to.equal('2026-02-28');
    const classes = report.classes as {
      classId: string;
      className: string;
      sessions: Figures[];
    }[];
    expect(classes.map(({ classId }) => classId)).to.have.members([one.id, two.id]);
    const mine = classes.find(({ classId }) => classId === one.id);
    expect(mine?.className).to.equal('Class of 5');
    expect(mine?.sessions).to.have.length(2);
    for (const { sessionId, ...figures } of mine?.sessions ?? []) {
      const { tally, percentage } = of((record) => record.sessionId === sessionId);
      expect(figures).to.deep.equal({ ...tally, percentage });
    }
    const narrow = await get(one.teacher, `analytics/daily-class-report?date=2026-02-28&classId=${one.id}`);
    expect(narrow.classes).to.deep.equal([mine]);
    expect((await get(one.teacher, 'analytics/daily-class-report?date=2026-02-28')).classes).to.deep.equal([
      mine,
    ]);
  });

  it('[AN2] shows the trend day by day, up to today', async () => {
    for (const [person, ours] of [
      [admin, () => true],
      [two.teacher, ({ classId }: Put) => classId === two.id],
    ] as const) {
      const trend = await get(person, 'analytics/attendance-trends?days=3');
      expect(trend).to.include({ from: addDays(today, -2), to: today });
      expect(trend.days).to.deep.equal(
        [2, 1, 0].map((ago) => {
          const date = addDays(today, -ago);
          const { tally, percentage } = of((record) => record.date === date && ours(record));
          return { date, ...tally, percentage };
        }),
      );
    }
  });

  it('[AN4] makes a month or semester of the years that it can count, and of no others', async () => {
    const span = async (date: string, period: string) => {
      const { from, to } = await get(admin, `analytics/attendance-percentage?date=${date}&period=${period}`);
      return [from, to];
    };
    expect(await span('1970-01-31', 'month')).to.deep.equal(['1970-01-01', '1970-01-31']);
    expect(await span('2999-12-31', 'month')).to.deep.equal(['2999-12-01', '2999-12-31']);
    expect((await span('2999-12-31', 'semester'))[1]).to.match(/^\d{4}-\d\d-\d\d$/);
    for (const date of ['0001-01-01', '1969-12-31', '3000-01-01', '9999-12-31'])
      for (const period of ['month', 'semester'])
        expect(
          await refusal(admin, `analytics/attendance-percentage?date=${date}&period=${period}`),
          date,
        ).to.deep.equal([400, 'INVALID_REQUEST']);
  });

  it('[AN3] refuses classes of others, and students altogether', async () => {
    for (const call of ['attendance-percentage', 'daily-class-report', 'attendance-trends']) {
      const path = `analytics/${call}?classId=`;
      expect(await refusal(two.teacher, path + one.id)).to.deep.equal([403, 'NOT_CLASS_TEACHER']);
      expect(await refusal(two.teacher, path + NOBODY)).to.deep.equal([404, 'CLASS_NOT_FOUND']);
      expect(await refusal(student(), path + one.id)).to.deep.equal([403, 'TEACHER_ACCESS_REQUIRED']);
    }
    for (const query of [
      'attendance-trends?days=0',
      'attendance-trends?days=9999',
      'daily-class-report?date=x',
    ])
      expect(await refusal(admin, `analytics/${query}`)).to.deep.equal([400, 'INVALID_REQUEST']);
  });
});
