import type { AttendanceRecord } from '../server/data/records.ts';
import type { Session } from '../shared/protocol/index.ts';
import { STATUSES, type Status } from '../shared/status.ts';
import type { DemoClass } from './demo-class.ts';
import type { Rest } from './school.ts';

/** The register keeps this many earlier rows of one student. */
const HISTORY_KEPT = 50;

/** What of a class's records is not exactly as it was marked: one line each, none when all is well. */
export const compareRecords = (one: DemoClass, records: readonly AttendanceRecord[]): string[] => {
  const problems: string[] = [];
  const byStudent = new Map<string, AttendanceRecord[]>();
  for (const record of records)
    byStudent.set(record.studentId, [...(byStudent.get(record.studentId) ?? []), record]);
  for (const { id, name } of one.students) {
    const [record, ...more] = byStudent.get(id) ?? [];
    byStudent.delete(id);
    const wrong = (what: string) => problems.push(`${name} (${id}): ${what}`);
    if (record === undefined) {
      wrong('no record');
      continue;
    }
    if (more.length > 0) wrong(`${more.length + 1} records`);
    const marks = one.acknowledged.get(id) ?? [];
    const last = marks.at(-1);
    if (last === undefined) {
      if (record.status !== 'absent' || record.source !== 'system')
        wrong(`never marked, but recorded as ${record.status} by ${record.source}`);
      continue;
    }
    const recorded = `${record.status} by ${record.by ?? record.source} at ${record.at}, version ${record.version}`;
    const marked = `${last.status} by ${last.by} at ${last.at}, version ${last.version}`;
    if (recorded !== marked) wrong(`marked as ${marked}, but recorded as ${recorded}`);
    const kept = record.history.filter(({ applied }) => applied).map(({ status }) => status);
    const before = marks
      .slice(0, -1)
      .slice(-HISTORY_KEPT)
      .map(({ status }) => status);
    if (kept.join() !== before.join())
      wrong(`was marked before as [${before}], but its history is [${kept}]`);
  }
  for (const [id, { length }] of byStudent)
    problems.push(`${one.name}: ${length} records of a stranger, ${id}`);
  return problems;
};

/** The same with the counts alone, for a server whose database is out of reach. */
export const compareCounts = async (one: DemoClass, rest: Rest, token: string): Promise<string[]> => {
  const session = (await rest('GET', `/api/v1/sessions/${one.sessionId()}`, { token })) as Session;
  const expected = new Map<Status, number>(STATUSES.map((status) => [status, 0]));
  for (const { id } of one.students) {
    const status = one.acknowledged.get(id)?.at(-1)?.status ?? 'unmarked';
    const recorded = status === 'unmarked' ? 'absent' : status;
    expected.set(recorded, (expected.get(recorded) ?? 0) + 1);
  }
  return STATUSES.filter((status) => session.counts?.[status] !== expected.get(status)).map(
    (status) =>
      `${one.name}: marked were ${expected.get(status)} ${status}, recorded are ${session.counts?.[status]}`,
  );
};
