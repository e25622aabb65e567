import type { Socket } from 'socket.io-client';
import { type Fixtures, startSession } from './fixtures.ts';
import { type Answer, ask, connectAll } from './load.ts';
import { figure, type Row } from './report.ts';
import { inTurn, ratios } from './scenarios.ts';
import type { Measured } from './servers.ts';

const STUDENTS = 300;
const ROUNDS = 15;

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
    const [teacher, watcher, ...students] = await connectAll(hub.url, [
      staff,
      staff,
      ...taught.students.map(({ token }) => ({ token })),
    ]);
    if (!teacher || !watcher) throw new Error('no teacher');
    const must = async (socket: Socket, event: string, data: object): Promise<Answer> => {
      const answer = await ask(socket, event, data);
      if (!answer.success) throw new Error(`${event}: ${answer.error}`);
      return answer;
    };
    /** Resolves when the watching teacher has heard of every student and of the counts of all. */
    const everybody = (): Promise<void> =>
      new Promise((resolve) => {
        const heard = new Set<string>();
        let counted = 0;
        const look = () => {
          if (heard.size < STUDENTS || counted < STUDENTS) return;
          watcher.off('ATTENDANCE_MARKED').off('COUNTS');
          resolve();
        };
        watcher.on('ATTENDANCE_MARKED', ({ studentId }: { studentId: string }) => {
          heard.add(studentId);
          look();
        });
        watcher.on('COUNTS', ({ present }: { present: number }) => {
          counted = present;
          look();
        });
      });

    const burst = async (all: (code: string) => Promise<Answer>[]): Promise<Burst> => {
      const { code = '' } = await startSession(hub, taught, { methods: ['code'] });
      for (const socket of [teacher, watcher, ...students]) await must(socket, 'SYNC', { classId });
      const seeing = everybody();
      const from = performance.now();
      const answers = await Promise.all(all(code));
      const acknowledged = performance.now() - from;
      await seeing;
      const seen = performance.now() - from;
      if (answers.length !== STUDENTS) throw new Error('not everybody was answered');
      const { data } = await must(teacher, 'DONE', { classId });
      if (data?.present !== STUDENTS) throw new Error(`${data?.present} of ${STUDENTS} were kept`);
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
    for (const socket of [teacher, watcher, ...students]) socket.disconnect();
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
