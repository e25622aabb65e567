import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEngine } from '../../server/data/engine.ts';
import { createJournal } from '../../server/data/journal.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import { createEmbeddedRegister } from '../../server/live/embedded.ts';
import type { MarkOutcome } from '../../server/live/register.ts';
import {
  firstAnswer,
  hear,
  insist,
  mark,
  newTeacher,
  nth,
  op,
  openClass,
  refused,
  snapshot,
} from './register-support.ts';

const KILLS = 5;
const SENDERS = 8;
const STUDENTS = 20;

describe('the embedded register while its database is killed', function () {
  this.timeout(60_000);

  it(`[MK1][MK3][MK4] ${KILLS} times kill -9: goes on by itself, every mark recorded and heard exactly once`, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-register-test-'));
    let restarted: () => void = () => {};
    const engine = await startEngine({ dataDir, onRestart: () => restarted() });
    const connection = await connectMongo(engine.uri);
    const journal = createJournal(connection);
    const register = await createEmbeddedRegister({ journal });
    let over = false;
    try {
      const { classId, students } = await openClass(register, STUDENTS);
      const heard = await hear(register, classId);
      const sent = new Map<string, ReturnType<typeof mark>>();
      const outcomes: MarkOutcome[] = [];
      let killAt = Number.POSITIVE_INFINITY;
      const sender = async (by: ReturnType<typeof newTeacher>) => {
        for (let n = 0; !over; n++) {
          const reason = `${by}-${n}`;
          const request = mark(nth(students, n % STUDENTS), { by, opId: op(`k${n}`), reason });
          sent.set(reason, request);
          outcomes.push(await insist(register, classId, request));
          if (outcomes.length === killAt) process.kill(engine.pid, 'SIGKILL');
        }
      };
      const sending = Promise.all(Array.from({ length: SENDERS }, () => sender(newTeacher())));
      for (let kill = 0; kill < KILLS; kill++) {
        const back = new Promise<void>((resolve) => {
          restarted = resolve;
        });
        killAt = outcomes.length + 20 + Math.floor(Math.random() * 300);
        await back;
      }
      over = true;
      await sending;
      await heard.until(sent.size);
      outcomes.sort((a, b) => a.version - b.version);
      expect(outcomes.map(({ version }) => version)).to.deep.equal(outcomes.map((_, i) => i + 1));
      expect(outcomes.length).to.equal(sent.size);
      expect(heard.changes()).to.deep.equal(outcomes.map(({ entry }) => entry));

      const again = await createEmbeddedRegister({ journal });
      expect(await snapshot(again, classId)).to.deep.equal(await snapshot(register, classId));
      for (const outcome of outcomes) {
        const request = sent.get(outcome.entry.reason ?? '');
        if (request === undefined) return expect.fail('an answer to nothing');
        const repeated = await again.mark(classId, request);
        expect(repeated.repeated).to.equal(true);
        expect(firstAnswer(repeated)).to.deep.equal(firstAnswer(outcome));
      }
      await again.close();
    } finally {
      over = true;
      await register.close();
      await connection.close();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('[MK1] frozen (SIGSTOP) instead of dead: refused within a bounded time, and exactly once after it goes on', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-register-test-'));
    const engine = await startEngine({ dataDir });
    const connection = await connectMongo(engine.uri);
    const register = await createEmbeddedRegister({ journal: createJournal(connection) });
    try {
      const { classId, students } = await openClass(register, 3);
      const heard = await hear(register, classId);
      const requests = students.map((student) => mark(student, { opId: op(student), by: newTeacher() }));
      process.kill(engine.pid, 'SIGSTOP');
      const begun = performance.now();
      const codes = await Promise.all(requests.map((request) => refused(register.mark(classId, request))));
      // Two seconds of patience, and what a busy machine adds.
      expect(performance.now() - begun).to.be.below(10_000);
      expect(codes).to.deep.equal(codes.map(() => 'REGISTER_UNAVAILABLE'));
      process.kill(engine.pid, 'SIGCONT');
      const outcomes = await Promise.all(requests.map((request) => insist(register, classId, request)));
      expect(outcomes.map(({ version }) => version).sort()).to.deep.equal([1, 2, 3]);
      await heard.until(3);
      expect(heard.changes().map(({ version }) => version)).to.deep.equal([1, 2, 3]);
    } finally {
      await register.close();
      await connection.close();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
