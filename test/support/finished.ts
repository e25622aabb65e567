import type { Status } from '../../shared/status.ts';
import { call, connectRaw, type TestHub } from './hub.ts';
import type { SchoolClass } from './school.ts';

/** A record as REST shows it. */
export type Shown = {
  id: string;
  studentId: string;
  sessionId: string;
  classId: string;
  status: Status;
  date: string;
  revision: number;
} & Record<string, unknown>;

type Asked = { status: number; code: string | undefined; details: unknown; data: Record<string, unknown> };

/** One request to a hub, the line as `GET /path`. */
export const rest = async (
  { url }: Pick<TestHub, 'url'>,
  { token }: { token: string },
  line: string,
  body?: unknown,
): Promise<Asked> => {
  const [method = '', path = ''] = line.split(' ');
  const { status, code, details, data = {} } = await call(url, method, path, token, body);
  return { status, code, details, data };
};

/** Runs a session of a class from start to DONE: the first students get the statuses, the others are absent. */
export const finishSession = async (
  hub: TestHub,
  taught: SchoolClass,
  statuses: readonly Status[],
): Promise<{ sessionId: string; records: Shown[] }> => {
  const { id: classId, teacher, students } = taught;
  const started = await rest(hub, teacher, 'POST /api/v1/sessions', { classId });
  const sessionId = String(started.data.id);
  const socket = await connectRaw('plain', hub.url, { token: teacher.token });
  for (const [i, status] of statuses.entries()) {
    const mark = { classId, studentId: students[i]?.id, status, reason: `seen as ${status}` };
    const answer = await socket.ask('ATTENDANCE_MARKED', mark);
    if (!answer.success) throw new Error(`not marked: ${answer.code}`);
  }
  socket.close();
  const closed = await rest(hub, teacher, `POST /api/v1/sessions/${sessionId}/close`);
  if (closed.status !== 200) throw new Error(`not closed: ${closed.code}`);
  const listed = await rest(hub, teacher, `GET /api/v1/attendance/records?limit=200&sessionId=${sessionId}`);
  const records = listed.data.items as Shown[];
  const place = (one: Shown) => students.findIndex(({ id }) => id === one.studentId);
  return { sessionId, records: records.sort((a, b) => place(a) - place(b)) };
};
