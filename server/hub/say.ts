import type { Socket as NetSocket } from 'node:net';
import type { Server, Socket } from 'socket.io';
import { framesOf, type Text } from './frames.ts';
import { PlainConnection } from './plain-connection.ts';

/** An Engine.IO packet that waits to be sent. */
type Packet = { type: string; data?: unknown; options?: { wsPreEncodedFrame?: Buffer[] } };

/** What of Engine.IO's WebSocket transport is needed to write together; where it looks different, nothing changes. */
type Transport = {
  name?: string;
  writable: boolean;
  socket?: { readyState: number; _socket?: NetSocket | null };
  send(packets: Packet[]): void;
  _onSentLast?: (error?: Error | null) => void;
};
type Connection = {
  readyState: string;
  transport: Transport;
  writeBuffer: readonly Packet[];
  write(packet: string): unknown;
  flush(): void;
};

const OPEN = 1;

/** The stream under an open WebSocket. */
const streamOf = ({ transport }: Connection): NetSocket | undefined =>
  transport.name === 'websocket' && transport.socket?.readyState === OPEN
    ? (transport.socket._socket ?? undefined)
    : undefined;

/** The texts of packets that are all messages; undefined where one is not. A `4` is Engine.IO's mark of a message. */
const textsOf = (packets: readonly Packet[]): Text[] | undefined => {
  const texts: Text[] = [];
  for (const { type, data, options } of packets) {
    if (type !== 'message' || typeof data !== 'string') return undefined;
    texts.push({ text: `4${data}`, framed: options?.wsPreEncodedFrame });
  }
  return texts;
};

/** Says one or more events, each the text `["NAME",data]`, to some sockets of either wire. */
export type Say = (to: Iterable<Socket>, said: readonly string[]) => void;

/**
 * Has Engine.IO write what one turn of the loop says to a connection with one system call: on a busy hub the calls
 * cost more than the messages. The result frames what many hear once for all of them, and keeps the order in which a
 * connection was spoken to. Compression is off, so that a frame is its text and a head.
 */
export const createSay = (io: Server): { say: Say; attach: () => void } => {
  let send: Transport['send'] | undefined;
  let flush: Connection['flush'] | undefined;
  let waiting = new Set<Connection>();
  let corked = new Set<NetSocket>();

  /** The end of this turn: what was said goes out. */
  const endTurn = () => {
    const connections = waiting;
    const streams = corked;
    waiting = new Set();
    corked = new Set();
    for (const connection of connections) flush?.call(connection);
    for (const stream of streams) stream.uncork();
  };
  const atEndOfTurn = () => {
    if (waiting.size === 0 && corked.size === 0) process.nextTick(endTurn);
  };

  function flushLater(this: Connection): void {
    if (this.transport.name !== 'websocket') {
      flush?.call(this);
    } else if (this.writeBuffer.length > 0 && !waiting.has(this)) {
      atEndOfTurn();
      waiting.add(this);
    }
  }

  function sendTogether(this: Transport, packets: Packet[]): void {
    const stream = this.socket?.readyState === OPEN ? this.socket._socket : undefined;
    const texts = stream && this._onSentLast ? textsOf(packets) : undefined;
    if (!stream || !texts) {
      send?.call(this, packets);
      return;
    }
    this.writable = false;
    stream.write(framesOf(texts), this._onSentLast);
  }

  /** Writes past Engine.IO; false where that would overtake what still waits there. */
  const sayDirectly = (connection: Connection, frames: Buffer): boolean => {
    const stream = connection.readyState === 'open' ? streamOf(connection) : undefined;
    if (!stream) return false;
    if (connection.writeBuffer.length > 0 && !connection.transport.writable) return false;
    if (!corked.has(stream)) {
      atEndOfTurn();
      corked.add(stream);
      stream.cork();
    }
    if (connection.writeBuffer.length > 0) flush?.call(connection);
    stream.write(frames);
    return true;
  };

  return {
    attach() {
      io.engine.on('connection', (connection: Connection) => {
        if (connection.transport.name !== 'websocket') return;
        send ??= connection.transport.send;
        flush ??= connection.flush;
        connection.transport.send = sendTogether;
        connection.flush = flushLater;
      });
    },
    say(to, said) {
      let frames: Buffer | undefined;
      for (const { conn } of to) {
        const connection = conn as unknown as Connection;
        if (!(conn instanceof PlainConnection)) {
          frames ??= framesOf(said.map((text) => ({ text: `42${text}` })));
          if (sayDirectly(connection, frames)) continue;
        }
        for (const text of said) connection.write(`2${text}`);
      }
    },
  };
};
