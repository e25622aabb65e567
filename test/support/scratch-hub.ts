import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { WebSocket, WebSocketServer } from 'ws';
import { plainTransport, socketIoTransport, type Transport } from '../../shared/client/index.ts';
import { Fault } from '../../shared/faults.ts';
import type { ScratchMark, ScratchRegister } from './scratch-register.ts';

export type Wire = 'socket.io' | 'plain';
export const WIRES: readonly Wire[] = ['socket.io', 'plain'];

/** One connection as the scratch hub sees it. */
export type Peer = {
  readonly token: string;
  tell(name: string, data: unknown): void;
  /** Breaks the connection as a dead network does: no goodbye. */
  cut(): void;
  /** Shows it out: its token is no good any more. */
  showOut(): void;
};

/** What befalls a message. `cut-*`: the connection breaks before or after it takes effect; `mute`: no answer. */
export type Mishap = 'cut-before' | 'cut-after' | 'mute' | Fault | undefined;

type Data = ScratchMark & { classId: string; epoch?: string; version?: number; token?: string };

/**
 * A server of real sockets on both wires, made to go wrong on purpose: a test says of each message what
 * befalls it. It is no hub: it keeps just enough of the protocol for the client to be tried against.
 */
export const createScratchHub = async ({
  admits = () => true,
  mishap = () => undefined,
}: {
  admits?: (token: string) => boolean;
  mishap?: (message: { name: string; data: Data; peer: Peer }) => Mishap;
} = {}) => {
  const registers = new Map<string, ScratchRegister>();
  const peers = new Set<Peer>();
  const received: { name: string; data: Data }[] = [];
  const watchers = new Set<() => void>();
  const REFUSED = { message: 'Unauthorized or invalid token', code: 'SOCKET_UNAUTHORIZED' };

  const stirred = () => {
    for (const watcher of [...watchers]) watcher();
  };
  const tellAll = (name: string, data: unknown) => {
    for (const peer of peers) peer.tell(name, data);
  };
  const run = (peer: Peer, name: string, data: Data): unknown => {
    if (name === 'RENEW') {
      if (!admits(data.token ?? '')) throw new Fault('SOCKET_UNAUTHORIZED');
      return { expiresAt: new Date().toISOString() };
    }
    const register = registers.get(data.classId);
    if (!register) throw new Fault('CLASS_NOT_FOUND');
    const own = /^student:(.*)$/.exec(peer.token)?.[1];
    switch (name) {
      case 'ATTENDANCE_MARKED': {
        const { reply, told } = register.mark(data);
        if (told)
          for (const each of peers) {
            const theirs = /^student:(.*)$/.exec(each.token)?.[1];
            if (theirs === undefined || theirs === told.studentId) each.tell(name, told);
          }
        return reply;
      }
      case 'SYNC':
        return register.sync(data, own);
      case 'DONE': {
        const done = { ...register.counts(), ...register.at(), message: 'Attendance persisted', total: 0 };
        register.end();
        tellAll('DONE', done);
        return done;
      }
      default:
        throw new Fault('UNKNOWN_EVENT');
    }
  };
  const take = (peer: Peer, name: string, data: Data, answer: (reply: unknown) => void) => {
    if (!peers.has(peer)) return;
    received.push({ name, data });
    const what = mishap({ name, data, peer });
    if (what === 'cut-before') peer.cut();
    else if (what instanceof Fault) answer({ success: false, error: what.message, code: what.code });
    else {
      let reply: unknown;
      try {
        reply = { success: true, data: run(peer, name, data) };
      } catch (cause) {
        const fault = cause instanceof Fault ? cause : new Fault('INTERNAL', { cause });
        reply = { success: false, error: fault.message, code: fault.code };
      }
      if (what === 'cut-after') peer.cut();
      else if (what !== 'mute') answer(reply);
    }
    stirred();
  };
  const enter = (peer: Peer) => {
    peers.add(peer);
    stirred();
    return () => {
      peers.delete(peer);
      stirred();
    };
  };

  const http = createServer();
  const tcp = new Set<TcpSocket>();
  http.on('connection', (socket) => {
    tcp.add(socket);
    socket.on('close', () => tcp.delete(socket));
  });
  const sio = new Server(http, { transports: ['websocket'], destroyUpgrade: false });
  sio.use((socket, next) => {
    const { token } = socket.handshake.auth as { token: string };
    if (admits(token)) next();
    else next(Object.assign(new Error(REFUSED.message), { data: { code: REFUSED.code } }));
  });
  sio.on('connection', (socket) => {
    const { token } = socket.handshake.auth as { token: string };
    const peer: Peer = {
      token,
      tell: (name, data) => socket.emit(name, data),
      cut: () => socket.request.socket.destroy(),
      showOut() {
        socket.emit('ERROR', REFUSED);
        socket.disconnect(true);
      },
    };
    socket.on('disconnect', enter(peer));
    socket.onAny((name: string, data: Data, ack?: (reply: unknown) => void) =>
      take(peer, name, data, (reply) => ack?.(reply)),
    );
  });
  const plain = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub');
    if (pathname !== '/ws') return;
    plain.handleUpgrade(request, socket, head, (ws) => {
      const token = searchParams.get('token') ?? '';
      const tell = (event: string, data: unknown) => ws.send(JSON.stringify({ event, data }));
      const showOut = () => {
        tell('ERROR', REFUSED);
        ws.close(4401);
      };
      if (!admits(token)) return showOut();
      const peer: Peer = { token, tell, cut: () => request.socket.destroy(), showOut };
      ws.on('close', enter(peer));
      ws.on('error', () => {});
      ws.on('message', (text) => {
        const { event, data, id } = JSON.parse(String(text)) as { event: string; data: Data; id: number };
        take(peer, event, data, (reply) => ws.send(JSON.stringify({ event: 'ACK', id, data: reply })));
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  return {
    url,
    peers,
    /** Every message that came in, in order; whether or not something befell it. */
    received,
    sent: (name: string) => received.filter((message) => message.name === name),
    add: (register: ScratchRegister) => registers.set(register.classId, register),
    tellAll,
    /** Resolves as soon as the predicate holds; looked at after every message and connection. */
    async until(holds: () => boolean): Promise<void> {
      if (holds()) return;
      await new Promise<void>((resolve) => {
        const watcher = () => {
          if (!holds()) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
      });
    },
    transport: (wire: Wire): Transport =>
      wire === 'socket.io' ? socketIoTransport({ io, url }) : plainTransport({ WebSocket, url }),
    async close(): Promise<void> {
      await sio.close();
      for (const ws of plain.clients) ws.terminate();
      plain.close();
      for (const socket of tcp) socket.destroy();
    },
  };
};
export type ScratchHub = Awaited<ReturnType<typeof createScratchHub>>;
