import { expect } from 'chai';
import { type ClassView, type Client, createClient } from '../../shared/client/index.ts';
import { createScratchHub, type Mishap, type ScratchHub, WIRES } from '../support/scratch-hub.ts';
import { newId, type ScratchRegister, scratchRegister } from '../support/scratch-register.ts';
import { type HandTimers, handTimers } from '../support/timers.ts';

for (const wire of WIRES)
  describe(`client view over ${wire}`, () => {
    let hub: ScratchHub;
    let register: ScratchRegister;
    let timers: HandTimers;
    let mishap: (name: string) => Mishap;
    let client: Client;
    let moved: (state: string) => void;
    let view: ClassView;
    let anna: string;
    let ben: string;

    const syncs = () => hub.sent('SYNC').map(({ data }) => data);
    /** Marks by another way than this client; `tell` false: the message is lost on the way. */
    const markElsewhere = (studentId: string, status: 'present' | 'late' | 'absent', tell = true) => {
      const { told } = register.mark({ studentId, status });
      if (tell) hub.tellAll('ATTENDANCE_MARKED', told);
    };
    const tellCounts = () =>
      hub.tellAll('COUNTS', { ...register.at(), ...register.counts(), version: register.version() });
    /** Everything that was told before this has been heard after it. */
    const roundTrip = () => client.call('RENEW', { token: 'teacher' });
    /** Breaks the connection, runs `meanwhile`, and lets the client connect again. */
    const interrupt = async (meanwhile: () => void) => {
      const waiting = new Promise<void>((resolve) => {
        moved = (state) => state === 'waiting' && resolve();
      });
      for (const peer of hub.peers) peer.cut();
      await waiting;
      meanwhile();
      timers.advance(250);
    };
    const rows = () => [...view.entries].map(([id, { status }]) => [id, status]);
    const agrees = () => {
      expect(view.version).to.equal(register.version());
      expect([...view.entries.values()]).to.have.deep.members(
        [...register.rows().values()].filter((row) => view.roster || row.studentId === anna),
      );
    };

    beforeEach(async () => {
      mishap = () => undefined;
      timers = handTimers();
      hub = await createScratchHub({ mishap: ({ name }) => mishap(name) });
      register = scratchRegister(newId(), [newId(), newId(), newId()]);
      [anna = '', ben = ''] = register.roster;
      hub.add(register);
      moved = () => {};
      client = createClient({
        transport: hub.transport(wire),
        token: 'teacher',
        timers,
        random: () => 0.5,
        onState: (state) => moved(state),
      });
      view = client.watch(register.classId);
      await client.connect();
      await view.until(({ state }) => state === 'live');
    });
    afterEach(async () => {
      await client.close();
      await hub.close();
    });

    it('[SY1] starts from a snapshot and applies what it hears in order, counts included', async () => {
      expect([...(view.roster ?? [])]).to.deep.equal(register.roster);
      const changes: number[] = [];
      view.onChange(({ version }) => changes.push(version));
      markElsewhere(anna, 'present');
      markElsewhere(ben, 'late');
      markElsewhere(anna, 'absent');
      await view.until(({ version }) => version === 3);
      expect(changes).to.deep.equal([1, 2, 3]);
      expect(rows()).to.deep.equal([
        [anna, 'absent'],
        [ben, 'late'],
      ]);
      expect(view.counts).to.deep.equal(register.counts());
      expect(syncs()).to.have.length(1);
    });

    it('[SY1] asks after a disconnect for what it missed, from its version on', async () => {
      markElsewhere(anna, 'present');
      await view.until(({ version }) => version === 1);
      await interrupt(() => {
        markElsewhere(anna, 'absent');
        markElsewhere(ben, 'late');
      });
      await view.until(({ version }) => version === 3);
      expect(syncs().at(-1)).to.include({ epoch: register.session().epoch, version: 1 });
      agrees();
    });

    it('[MK4] SYNCs by itself when a version is missing, once for many signs of it', async () => {
      markElsewhere(anna, 'present', false);
      markElsewhere(ben, 'late');
      markElsewhere(ben, 'absent');
      markElsewhere(anna, 'late');
      await view.until(({ version }) => version === 4);
      await roundTrip();
      agrees();
      // The first gap asks at once; what came while it was under way may ask once more.
      expect(syncs().length).to.be.within(2, 3);
    });

    it('[MK4] holds what it hears while SYNC is under way, whichever of the two is newer', async () => {
      mishap = (name) => {
        if (name === 'SYNC') {
          markElsewhere(ben, 'present'); // before the answer is made
          mishap = () => undefined;
        }
        return undefined;
      };
      const refreshed = view.refresh();
      await hub.until(() => syncs().length === 2);
      markElsewhere(ben, 'late'); // after it
      await refreshed;
      await view.until(({ version }) => version === 2);
      agrees();
      expect(syncs()).to.have.length(2);
    });

    it('[SY2] takes a snapshot when the epoch has changed', async () => {
      markElsewhere(anna, 'present');
      await view.until(({ version }) => version === 1);
      register.newEpoch();
      markElsewhere(ben, 'late');
      await view.until(({ epoch }) => epoch === register.session().epoch);
      expect(syncs().at(-1)).to.include({ version: 1 });
      agrees();
    });

    it('SYNCs when it is told to, and when the counts stay ahead of its rows for a second', async () => {
      hub.tellAll('RESYNC', { classId: register.classId });
      await hub.until(() => syncs().length === 2);
      await roundTrip();
      markElsewhere(anna, 'present', false);
      tellCounts();
      await view.until(({ counts }) => counts?.present === 1);
      expect(view.entries.size).to.equal(0);
      timers.advance(999);
      await roundTrip();
      expect(syncs()).to.have.length(2);
      timers.advance(1);
      await view.until(({ version }) => version === 1);
      agrees();
    });

    it('[MK4] SYNCs for counts that came while it waited for the rows of earlier ones', async () => {
      const { told } = register.mark({ studentId: anna, status: 'present' });
      tellCounts();
      await view.until(({ counts }) => counts?.present === 1);
      timers.advance(500);
      hub.tellAll('ATTENDANCE_MARKED', told);
      markElsewhere(ben, 'late', false);
      tellCounts();
      await view.until(({ counts }) => counts?.late === 1);
      expect(view.version).to.equal(1);
      timers.advance(500);
      await roundTrip();
      expect(syncs()).to.have.length(1);
      timers.advance(1_000);
      await view.until(({ version }) => version === 2);
      agrees();
    });

    it('does not SYNC for counts whose rows arrive a moment later', async () => {
      const { told } = register.mark({ studentId: anna, status: 'present' });
      tellCounts();
      hub.tellAll('ATTENDANCE_MARKED', told);
      await view.until(({ version }) => version === 1);
      timers.advance(5_000);
      await roundTrip();
      expect(syncs()).to.have.length(1);
      expect(view.counts).to.deep.equal(register.counts());
    });

    it('is closed by DONE, and live again with the next session', async () => {
      markElsewhere(anna, 'present');
      await view.until(({ version }) => version === 1);
      const done = await client.done({ classId: register.classId });
      await view.until(({ state }) => state === 'closed');
      expect(rows()).to.deep.equal([[anna, 'present']]);
      expect(view.counts?.present).to.equal(done.present);
      register.restart();
      hub.tellAll('SESSION_STARTED', { id: register.session().sessionId, classId: register.classId });
      await view.until(({ state }) => state === 'live');
      expect(view.sessionId).to.equal(register.session().sessionId);
      expect(rows()).to.deep.equal([]);
    });

    it('is closed when it comes back and the session is over', async () => {
      await interrupt(() => register.end());
      await view.until(({ state }) => state === 'closed');
    });

    it('[AU1] takes gaps for normal as a student, and holds their own row only', async () => {
      const student = createClient({
        transport: hub.transport(wire),
        token: `student:${anna}`,
        timers,
        random: () => 0.5,
      });
      await student.connect();
      const own = student.watch(register.classId);
      await own.until(({ state }) => state === 'live');
      const before = syncs().length;
      const teacher = createClient({ transport: hub.transport(wire), token: 'teacher', timers });
      await teacher.connect();
      const { classId } = register;
      await teacher.mark({ classId, studentId: ben, status: 'late' });
      await teacher.mark({ classId, studentId: anna, status: 'late' });
      await own.until(({ version }) => version === 2);
      expect([...own.entries.keys()]).to.deep.equal([anna]);
      timers.advance(5_000);
      await student.call('RENEW', { token: 'x' });
      const bySelf = syncs().length - before;
      expect(bySelf).to.equal(1); // the marking teacher's own
      await teacher.close();
      await student.close();
    });

    it('says why the server lets it see nothing, and asks no more', async () => {
      const foreign = client.watch(newId());
      await foreign.until(({ fault }) => fault !== undefined);
      expect(foreign.fault?.code).to.equal('CLASS_NOT_FOUND');
      timers.advance(60_000);
      await roundTrip();
      expect(syncs()).to.have.length(2);
    });

    it('tries again, with pauses, when the server cannot answer for now', async () => {
      let busy = 2;
      mishap = (name) => (name === 'SYNC' && busy-- > 0 ? 'mute' : undefined);
      const refreshed = view.refresh().catch(() => 'failed');
      await hub.until(() => syncs().length === 2);
      timers.advance(10_000);
      expect(await refreshed).to.equal('failed');
      timers.advance(100);
      await hub.until(() => syncs().length === 3);
      timers.advance(10_000);
      await roundTrip();
      timers.advance(200);
      await hub.until(() => syncs().length === 4);
      await roundTrip();
      agrees();
    });
  });
