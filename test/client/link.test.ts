import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { createBackoff } from '../../shared/client/backoff.ts';
import { type Client, type ClientOptions, createClient, plainTransport } from '../../shared/client/index.ts';
import { timesIn } from '../../shared/client/token.ts';
import { Fault } from '../../shared/faults.ts';
import { faultOf } from '../support/fault-of.ts';
import { createScratchHub, type ScratchHub, WIRES } from '../support/scratch-hub.ts';
import { type HandTimers, handTimers } from '../support/timers.ts';

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token that lasts from `iat` for `life` seconds. */
const tokenFor = (name: string, iat: number, life: number) =>
  `${base64({ alg: 'none' })}.${base64({ name, iat, exp: iat + life })}.x`;

describe('client backoff', () => {
  it('[TC4] draws every wait evenly below a doubling bound, and keeps its jitter for ever', () => {
    const backoff = createBackoff({ baseMs: 500, maxMs: 8_000, random: () => 0.999 });
    const bounds = Array.from({ length: 8 }, () => Math.round(backoff.next() / 0.999));
    expect(bounds).to.deep.equal([500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
    backoff.reset();
    expect(Math.round(backoff.next() / 0.999)).to.equal(500);
  });

  it('[TC4] spreads a thousand clients that lost their server, on the tenth try as on the first', () => {
    const waits = Array.from({ length: 1000 }, () => {
      const backoff = createBackoff();
      return Array.from({ length: 10 }, () => backoff.next());
    });
    const at = (n: number) => waits.map((all) => all[n] ?? Number.NaN);
    for (const n of [0, 4, 9]) {
      const longest = Math.max(...at(n));
      // No tenth of the range holds more than a third of them, and the lower half is not empty.
      for (let part = 0; part < 10; part++) {
        const here = at(n).filter(
          (wait) => wait >= (longest * part) / 10 && wait < (longest * (part + 1)) / 10,
        );
        expect(here.length, `try ${n}, part ${part}`).to.be.lessThan(334);
      }
      expect(at(n).filter((wait) => wait < longest / 2).length).to.be.greaterThan(250);
    }
    expect(Math.max(...at(0))).to.be.at.most(500);
    expect(Math.max(...at(9))).to.be.within(10_000, 15_000);
  });
});

for (const wire of WIRES)
  describe(`client connection over ${wire}`, () => {
    let hub: ScratchHub;
    let timers: HandTimers;
    let admits: (token: string) => boolean;
    let clients: Client[];

    const client = (options: Partial<ClientOptions> & Pick<ClientOptions, 'token'>) => {
      const made = createClient({ transport: hub.transport(wire), timers, random: () => 0.5, ...options });
      clients.push(made);
      return made;
    };
    /** Resolves when the client enters a state. */
    const states = () => {
      const seen: string[] = [];
      const waiting: { state: string; resolve: () => void }[] = [];
      return {
        seen,
        onState(state: string) {
          seen.push(state);
          for (const each of waiting.filter((one) => one.state === state)) each.resolve();
        },
        next: (state: string) =>
          new Promise<void>((resolve) => {
            waiting.push({ state, resolve });
          }),
      };
    };

    beforeEach(async () => {
      admits = () => true;
      clients = [];
      timers = handTimers();
      hub = await createScratchHub({ admits: (token) => admits(token) });
    });
    afterEach(async () => {
      await Promise.all(clients.map((each) => each.close()));
      await hub.close();
    });

    it('connects again after a break, after a wait that grows, and says so', async () => {
      const { seen, onState, next } = states();
      const one = client({ token: 'teacher', onState });
      await one.connect();
      for (const wait of [250, 500, 1000]) {
        const waiting = next('waiting');
        for (const peer of hub.peers) peer.cut();
        await waiting;
        expect(timers.pending()).to.deep.equal([wait]);
        const connected = next('connected');
        timers.advance(wait);
        await connected;
      }
      expect(one.reconnects).to.equal(3);
      expect(seen.slice(0, 5)).to.deep.equal([
        'connecting',
        'connected',
        'waiting',
        'connecting',
        'connected',
      ]);
    });

    it('begins again at the shortest wait after a connection that lasted', async () => {
      const { onState, next } = states();
      await client({ token: 'teacher', onState }).connect();
      for (let round = 0; round < 3; round++) {
        timers.advance(6_000);
        const waiting = next('waiting');
        for (const peer of hub.peers) peer.cut();
        await waiting;
        expect(timers.pending()).to.deep.equal([250]);
        const connected = next('connected');
        timers.advance(250);
        await connected;
      }
    });

    it('signs out at once when its one fixed token is refused', async () => {
      admits = () => false;
      const { seen, onState } = states();
      const one = client({ token: 'bad', onState });
      expect((await faultOf(one.connect())).code).to.equal('SOCKET_UNAUTHORIZED');
      expect(seen).to.deep.equal(['connecting', 'signed-out']);
      expect(timers.pending()).to.deep.equal([]);
    });

    it('asks once more for a token when one is refused, then signs out and stays out', async () => {
      admits = () => false;
      let asked = 0;
      const one = client({ token: () => `token ${++asked}` });
      const fault = await faultOf(one.connect());
      expect(fault.message).to.equal('Unauthorized or invalid token');
      expect(one.state).to.equal('signed-out');
      expect(asked).to.equal(2);
      expect(timers.pending()).to.deep.equal([]);
      // A new log-in, and the same client goes on.
      admits = (token) => token === 'token 3';
      await one.connect();
      expect(one.state).to.equal('connected');
    });

    it('takes the second token when the first is refused', async () => {
      admits = (token) => token === 'token 2';
      let asked = 0;
      await client({ token: () => `token ${++asked}` }).connect();
      expect(asked).to.equal(2);
      expect([...hub.peers].map(({ token }) => token)).to.deep.equal(['token 2']);
    });

    it('signs out when it is shown out and the token function has none to offer', async () => {
      const { onState, next } = states();
      let signedIn = true;
      const token = () => {
        if (!signedIn) throw new Fault('REFRESH_REUSED');
        return 'teacher';
      };
      await client({ token, onState }).connect();
      signedIn = false;
      const out = next('signed-out');
      for (const peer of hub.peers) peer.showOut();
      await out;
      expect(timers.pending()).to.deep.equal([]);
    });

    it('does not run in a circle with a server that lets it in only to show it out', async () => {
      const { seen, onState, next } = states();
      const out = next('signed-out');
      const one = client({
        token: () => 'teacher',
        onState(state) {
          onState(state);
          if (state === 'connected') for (const peer of hub.peers) peer.showOut();
        },
      });
      await one.connect();
      await out;
      expect(seen.filter((state) => state === 'connected').length).to.equal(2);
    });

    it('keeps trying when the token function fails for another reason', async () => {
      const { onState, next } = states();
      let failing = true;
      const token = async () => {
        if (failing) throw new Error('no network');
        return 'teacher';
      };
      const one = client({ token, onState });
      const waiting = next('waiting');
      const connected = one.connect();
      await waiting;
      failing = false;
      timers.advance(250);
      await connected;
      expect(one.state).to.equal('connected');
    });

    it('[TC5] renews the token half a minute before its end, on the open connection', async () => {
      const start = Math.floor(timers.now() / 1000);
      let asked = 0;
      const token = () => tokenFor(`t${++asked}`, Math.floor(timers.now() / 1000), 900);
      admits = (given) => (timesIn(given).expiresAt ?? 0) > timers.now();
      const transport =
        wire === 'plain'
          ? plainTransport({ WebSocket, url: hub.url, quietMs: 10 ** 9 })
          : hub.transport(wire);
      await client({ token, transport }).connect();
      const renewals = () => hub.sent('RENEW').map(({ data }) => timesIn(data.token ?? '').expiresAt);
      const before = renewals().length; // the plain wire shows its token to be let in
      timers.advance(869_000);
      expect(asked).to.equal(1);
      timers.advance(1_000);
      await hub.until(() => renewals().length === before + 1);
      expect(asked).to.equal(2);
      expect(renewals().at(-1)).to.equal((start + 870 + 900) * 1000);
      expect(hub.peers.size).to.equal(1);
    });
  });

describe('client connection over plain', () => {
  it('notices a server that has fallen silent, which a browser would not', async () => {
    const timers = handTimers();
    let silent = false;
    const hub = await createScratchHub({ mishap: () => (silent ? 'mute' : undefined) });
    const states: string[] = [];
    const client = createClient({
      transport: hub.transport('plain'),
      token: 'teacher',
      timers,
      onState: (state) => states.push(state),
    });
    await client.connect();
    silent = true;
    timers.advance(60_000);
    await hub.until(() => hub.sent('RENEW').length === 2);
    expect(client.state).to.equal('connected');
    timers.advance(60_000);
    expect(client.state).to.equal('waiting');
    await client.close();
    await hub.close();
  });

  it('gives up a connection that does not open in time', async () => {
    const timers = handTimers();
    const deaf = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(deaf, 'listening');
    const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
    const client = createClient({ token: 'teacher', transport: plainTransport({ WebSocket, url }), timers });
    const arrived = once(deaf, 'connection');
    const connecting = faultOf(client.connect());
    const [socket] = (await arrived) as [WebSocket];
    const gone = once(socket, 'close');
    timers.advance(10_000);
    expect(client.state).to.equal('waiting');
    await gone;
    await client.close();
    expect((await connecting).code).to.equal('DISCONNECTED');
    deaf.close();
  });
});
