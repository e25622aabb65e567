import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { FAULTS, isFaultCode } from '../../shared/faults.ts';
import { Frame } from '../../shared/protocol/index.ts';
import { MALFORMED, RESERVED } from './dispatch.ts';

/** How much may wait for the connect reply; more ends the connection. */
const MOST_EARLY = { frames: 32, characters: 64 * 1024 };
/** Acknowledgements that one connection may be waiting for. */
const MOST_UNANSWERED = 4096;
/** Event names that Socket.IO's parser refuses. */
const KEPT_BY_SOCKET_IO = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** The last packet that was turned into a frame: a broadcast hands the same packet to many connections. */
let lastPacket = '';
let lastFrame = '';

/** Turns `["NAME",data]` into the frame's text without parsing it. */
const frameOf = (packet: string): string => {
  if (packet === lastPacket) return lastFrame;
  const from = packet.indexOf('[');
  const afterName = packet.indexOf('"', from + 2) + 1;
  const name = packet.slice(from + 1, afterName);
  const data = packet[afterName] === ',' ? packet.slice(afterName + 1, -1) : '{}';
  lastPacket = packet;
  lastFrame = `{"event":${name},"data":${data}}`;
  return lastFrame;
};

/**
 * One plain WebSocket, dressed as an Engine.IO connection: Socket.IO sees an ordinary client, and the
 * `{event,data,id}` frames are translated to and from its packets (0 connect, 1 disconnect, 2 event, 3 ack, 4 refused).
 */
export class PlainConnection extends EventEmitter {
  readonly protocol = 4;
  readonly transport = { name: 'websocket', writable: true };
  readonly id: string;
  readonly remoteAddress: string;
  request: unknown;
  readyState: 'open' | 'closing' | 'closed' = 'open';
  /** The WebSocket close code that `close` sends. */
  closeCode = 1000;
  /** False once a heartbeat went unanswered. */
  alive = true;
  readonly #ws: WebSocket;
  readonly #tcp: Duplex;
  #gathering = false;
  #early: string[] | undefined = [];
  #earlyLength = 0;
  #unanswered: Map<number, number | string> | undefined;
  #nextAck = 0;

  constructor(ws: WebSocket, tcp: Duplex, id: string, request: unknown, remoteAddress: string) {
    super();
    this.#ws = ws;
    this.#tcp = tcp;
    this.id = id;
    this.request = request;
    this.remoteAddress = remoteAddress;
    ws.on('message', (data, isBinary) => this.#receive(isBinary ? undefined : String(data)));
    ws.on('pong', () => {
      this.alive = true;
    });
    ws.on('close', () => this.#closed('transport close'));
    // An oversized or broken frame: ws closes by itself, with 1009 or 1002.
    ws.on('error', () => {});
  }

  /** Bytes that wait for the reader. */
  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  /** Sends the CONNECT packet that a Socket.IO client would send. */
  enter(auth: Record<string, string>): void {
    this.emit('data', `0${JSON.stringify(auth)}`);
  }

  /** One Socket.IO packet for the client. */
  write(packet: string): this {
    switch (packet[0]) {
      case '2':
        this.#send(frameOf(packet));
        break;
      case '3':
        this.#acknowledge(packet);
        break;
      case '0':
        // Handlers are attached right after this reply, in this turn: the early frames go in the next one.
        setImmediate(() => this.#letIn());
        break;
      case '4':
        this.#refused(packet);
        break;
    }
    return this;
  }

  send(packet: string): this {
    return this.write(packet);
  }

  /** Closes with `closeCode`; with `discard` at once, without the closing handshake. */
  close(discard = false): void {
    if (this.readyState !== 'open') return;
    this.readyState = 'closing';
    if (discard) this.#ws.terminate();
    else this.#ws.close(this.closeCode);
  }

  /** One heartbeat: closes a connection that did not answer the last. */
  beat(): void {
    if (this.alive) this.#ws.ping();
    else this.close(true);
    this.alive = false;
  }

  #send(text: string): void {
    if (this.readyState !== 'open') return;
    // What is said in one turn of the loop goes out with one system call.
    if (!this.#gathering) {
      this.#gathering = true;
      this.#tcp.cork();
      process.nextTick(() => {
        this.#gathering = false;
        this.#tcp.uncork();
      });
    }
    this.#ws.send(text, { binary: false, compress: false });
  }

  #closed(reason: string): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.transport.writable = false;
    this.emit('close', reason);
  }

  #receive(text: string | undefined): void {
    if (this.readyState !== 'open') return;
    if (!this.#early) {
      this.#forward(text);
      return;
    }
    this.#early.push(text ?? '');
    this.#earlyLength += text?.length ?? 0;
    if (this.#early.length > MOST_EARLY.frames || this.#earlyLength > MOST_EARLY.characters) {
      this.closeCode = 1008;
      this.close();
    }
  }

  #letIn(): void {
    const waiting = this.#early ?? [];
    this.#early = undefined;
    for (const text of waiting) this.#forward(text);
  }

  #forward(text: string | undefined): void {
    this.emit('data', this.#packetOf(text) ?? `2["${MALFORMED}"]`);
  }

  /** The frame as a packet; undefined when it is no frame, or holds more levels than can be written again. */
  #packetOf(text: string | undefined): string | undefined {
    try {
      const frame = Frame.safeParse(text === undefined ? undefined : JSON.parse(text));
      if (!frame.success) return undefined;
      const { event, data = {}, id } = frame.data;
      const said = JSON.stringify([KEPT_BY_SOCKET_IO.has(event) ? RESERVED : event, data]);
      return `2${id === undefined ? '' : this.#expect(id)}${said}`;
    } catch {
      return undefined;
    }
  }

  /** Notes the client's id of a frame under a number, since Socket.IO's acks are numbers. */
  #expect(id: number | string): string {
    this.#unanswered ??= new Map();
    if (this.#unanswered.size >= MOST_UNANSWERED) return '';
    const ack = this.#nextAck++;
    this.#unanswered.set(ack, id);
    return String(ack);
  }

  #acknowledge(packet: string): void {
    const from = packet.indexOf('[');
    const ack = Number(packet.slice(1, from));
    const id = this.#unanswered?.get(ack);
    if (id === undefined) return;
    this.#unanswered?.delete(ack);
    this.#send(`{"event":"ACK","id":${JSON.stringify(id)},"data":${packet.slice(from + 1, -1)}}`);
  }

  /** The connection was not let in: says why, then closes. */
  #refused(packet: string): void {
    const { message, data } = JSON.parse(packet.slice(1)) as { message: string; data?: { code?: string } };
    const code = data?.code ?? 'INTERNAL';
    this.#send(JSON.stringify({ event: 'ERROR', data: { message, code } }));
    const fault = isFaultCode(code) ? FAULTS[code] : FAULTS.INTERNAL;
    this.closeCode = 'close' in fault ? fault.close : 1013;
    this.close();
  }
}
