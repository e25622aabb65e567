import { expect } from 'chai';
import { type Client, createClient } from '../../shared/client/index.ts';
import { faultOf } from '../support/fault-of.ts';
import { createScratchHub, type Mishap, type ScratchHub, WIRES } from '../support/scratch-hub.ts';
import { newId, scratchRegister } from '../support/scratch-register.ts';
import { handTimers } from '../support/timers.ts';

for (const wire of WIRES)
  describe(`client calls over ${wire}`, () => {
    let mishap: (name: string) => Mishap;
    let hub: ScratchHub;
    let client: Client;
    let register: ReturnType<typeof scratchRegister>;

    beforeEach(async () => {
      mishap = () => undefined;
      hub = await createScratchHub({ mishap: ({ name }) => mishap(name) });
      register = scratchRegister(newId(), [newId(), newId()]);
      hub.add(register);
      client = createClient({ transport: hub.transport(wire), token: 'teacher' });
    });
    afterEach(async () => {
      await client.close();
      await hub.close();
    });

    it('resolves with the data of the reply', async () => {
      await client.connect();
      const reply = await client.call('SYNC', { classId: register.classId });
      expect(reply).to.include({ mode: 'snapshot', version: 0 });
    });

    it('rejects with the Fault that the server answered with', async () => {
      await client.connect();
      const fault = await faultOf(client.call('SYNC', { classId: newId() }));
      expect(fault.code).to.equal('CLASS_NOT_FOUND');
      expect(fault.message).to.equal('Class not found');
    });

    it('rejects with DISCONNECTED before connect, and when the connection ends before the answer', async () => {
      expect((await faultOf(client.call('SYNC', { classId: register.classId }))).code).to.equal(
        'DISCONNECTED',
      );
      await client.connect();
      mishap = () => 'cut-after';
      expect((await faultOf(client.call('SYNC', { classId: register.classId }))).code).to.equal(
        'DISCONNECTED',
      );
    });

    it('refuses what is too large for a frame without sending it', async () => {
      await client.connect();
      const token = 'ü'.repeat(40_000);
      expect((await faultOf(client.call('RENEW', { token }))).code).to.equal('FRAME_TOO_LARGE');
      expect(hub.received.filter(({ data }) => data.token === token)).to.have.length(0);
    });

    it('rejects with TIMEOUT when no answer comes in time', async () => {
      const timers = handTimers();
      const patient = createClient({ transport: hub.transport(wire), token: 'teacher', timers });
      await patient.connect();
      mishap = (name) => (name === 'SYNC' ? 'mute' : undefined);
      const answer = faultOf(patient.call('SYNC', { classId: register.classId }));
      await hub.until(() => hub.sent('SYNC').length === 1);
      timers.advance(9_999);
      timers.advance(1);
      expect((await answer).code).to.equal('TIMEOUT');
      expect(patient.state).to.equal('connected');
      await patient.close();
    });

    it('hears events by name, the next one by predicate, and all of them as an iterator', async () => {
      await client.connect();
      const told = (version: number) => ({ ...register.at(), ...register.counts(), version });
      const heard: number[] = [];
      const any: string[] = [];
      const stop = client.heard('COUNTS', ({ version }) => heard.push(version));
      client.heardAny((name) => any.push(name));
      const events = client.events('COUNTS');
      const third = client.next('COUNTS', ({ version }) => version === 3);
      for (const version of [1, 2, 3]) hub.tellAll('COUNTS', told(version));
      expect((await third).version).to.equal(3);
      expect(heard).to.deep.equal([1, 2, 3]);
      expect(any).to.deep.equal(['COUNTS', 'COUNTS', 'COUNTS']);
      stop();
      hub.tellAll('COUNTS', told(4));
      const iterated: number[] = [];
      for await (const { version } of events) {
        iterated.push(version);
        if (version === 4) break;
      }
      expect(iterated).to.deep.equal([1, 2, 3, 4]);
      expect(heard).to.deep.equal([1, 2, 3]);
    });

    it('ends what waits when it is closed', async () => {
      await client.connect();
      const next = faultOf(client.next('DONE'));
      const marked = faultOf(client.mark({ classId: newId(), studentId: newId(), status: 'late' }));
      const events = client.events('COUNTS').next();
      await client.close();
      expect((await next).code).to.equal('DISCONNECTED');
      expect((await marked).code).to.be.oneOf(['DISCONNECTED', 'CLASS_NOT_FOUND']);
      expect((await events).done).to.equal(true);
      expect((await faultOf(client.connect())).code).to.equal('DISCONNECTED');
      await hub.until(() => hub.peers.size === 0);
    });
  });
