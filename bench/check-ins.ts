import { io, type Socket } from 'socket.io-client';
import { createClient, socketIoTransport } from '../shared/client/index.ts';
import { type Fixtures, startSession } from './fixtures.ts';
import { type Answer, ask, connectAll } from './load.ts';
import { figure, type Row } from './report.ts';
import { inTurn, ratios } from './scenarios.ts';
import type { Measured } from './servers.ts';

const STUDENTS = 300;
/** A burst takes some 30 ms, and one of them says little: single ratios go from half to one. */
const ROUNDS = 45;

type Burst = {
  /** From the first sending to the last acknowledgement, and until a watching teacher sees everybody, in ms. */
  readonly acknowledged: number;
  readonly seen: number;
};

/** Everybody of a class at once, with a teacher watching: students by their code, beside one teacher's marks. */
export const createCheckInBench = (at: Fixtures, hub: Measured) => {
  const measure = async () => {
    const taught = await at.school.class(STUDENTS, 'private');
    const classId = taught.id;
    const staff = { token: taught.teacher.token };
    const [teacher, ...students] = await connectAll(hub.url, [
      staff,
      ...taught.students.map(({ token }) => ({ token })),
    ]);
    if (!teacher) throw new Error('no teacher');
    const watcher = createClient({
      transport: socketIoTransport({ io, url: hub.url }),
      token: () => staff.token,
    });
    await watcher.connect();
    const must = async (socket: Socket, event: string, data: object): Promise<Answer> => {
      const answer = await ask(socket, event, data);
      if (!answer.success) throw new Error(`${event}: ${answer.error}`);
      return answer;
    };
    const burst = async (all: (code: string) => Promise<Answer>[]): Promise<Burst> => {
      const { code = '' } = await startSession(hub, taught, { methods: ['code'] });
      for (const socket of [teacher, ...students]) await must(socket, 'SYNC', { classId });
      const view = watcher.watch(classId);
      await view.until(({ state, entries }) => state === 'live' && entries.size === 0);
      const seeing = view
        .until(({ entries, counts }) => entries.size === STUDENTS && counts?.present === STUDENTS)
        .then(() => performance.now());
      const from = performance.now();
      const answers = await Promise.all(all(code));
      const acknowledged = performance.now() - from;
      const seen = (await seeing) - from;
      if (answers.length !== STUDENTS) throw new Error('not everybody was answered');
      const { data } = await must(teacher, 'DONE', { classId });
      if (data?.present !== STUDENTS) throw new Error(`${data?.present} of ${STUDENTS} were kept`);
      view.close();
      return { acknowledged, seen };
    };
    const byCode = (code: string) =>
      students.map((socket) => must(socket, 'CHECK_IN', { method: 'code', proof: { code }, classId }));
    const byTeacher = () =>
      taught.students.map(({ id: studentId }) =>
        must(teacher, 'ATTENDANCE_MARKED', { studentId, status: 'present', classId }),
      );
    const pairs = await inTurn(
      () => burst(byCode),
      () => burst(byTeacher),
      ROUNDS,
    );
    for (const socket of [teacher, ...students]) socket.disconnect();
    await watcher.close();
    return pairs;
  };
  let measured: ReturnType<typeof measure> | undefined;
  const pairs = () => {
    measured ??= measure();
    return measured;
  };
  const perSecond = ({ acknowledged }: Burst) => (STUDENTS * 1000) / acknowledged;

  return {
    /** Acknowledged check-ins per second, beside a teacher's marks of the same students. */
    async rate(): Promise<Row> {
      const all = await pairs();
      const result = ratios(
        all.map(({ ours, baseline }) => ({ ours: perSecond(ours), baseline: perSecond(baseline) })),
      );
      return {
        what: `${STUDENTS} students checking in by code at once (baseline: as many marks by the teacher)`,
        ours: figure(result.ours, '/s'),
        baseline: figure(result.baseline, '/s'),
        ratio: result.ratio,
        target: '≥ 0.7×',
        met: result.ratio >= 0.7,
      };
    },

    /** When the watching teacher sees all of them, beside when the last of them is acknowledged. */
    async view(): Promise<Row> {
      const all = await pairs();
      const result = ratios(all.map(({ ours }) => ({ ours: ours.seen, baseline: ours.acknowledged })));
      return {
        what: `${STUDENTS} students checking in: a teacher sees rows and counts of all (baseline: the last acknowledgement)`,
        ours: figure(result.ours, 'ms'),
        baseline: figure(result.baseline, 'ms'),
        ratio: result.ratio,
        target: '≤ 1.5×',
        met: result.ratio <= 1.5,
      };
    },
  };
};
