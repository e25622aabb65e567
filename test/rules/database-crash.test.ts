import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Engine, startEngine } from '../../server/data/engine.ts';
import { createJournal } from '../../server/data/journal.ts';
import { DONE_STEPS } from '../../server/features/attendance/finalizer.ts';
import { createEmbeddedRegister } from '../../server/live/embedded.ts';
import type { OpId } from '../../shared/ids.ts';
import { createInstance, type Instance, newClass, type Options } from './instance.ts';

describe('the database is killed', () => {
  let dataDir: string;
  let engine: Engine;
  let main: Instance;
  let restarted: Promise<void>;
  /** Kills the engine; resolves when it is gone. It comes back by itself. */
  const kill = async (): Promise<void> => {
    process.kill(engine.pid, 'SIGKILL');
    await restarted;
  };
  const instance = (options: Partial<Options> = {}) =>
    createInstance({ url: engine.uri, register: () => main.register, patienceMs: 0, ...options });

  // One engine for each test: one that dies again and again is given longer and longer to come back.
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rollcall-rules-'));
    let tell = () => {};
    const again = () => {
      restarted = new Promise((resolve) => {
        tell = resolve;
      });
    };
    again();
    engine = await startEngine({
      dataDir,
      onRestart() {
        tell();
        again();
      },
    });
    main = await createInstance({
      url: engine.uri,
      register: (connection) => createEmbeddedRegister({ journal: createJournal(connection) }),
    });
  });
  afterEach(async () => {
    await main.alarms.stop();
    await main.idle();
    await main.register.close();
    await main.close();
    await engine.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  for (const step of DONE_STEPS)
    it(`[DN2] [DN4] after ${step}: DONE goes on when it is back, and nothing is lost`, async () => {
      const { classId, teacher, students } = await newClass(main, 40);
      let killing: Promise<void> | undefined;
      const hit = await instance({
        checkpoint(at) {
          if (at === step) killing ??= kill();
        },
      });
      const session = await hit.service.start(teacher, { classId });
      const at = new Date().toISOString();
      const by = teacher.userId;
      const marks = await Promise.all(
        students
          .slice(0, 25)
          .map((studentId) =>
            hit.register.mark(classId, { studentId, status: 'present', source: 'teacher', by, at }),
          ),
      );
      const done = await hit.finalizer.done({ classId, by, opId: 'done' as OpId });
      expect(done).to.include({ sessionId: session.id, present: 25, absent: 15, total: 40 });
      await hit.idle();
      expect(killing, 'the engine was killed').to.not.equal(undefined);
      await killing;
      await main.sweeper.sweep();
      const records = new Map(
        (await main.records.ofSession(session.id)).map((each) => [each.studentId, each]),
      );
      expect(records.size).to.equal(40);
      for (const { entry } of marks)
        expect(records.get(entry.studentId)).to.include({
          status: 'present',
          at,
          by,
          version: entry.version,
        });
      expect(await main.sessions.read(session.id)).to.include({ state: 'final' });
      expect((await main.sessions.read(session.id))?.settledAt).to.be.a('string');
      expect(await main.register.live([classId])).to.deep.equal([]);
      await hit.close();
    });

  it('[SE4] the alarms go on when it is back', async () => {
    await main.alarms.start(main.clockwork);
    for (let round = 0; round < 2; round++) {
      const { classId, teacher } = await newClass(main, 3);
      const session = await main.service.start(teacher, { classId, minutes: 0.03 });
      await kill();
      const back = Math.max(Date.now(), Date.parse(session.closesAt));
      await main.heard(classId, 'DONE');
      const final = await main.sessions.read(session.id);
      expect(final?.counts).to.include({ absent: 3 });
      const closedAt = Date.parse(final?.closedAt ?? '');
      expect(closedAt).to.be.at.least(Date.parse(session.closesAt));
      expect(closedAt - back).to.be.below(6_000);
    }
  });
});
