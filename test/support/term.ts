import mongoose from 'mongoose';
import { COVERING } from '../../server/data/records.ts';
import { STATUSES, type Status } from '../../shared/status.ts';
import type { TestHub } from './hub.ts';
import { seeded } from './random.ts';
import type { SchoolClass } from './school.ts';

/** One record as it was put in. */
export type Put = {
  classId: string;
  sessionId: string;
  studentId: string;
  date: string;
  status: Status;
  withdrawn: boolean;
};

/** Puts the records of a session on each of the days straight into the database; drawn, yet the same each time. */
export const putTerm = async (
  hub: TestHub,
  classes: readonly SchoolClass[],
  days: readonly string[],
  seed = 1,
): Promise<Put[]> => {
  const draw = seeded(seed);
  const { ObjectId } = mongoose.Types;
  const put: Put[] = [];
  for (const date of days)
    for (const { id: classId, students } of classes) {
      const sessionId = new ObjectId().toHexString();
      for (const { id: studentId } of students) {
        const status = STATUSES[Math.floor(draw() * STATUSES.length)] ?? 'present';
        put.push({ classId, sessionId, studentId, date, status, withdrawn: draw() < 0.05 });
      }
    }
  const id = (hex: string) => ObjectId.createFromHexString(hex);
  await hub.connection.collection('records').insertMany(
    put.map(({ date, status, withdrawn, ...ids }) => ({
      classId: id(ids.classId),
      sessionId: id(ids.sessionId),
      studentId: id(ids.studentId),
      date,
      status,
      ...(withdrawn && { withdrawn }),
      source: 'teacher',
      by: id(ids.classId),
      at: new Date(`${date}T08:00:00Z`),
      version: 1,
      writtenAt: new Date(`${date}T09:00:00Z`),
    })),
  );
  return put;
};

/** What the records that count add up to, counted one by one. */
export const tallyOf = (records: readonly Put[]): { [status in Status]: number } & { total: number } => {
  const counted = records.filter(({ withdrawn }) => !withdrawn);
  const of = (status: Status) => counted.filter((record) => record.status === status).length;
  return {
    present: of('present'),
    late: of('late'),
    partial: of('partial'),
    absent: of('absent'),
    excused: of('excused'),
    total: counted.length,
  };
};

/** Present, late and partial in percent of all but the excused. */
export const attendanceOf = (tally: ReturnType<typeof tallyOf>): number | null => {
  const base = tally.total - tally.excused;
  return base === 0 ? null : Math.round((100_00 * (base - tally.absent)) / base) / 100;
};

/** The names of the indexes that analytics are read from. */
export const COVERING_NAMES: readonly string[] = COVERING.map(({ name }) => name);
