import { expect } from 'chai';
import { Redis } from 'ioredis';
import { MODES, type Raw, startHub, type TestHub, WIRES } from '../support/hub.ts';
import { begin, createDoor, good, liveClass, newClass, roster, said, seated } from '../support/live-class.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

type Row = { studentId: string; status: string; version: number };
type Synced = {
  mode: 'none' | 'delta' | 'snapshot';
  epoch: string;
  version: number;
  counts: Record<string, number>;
  entries: Row[];
  changes: Row[];
  roster?: string[];
};

const WORDS = ['present', 'late', 'absent', 'excused', 'partial'];
const word = (n: number) => WORDS[n % WORDS.length] ?? 'late';
const sync = async (raw: Raw, data: { classId: string; epoch?: string; version?: number }) =>
  good<Synced>(await raw.ask('SYNC', data));
const known = ({ epoch, version }: Synced) => ({ epoch, version });
const setter = (raw: Raw, classId: string) => async (studentId: string, status: string, opId?: string) =>
  good<{ version: number; epoch: string; repeated: boolean; entry: Row }>(
    await raw.ask('ATTENDANCE_MARKED', { classId, studentId, status, ...(opId ? { opId } : {}) }),
  );

for (const mode of MODES)
  describe(`catching up (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode, env: { LIMIT_SCALE: '100' } });
    });
    afterEach(() => door.closeAll());
    after(() => hub.stop());

    for (const wire of WIRES)
      describe(`over ${wire}`, () => {
        it('[SY1] a delta after a disconnect, an empty one when nothing happened', async () => {
          const made = await newClass(hub);
          const { classId, ada, bo, cy, di } = made;
          const viewer = await door.enter(wire, hub, bo);
          expect(await sync(viewer, { classId })).to.deep.equal({ mode: 'none', classId });
          await begin(hub, made);
          await viewer.next('SESSION_STARTED', (data) => data.classId === classId);
          const one = await door.enter(wire, hub, ada);
          const mark = setter(one, classId);
          await mark(cy.id, 'late');
          const first = await sync(viewer, { classId });
          expect(first).to.include({ mode: 'snapshot', version: 1 });
          expect(first.roster).to.have.length(3);
          expect(await sync(viewer, { classId, ...known(first) })).to.deep.include({
            mode: 'delta',
            version: 1,
            changes: [],
          });
          viewer.close();
          await viewer.closed;
          const missed = [await mark(di.id, 'present'), await mark(cy.id, 'absent')];
          const late = await hub.school.person('student');
          expect((await roster(hub, made, { add: late })).status).to.equal(200);
          missed.push(await mark(late.id, 'late'));
          const back = await door.enter(wire, hub, bo);
          const delta = await sync(back, { classId, ...known(first) });
          expect(delta).to.include({ mode: 'delta', version: 5, epoch: first.epoch });
          expect(delta.changes).to.deep.equal([
            missed[0]?.entry,
            missed[1]?.entry,
            { version: 4, roster: 'enrolled', studentId: late.id },
            missed[2]?.entry,
          ]);
          expect(delta.counts).to.include({ present: 1, absent: 1, late: 1, unmarked: 1, enrolled: 4 });
          // What a viewer cannot know brings a snapshot: a version of the future, another epoch.
          for (const claim of [
            { ...known(delta), version: 6 },
            { ...known(delta), epoch: 'another' },
          ])
            expect(await sync(back, { classId, ...claim })).to.include({ mode: 'snapshot', version: 5 });
        });

        it('[SY1][AU1] a student’s delta and snapshot hold their own rows alone', async () => {
          const { classId, ada, cy, di } = await liveClass(hub);
          const mark = setter(await door.enter(wire, hub, ada), classId);
          const own = await door.enter(wire, hub, cy);
          const first = await sync(own, { classId });
          expect(first).to.deep.include({ mode: 'snapshot', entries: [], version: 0 });
          expect(first).to.not.have.property('roster');
          for (const [student, status] of [
            [di, 'late'],
            [cy, 'present'],
            [di, 'absent'],
            [cy, 'late'],
          ] as const)
            await mark(student.id, status);
          const delta = await sync(own, { classId, ...known(first) });
          expect(delta).to.include({ mode: 'delta', version: 4 });
          expect(delta.changes.map(({ studentId, version }) => ({ studentId, version }))).to.deep.equal([
            { studentId: cy.id, version: 2 },
            { studentId: cy.id, version: 4 },
          ]);
          const snapshot = await sync(own, { classId });
          expect(snapshot.entries).to.deep.equal([delta.changes[1]]);
          expect(snapshot.counts).to.include({ late: 1, absent: 1, unmarked: 1, enrolled: 3 });
        });

        it('[SY1] a snapshot where the log does not reach back', async () => {
          const { classId, ada, bo, cy, di } = await liveClass(hub);
          const mark = setter(await door.enter(wire, hub, ada), classId);
          const viewer = await door.enter(wire, hub, bo);
          await mark(cy.id, 'present');
          const start = await sync(viewer, { classId });
          const rows = await Promise.all(Array.from({ length: 1001 }, (_, n) => mark(di.id, word(n))));
          const last = rows.find(({ version }) => version === 1002);
          const whole = await sync(viewer, { classId, ...known(start) });
          expect(whole).to.include({ mode: 'snapshot', version: 1002 });
          expect(whole.entries.map(({ studentId, version }) => [studentId, version])).to.deep.equal([
            [cy.id, 1],
            [di.id, 1002],
          ]);
          expect(whole.entries[1]).to.deep.equal(last?.entry);
          const reaches = await sync(viewer, { classId, epoch: start.epoch, version: 2 });
          expect(reaches.mode).to.equal('delta');
          expect(reaches.changes.map(({ version }) => version)).to.deep.equal(
            Array.from({ length: 1000 }, (_, n) => n + 3),
          );
        });

        it('[SY1][MK4] marks during a SYNC are neither lost nor doubled', async () => {
          const { classId, ada, bo, cy, di, ed } = await liveClass(hub);
          const mark = setter(await door.enter(wire, hub, ada), classId);
          const students = [cy.id, di.id, ed.id];
          let made = 0;
          for (let round = 0; round < 6; round++) {
            const viewer = await door.enter(wire, hub, bo);
            const burst: Promise<unknown>[] = [];
            const from = made;
            for (; made < from + 60; made++) {
              burst.push(mark(students[made % 3] ?? cy.id, word(made)));
              if (made % 10 === round) await Promise.race(burst.slice(-3));
            }
            const answer = sync(viewer, { classId });
            for (; made < from + 90; made++) burst.push(mark(students[made % 3] ?? cy.id, word(made)));
            const { version, entries } = await answer;
            await Promise.all(burst);
            await viewer.next('ATTENDANCE_MARKED', (data) => data.version === made);
            const rows = said(viewer, 'ATTENDANCE_MARKED') as Row[];
            const later = rows.filter((row) => row.version > version);
            expect(later.map((row) => row.version)).to.deep.equal(
              Array.from({ length: made - version }, (_, n) => version + 1 + n),
            );
            const picture = new Map(entries.map((row) => [row.studentId, row.status]));
            for (const row of later) picture.set(row.studentId, row.status);
            const { entries: truth } = await sync(viewer, { classId });
            expect([...picture].sort()).to.deep.equal(
              truth.map((row) => [row.studentId, row.status] as [string, string]).sort(),
            );
            viewer.close();
          }
        });

        it('[AU1] COUNTS come at most once in 50 ms, and the last ones are the final state', async () => {
          const { classId, ada, cy, di, ed } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const mark = setter(one, classId);
          const own = await door.enter(wire, hub, cy);
          const { epoch } = await sync(own, { classId });
          const students = [cy.id, di.id, ed.id];
          const began = performance.now();
          const last = 400;
          for (let n = 0; n < last; n += 20)
            await Promise.all(
              Array.from({ length: 20 }, (_, i) => mark(students[(n + i) % 3] ?? cy.id, word(n + i))),
            );
          const final = await own.next('COUNTS', ({ version }) => version === last);
          const counts = said(own, 'COUNTS');
          expect(counts.length).to.be.within(1, (performance.now() - began) / 50 + 1);
          const versions = counts.map(({ version }) => Number(version));
          expect(versions).to.deep.equal([...new Set(versions)].sort((a, b) => a - b));
          const { counts: truth } = await sync(one, { classId });
          const { sessionId, ...told } = final;
          expect(told).to.deep.equal({ ...truth, classId, epoch, version: last });
          expect(sessionId).to.be.a('string');
        });
      });

    if (mode === 'embedded')
      it('[SY1][MK1] a hub that is started again goes on where it was, in the same epoch', async () => {
        const first = await startHub({ mode });
        let again: TestHub | undefined;
        try {
          const { classId, ada, bo, cy, di } = await liveClass(first);
          const mark = setter(await door.enter('plain', first, ada), classId);
          const before = await mark(cy.id, 'late', 'one');
          const then = await sync(await door.enter('plain', first, bo), { classId });
          await mark(di.id, 'present', 'two');
          door.closeAll();
          await first.stop();
          again = await startHub({ mode, mongoUrl: first.mongoUrl });
          const viewer = await door.enter('socketio', again, bo);
          const delta = await sync(viewer, { classId, ...known(then) });
          expect(delta).to.include({ mode: 'delta', version: 2 });
          expect(delta.changes.map(({ studentId }) => studentId)).to.deep.equal([di.id]);
          const repeat = await setter(await door.enter('plain', again, ada), classId)(cy.id, 'late', 'one');
          expect(repeat).to.deep.equal({ ...before, repeated: true });
        } finally {
          door.closeAll();
          await again?.stop();
        }
      });
  });

describe('a register that lost its memory', () => {
  const door = createDoor();
  let redis: TestRedis;
  let hub: TestHub;
  before(async () => {
    redis = await startRedis({ appendonly: true });
    hub = await startHub({ mode: 'redis', env: { REDIS_URL: redis.url } });
  });
  afterEach(() => door.closeAll());
  after(async () => {
    await hub.stop();
    await redis.stop();
  });

  for (const wire of WIRES) {
    it(`[SY2] FLUSHALL: the session goes on in a new epoch, and those who SYNCed hear of it (${wire})`, async () => {
      const { classId, ada, bo, cy, di } = await liveClass(hub);
      const one = await door.enter(wire, hub, ada);
      const mark = setter(one, classId);
      const [viewer, own] = [await door.enter(wire, hub, bo), await door.enter(wire, hub, di)];
      await mark(cy.id, 'late');
      await mark(cy.id, 'present');
      const before = await sync(viewer, { classId });
      await sync(own, { classId });
      const direct = new Redis(redis.url);
      await direct.flushall();
      await direct.quit();
      const marked = await mark(di.id, 'late');
      expect(marked.version).to.equal(1);
      expect(marked.epoch).to.not.equal(before.epoch);
      for (const raw of [viewer, own]) expect(await raw.next('RESYNC')).to.deep.equal({ classId });
      const after = await sync(viewer, { classId, ...known(before) });
      expect(after).to.include({ mode: 'snapshot', version: 1, epoch: marked.epoch });
      expect(after.entries.map(({ studentId }) => studentId)).to.deep.equal([di.id]);
      expect(after.counts).to.include({ late: 1, unmarked: 2 });
      // It goes on as ever.
      await viewer.next('ATTENDANCE_MARKED', (data) => data.epoch === marked.epoch);
      await mark(cy.id, 'absent');
      await viewer.next('ATTENDANCE_MARKED', (data) => data.epoch === marked.epoch && data.version === 2);
      expect(said(one, 'RESYNC')).to.deep.equal([]);
      expect(good(await one.ask('DONE', { classId }))).to.include({ late: 1, absent: 2, total: 3 });
    });

    it(`[SY2][MK1] kill -9 of Redis: every acknowledged mark is there, in a new epoch (${wire})`, async () => {
      const { classId, ada, bo, cy, di } = await liveClass(hub);
      const one = await door.enter(wire, hub, ada);
      const mark = setter(one, classId);
      const [viewer, own] = [await door.enter(wire, hub, bo), await door.enter(wire, hub, cy)];
      const rows = [await mark(cy.id, 'late', 'a'), await mark(di.id, 'present', 'b')];
      const before = await sync(viewer, { classId });
      await sync(own, { classId });
      await redis.kill9();
      const data = { classId, studentId: cy.id, status: 'excused', opId: 'c' };
      expect(await one.ask('ATTENDANCE_MARKED', data)).to.deep.equal({
        success: false,
        error: 'The live register is unavailable, try again shortly',
        code: 'REGISTER_UNAVAILABLE',
      });
      await redis.restart();
      for (const raw of [viewer, own]) expect(await raw.next('RESYNC')).to.deep.equal({ classId });
      const after = await sync(viewer, { classId, ...known(before) });
      expect(after.mode).to.equal('snapshot');
      expect(after.epoch).to.not.equal(before.epoch);
      expect(after.entries).to.deep.equal(rows.map(({ entry }) => entry));
      // The retry of the one that was refused, and of one that was acknowledged.
      expect(await mark(cy.id, 'excused', 'c')).to.include({ version: 3, epoch: after.epoch });
      expect(await mark(di.id, 'absent', 'b')).to.deep.equal({ ...rows[1], repeated: true });
      await own.next('ATTENDANCE_MARKED', ({ version }) => version === 3);
      await own.next('COUNTS', ({ version }) => version === 3);
      await seated(one);
      expect(said(one, 'RESYNC')).to.deep.equal([]);
    });
  }
});
