import { expect } from 'chai';
import {
  type Client,
  type ClientOptions,
  createClient,
  type KeptMark,
  memoryOutbox,
  type OutboxStore,
  type Refused,
} from '../../shared/client/index.ts';
import { Fault } from '../../shared/faults.ts';
import { STATUSES } from '../../shared/status.ts';
import { faultOf } from '../support/fault-of.ts';
import { seeded } from '../support/random.ts';
import { createScratchHub, type Mishap, type ScratchHub, WIRES } from '../support/scratch-hub.ts';
import { newId, type ScratchRegister, scratchRegister } from '../support/scratch-register.ts';
import { handTimers, quickTimers } from '../support/timers.ts';

/** A store whose marks can be looked at, in the order in which they were first kept. */
const openStore = (): OutboxStore & { kept(): KeptMark[] } => {
  const kept = new Map<string, KeptMark>();
  return {
    ...memoryOutbox(),
    load: async () => [...kept.values()],
    keep: async (mark) => void kept.set(mark.opId, mark),
    drop: async (opId) => void kept.delete(opId),
    kept: () => [...kept.values()],
  };
};
const ids = (n: number) => Array.from({ length: n }, newId);

for (const wire of WIRES)
  describe(`client outbox over ${wire}`, () => {
    let hub: ScratchHub;
    let register: ScratchRegister;
    let mishap: (name: string) => Mishap;
    let refused: Refused[];
    let clients: Client[];

    const client = (options: Partial<ClientOptions> = {}) => {
      const made = createClient({
        transport: hub.transport(wire),
        token: 'teacher',
        timers: quickTimers(200),
        // Nothing is given up while a busy machine stands still: these are 18 s.
        timeoutMs: 3_600_000,
        onRefused: (one) => refused.push(one),
        ...options,
      });
      clients.push(made);
      return made;
    };
    const marksSent = () => hub.sent('ATTENDANCE_MARKED').map(({ data }) => data);

    beforeEach(async () => {
      mishap = () => undefined;
      refused = [];
      clients = [];
      hub = await createScratchHub({ mishap: ({ name }) => mishap(name) });
      register = scratchRegister(newId(), ids(40));
      hub.add(register);
    });
    afterEach(async () => {
      await Promise.all(clients.map((each) => each.close()));
      await hub.close();
    });

    for (const seed of [1, 2, 3, 4])
      it(`[TC1][MK1][MK3] brings each mark to effect once and in order, whatever breaks (seed ${seed})`, async () => {
        const random = seeded(seed);
        const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
        mishap = (name) => {
          const luck = random();
          if (name === 'ATTENDANCE_MARKED' && luck < 0.005) return 'mute';
          if (luck < 0.045) return 'cut-before';
          if (luck < 0.085) return 'cut-after';
          return luck < 0.125 ? new Fault('BUSY') : undefined;
        };
        const one = client({ timeoutMs: 60_000 }); // for those that are never answered
        void one.connect();
        const students = register.roster.slice(0, 12);
        const made: { studentId: string; status: string }[] = [];
        const answers: Promise<unknown>[] = [];
        for (let i = 0; i < 200; i++) {
          const mark = { classId: register.classId, studentId: pick(students), status: pick(STATUSES) };
          made.push(mark);
          answers.push(one.mark(mark));
          // Let the first ones be on their way before the next ones are made.
          if (random() < 0.1) await answers[Math.floor(random() * answers.length)];
        }
        await Promise.all(answers);
        expect(one.waiting).to.equal(0);
        expect(refused).to.deep.equal([]);
        expect(register.effects).to.have.length(200);
        expect(new Set(register.effects.map(({ opId }) => opId)).size).to.equal(200);
        for (const student of students) {
          const of = (marks: { studentId: string; status: string }[]) =>
            marks.filter(({ studentId }) => studentId === student).map(({ status }) => status);
          expect(of(register.effects)).to.deep.equal(of(made));
        }
        expect(one.reconnects).to.be.greaterThan(3);
        expect(marksSent().length).to.be.greaterThan(200);
      });

    it('[TC1] sends 32 ahead of the answers and no more, and of each student one', async () => {
      mishap = (name) => (name === 'ATTENDANCE_MARKED' ? 'mute' : undefined);
      const one = client({ timers: handTimers() });
      await one.connect();
      const view = one.watch(register.classId);
      await view.until(({ state }) => state === 'live');
      for (const studentId of [...register.roster, ...register.roster])
        void one.mark({ classId: register.classId, studentId, status: 'present' });
      await hub.until(() => marksSent().length === 32);
      // Whatever had been sent before this call has arrived before it.
      await one.call('SYNC', { classId: register.classId });
      expect(marksSent().map(({ studentId }) => studentId)).to.deep.equal(register.roster.slice(0, 32));
      expect(one.waiting).to.equal(80);
    });

    it('[TC1] keeps a correction behind the mark that it corrects, while that one is refused for now', async () => {
      const [anna = '', ben = ''] = register.roster;
      let busy = 3;
      const one = client();
      await one.connect();
      mishap = (name) => (name === 'ATTENDANCE_MARKED' && busy-- > 0 ? new Fault('RATE_LIMITED') : undefined);
      const { classId } = register;
      await Promise.all([
        one.mark({ classId, studentId: anna, status: 'absent' }),
        one.mark({ classId, studentId: anna, status: 'late' }),
        one.mark({ classId, studentId: ben, status: 'present' }),
      ]);
      expect(register.rows().get(anna)?.status).to.equal('late');
      expect(
        register.effects.map(({ status }) => status).filter((status) => status !== 'present'),
      ).to.deep.equal(['absent', 'late']);
    });

    it('gives up what is refused for good, says so, and carries on with the rest', async () => {
      const stranger = newId();
      const [anna = ''] = register.roster;
      const store = openStore();
      const one = client({ outbox: store });
      await one.connect();
      const { classId } = register;
      const no = faultOf(one.mark({ classId, studentId: stranger, status: 'present' }));
      const yes = one.mark({ classId, studentId: anna, status: 'present' });
      expect((await no).code).to.equal('STUDENT_NOT_ON_ROSTER');
      expect((await yes).entry.status).to.equal('present');
      expect(refused.map(({ mark, fault }) => [mark.studentId, fault.code])).to.deep.equal([
        [stranger, 'STUDENT_NOT_ON_ROSTER'],
      ]);
      expect(store.kept()).to.deep.equal([]);
    });

    it('keeps a mark before it sends it, with its opId, time and session', async () => {
      const store = openStore();
      const seen: KeptMark[][] = [];
      mishap = (name) => {
        if (name === 'ATTENDANCE_MARKED') seen.push(store.kept());
        return undefined;
      };
      const one = client({ outbox: store });
      await one.connect();
      const [studentId = ''] = register.roster;
      await one.mark({ classId: register.classId, studentId, status: 'excused', reason: 'dentist' });
      expect(seen[0]).to.have.length(1);
      const kept = seen[0]?.[0];
      expect(kept).to.deep.include({ studentId, status: 'excused', reason: 'dentist' });
      expect(kept?.sessionId).to.equal(register.session().sessionId);
      expect(kept?.opId).to.match(/^[0-9a-f]{32}$/);
      expect(marksSent()).to.deep.equal([kept]);
      expect(store.kept()).to.deep.equal([]);
    });

    it('does not send what could not be kept', async () => {
      const store: OutboxStore = { ...memoryOutbox(), keep: () => Promise.reject(new Error('disk full')) };
      const one = client({ outbox: store });
      await one.connect();
      const [studentId = ''] = register.roster;
      const fault = await faultOf(one.mark({ classId: register.classId, studentId, status: 'late' }));
      expect(fault.code).to.equal('OUTBOX_UNAVAILABLE');
      await one.call('SYNC', { classId: register.classId });
      expect(marksSent()).to.deep.equal([]);
    });

    it('takes marks while offline, up to its limit, and sends what an earlier run left behind first', async () => {
      const [anna = '', ben = '', cleo = ''] = register.roster;
      const { classId } = register;
      const store = openStore();
      const first = client({ outbox: store, outboxLimit: 2 });
      void first.mark({ classId, studentId: anna, status: 'late' }).catch(() => {});
      void first.mark({ classId, studentId: ben, status: 'late' }).catch(() => {});
      const fault = await faultOf(first.mark({ classId, studentId: cleo, status: 'late' }));
      expect(fault.code).to.equal('OUTBOX_FULL');
      expect(first.waiting).to.equal(2);
      await first.close();
      const waiting: number[] = [];
      const students: number[] = [];
      const second = client({
        outbox: store,
        onWaiting: (n, of) => {
          waiting.push(n);
          students.push(of);
        },
      });
      const marked = second.mark({ classId, studentId: anna, status: 'present' });
      await second.connect();
      await marked;
      expect(register.effects.map(({ studentId, status }) => [studentId, status])).to.deep.equal([
        [anna, 'late'],
        [ben, 'late'],
        [anna, 'present'],
      ]);
      // Anna's two marks are one card that waits.
      expect([Math.max(...waiting), Math.max(...students)]).to.deep.equal([3, 2]);
      expect([waiting.at(-1), students.at(-1)]).to.deep.equal([0, 0]);
    });

    it('[TC2] never lets a late mark land in a later session of the class', async () => {
      const [anna = '', ben = ''] = register.roster;
      const { classId } = register;
      const one = client();
      await one.connect();
      await one.watch(classId).until(({ state }) => state === 'live');
      mishap = (name) => (name === 'ATTENDANCE_MARKED' ? 'cut-before' : undefined);
      const late = faultOf(one.mark({ classId, studentId: anna, status: 'absent' }));
      await hub.until(() => marksSent().length === 1);
      register.restart();
      mishap = () => undefined;
      expect((await late).code).to.equal('SESSION_CHANGED');
      expect(register.effects).to.deep.equal([]);
      expect(refused.map(({ mark }) => mark.studentId)).to.deep.equal([anna]);
      // What is marked now is meant for the session that is live now.
      await one.watch(classId).until(({ sessionId }) => sessionId === register.session().sessionId);
      await one.mark({ classId, studentId: ben, status: 'late' });
      expect(register.effects.map(({ studentId }) => studentId)).to.deep.equal([ben]);
    });

    it('[TC2] never lets a mark that was made offline land in a session that was opened meanwhile', async () => {
      const { classId } = register;
      const [anna = ''] = register.roster;
      const timers = handTimers();
      let waiting = () => {};
      const offline = new Promise<void>((resolve) => {
        waiting = resolve;
      });
      const store = openStore();
      const one = client({ timers, outbox: store, onState: (state) => state === 'waiting' && waiting() });
      await one.connect();
      await one.watch(classId).until(({ state }) => state === 'live');
      for (const peer of hub.peers) peer.cut();
      await offline;
      const { sessionId } = register.session();
      const kept = new Promise<void>((resolve) => {
        store.keep = (
          (keep) => (mark) =>
            keep(mark).then(resolve)
        )(store.keep);
      });
      const marked = faultOf(one.mark({ classId, studentId: anna, status: 'absent' }));
      await kept;
      // Also for a client that starts anew after a crash.
      expect(store.kept().map((mark) => mark.sessionId)).to.deep.equal([sessionId]);
      register.restart();
      timers.advance(500);
      expect((await marked).code).to.equal('SESSION_CHANGED');
      expect(register.effects).to.deep.equal([]);
    });

    it('waits before it sends again what the server could not take for now, and longer each time', async () => {
      const timers = handTimers();
      const one = client({ timers, random: () => 0.5 });
      await one.connect();
      const { classId } = register;
      await one.watch(classId).until(({ state }) => state === 'live');
      mishap = (name) => (name === 'ATTENDANCE_MARKED' ? new Fault('BUSY') : undefined);
      const [studentId = ''] = register.roster;
      const marked = one.mark({ classId, studentId, status: 'late' });
      for (const [i, wait] of [100, 200, 400].entries()) {
        await hub.until(() => marksSent().length === i + 1);
        // An answer that is known to come after the refusal.
        await one.call('SYNC', { classId });
        timers.advance(wait - 1);
        await one.call('SYNC', { classId });
        expect(marksSent()).to.have.length(i + 1);
        if (i === 2) mishap = () => undefined;
        timers.advance(1);
      }
      await marked;
      expect(register.effects).to.have.length(1);
    });

    it('[TC2] does not give a mark that was made offline to a session that was opened long after', async () => {
      const { classId } = register;
      const [anna = ''] = register.roster;
      const one = client();
      const marked = faultOf(one.mark({ classId, studentId: anna, status: 'late' }));
      register.restart(new Date(Date.now() + 60 * 60_000).toISOString());
      await one.connect();
      expect((await marked).code).to.equal('SESSION_CHANGED');
      expect(marksSent()).to.deep.equal([]);
    });

    it('says that no session is live, after asking the server', async () => {
      register.end();
      const one = client();
      await one.connect();
      const [studentId = ''] = register.roster;
      const { classId } = register;
      const fault = await faultOf(one.mark({ classId, studentId, status: 'late' }));
      expect(fault.code).to.equal('NO_ACTIVE_SESSION');
      // Started by another way, of which this client has heard nothing yet.
      register.restart();
      expect((await one.mark({ classId, studentId, status: 'late' })).sessionId).to.equal(
        register.session().sessionId,
      );
    });

    it('keeps a mark that met an ended token, and sends it under the next', async () => {
      let asked = 0;
      let ended = true;
      const one = client({ token: () => `teacher ${++asked}` });
      await one.connect();
      mishap = (name) => {
        if (name !== 'ATTENDANCE_MARKED' || !ended) return undefined;
        ended = false;
        return new Fault('SOCKET_UNAUTHORIZED');
      };
      const [studentId = ''] = register.roster;
      await one.mark({ classId: register.classId, studentId, status: 'present' });
      expect(asked).to.equal(2);
      expect(new Set(marksSent().map(({ opId }) => opId)).size).to.equal(1);
      expect(register.effects).to.have.length(1);
    });

    it('lets DONE wait for the marks before it, and sends it again after a break', async () => {
      // One try of DONE has 30 s, here 1.5 s: no busy machine makes it one more.
      const one = client({ timers: quickTimers(20) });
      await one.connect();
      let cuts = 2;
      const random = seeded(7);
      mishap = (name) => {
        if (name === 'ATTENDANCE_MARKED') return random() < 0.1 ? 'cut-after' : undefined;
        return name === 'DONE' && cuts-- > 0 ? 'cut-before' : undefined;
      };
      const { classId } = register;
      for (const studentId of register.roster) void one.mark({ classId, studentId, status: 'present' });
      const done = await one.done({ classId, timeoutMs: 3_600_000 });
      expect(done.present).to.equal(40);
      expect(done.unmarked).to.equal(0);
      const sent = hub.sent('DONE').map(({ data }) => data);
      expect(sent).to.have.length(3);
      expect(new Set(sent.map(({ opId }) => opId)).size).to.equal(1);
      expect(sent[0]?.sessionId).to.equal(register.session().sessionId);
      expect(one.watch(classId).state).to.equal('closed');
    });

    it('gives DONE up when its time is up', async () => {
      const timers = handTimers();
      const one = client({ timers });
      const fault = faultOf(one.done({ classId: register.classId, timeoutMs: 5_000 }));
      timers.advance(5_000);
      expect((await fault).code).to.equal('TIMEOUT');
    });
  });
