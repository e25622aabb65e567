import type { Socket as NetSocket } from 'node:net';
import type { Server, Socket } from 'socket.io';
import { framesOf, type Text } from './frames.ts';

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
type Connection = { transport: Transport; flush?: () => void };

const OPEN = 1;

/** The texts of packets that are all messages; undefined where one is not. A `4` is Engine.IO's mark of a message. */
const textsOf = (packets: readonly Packet[]): Text[] | undefined => {
  const texts: Text[] = [];
  for (const { type, data, options } of packets) {
    if (type !== 'message' || typeof data !== 'string') return undefined;
    texts.push({ text: `4${data}`, framed: options?.wsPreEncodedFrame });
  }
  return texts;
};

/**
 * Has Engine.IO write what waits for a connection with one system call instead of one or two per message: on a busy
 * hub the calls cost more than the messages. Compression is off, so that a frame is its text and a head.
 */
export const gatherWrites = (io: Server): void => {
  let original: Transport['send'] | undefined;
  function sendTogether(this: Transport, packets: Packet[]): void {
    const tcp = this.socket?.readyState === OPEN ? this.socket._socket : undefined;
    const texts = tcp && this._onSentLast ? textsOf(packets) : undefined;
    if (!tcp || !texts) {
      original?.call(this, packets);
      return;
    }
    this.writable = false;
    tcp.write(framesOf(texts), this._onSentLast);
  }
  io.engine.on('connection', ({ transport }: Connection) => {
    if (transport.name !== 'websocket') return;
    original ??= transport.send;
    transport.send = sendTogether;
  });
};

/** Says several things to the same sockets, and has each connection write them at once. */
export const together = (sockets: readonly Socket[], say: () => void): void => {
  const held: Connection[] = [];
  for (const { conn } of sockets) {
    const connection = conn as unknown as Connection;
    if (connection.transport.name !== 'websocket' || !connection.transport.writable || !connection.flush)
      continue;
    connection.transport.writable = false;
    held.push(connection);
  }
  try {
    say();
  } finally {
    for (const connection of held) {
      connection.transport.writable = true;
      connection.flush?.();
    }
  }
};
