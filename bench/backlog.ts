import { randomBytes } from 'node:crypto';
import type { ScanSummary } from '../shared/protocol/index.ts';
import { type Fixtures, post, startSession } from './fixtures.ts';
import { ask, connectAll } from './load.ts';
import { figure, type Row } from './report.ts';
import { inTurn, ratios } from './scenarios.ts';
import type { Measured } from './servers.ts';

const EVENTS = 10_000;
const PER_BATCH = 500;
const STUDENTS = 300;
const ROUNDS = 2;

/** A device's backlog over its socket, each sending answered before the next: in batches beside one by one. */
export const deviceBacklog = async (at: Fixtures, hub: Measured): Promise<Row> => {
  const admin = await at.school.person('admin');
  const taught = await at.school.class(STUDENTS, 'private');

  const send = async (size: number): Promise<number> => {
    const deviceId = `gate-${randomBytes(6).toString('hex')}`;
    const { key } = await post<{ key: string }>(hub, '/api/v1/devices', admin.token, {
      deviceId,
      name: 'A gate',
    });
    const { id } = await startSession(hub, taught, { deviceId });
    const [gate, teacher] = await connectAll(hub.url, [{ deviceKey: key }, { token: taught.teacher.token }]);
    if (!gate || !teacher) throw new Error('no socket');
    const now = new Date().toISOString();
    const events = Array.from({ length: EVENTS }, (_, i) => ({
      studentId: taught.students[i % STUDENTS]?.id,
      at: now,
      eventId: `${deviceId}-${i}`,
    }));
    const deliver = async (each: number): Promise<{ accepted: number; repeated: number }> => {
      let [accepted, repeated] = [0, 0];
      for (let i = 0; i < EVENTS; i += each) {
        const part = events.slice(i, i + each);
        const answer = await ask(gate, 'STUDENT_RECOGNIZED', each === 1 ? part[0] : part);
        if (!answer.success) throw new Error(`STUDENT_RECOGNIZED: ${answer.error}`);
        const said = answer.data as unknown as ScanSummary & { outcome?: string };
        accepted += each === 1 ? Number(said.outcome === 'accepted') : said.accepted;
        repeated += each === 1 ? Number(said.outcome === 'repeated') : said.repeated;
      }
      return { accepted, repeated };
    };
    const state = async () => {
      const { data } = await ask(teacher, 'SYNC', { classId: taught.id });
      return JSON.stringify([data?.version, data?.entries]);
    };

    const from = performance.now();
    const { accepted, repeated } = await deliver(size);
    const took = performance.now() - from;
    // All are of one moment: the first of each student counts, the others find them in already.
    if (accepted !== STUDENTS || accepted + repeated !== EVENTS)
      throw new Error(`${accepted} accepted and ${repeated} repeated of ${EVENTS}`);
    const before = await state();
    if ((await deliver(PER_BATCH)).accepted !== 0) throw new Error('the replay was counted');
    if ((await state()) !== before) throw new Error('the replay changed the register');
    await post(hub, `/api/v1/sessions/${id}/close`, taught.teacher.token, {});
    for (const socket of [gate, teacher]) socket.disconnect();
    return EVENTS / (took / 1000);
  };
  const result = ratios(
    await inTurn(
      () => send(PER_BATCH),
      () => send(1),
      ROUNDS,
    ),
  );
  return {
    what: `a device's backlog of ${EVENTS.toLocaleString('en')} in batches of ${PER_BATCH} (baseline: one by one); a replay changes nothing`,
    ours: figure(result.ours, '/s'),
    baseline: figure(result.baseline, '/s'),
    ratio: result.ratio,
    target: '≥ 5×',
    met: result.ratio >= 5,
  };
};
