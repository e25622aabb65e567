import type { Socket as NetSocket } from 'node:net';
import type { Server, Socket } from 'socket.io';
import { framesOf, type Text } from './frames.ts';
import { PlainConnection } from './plain-connection.ts';

/**
 * What waits for a connection until the end of the turn. Kept with it, not in a map: of one that grows and shrinks every
 * turn each table would hold the next one, and what is in it, until all are old and the collector stops for 10 ms.
 */
const WAITING = Symbol('waiting');

/** What of an Engine.IO connection is needed to write together; where it looks different, nothing changes. */
type Connection = {
  readyState: string;
  transport: { name?: string; socket?: { readyState: number; _socket?: NetSocket | null } };
  writeBuffer: readonly unknown[];
  write(data: unknown, options?: Options, sent?: () => void): unknown;
  close(discard?: boolean): unknown;
  [WAITING]?: Text[] | undefined;
};
/** `wsPreEncodedFrame`: the frame that a broadcast made once for all who hear it. */
type Options = { wsPreEncodedFrame?: readonly Buffer[] | undefined };

const OPEN = 1;

/** The stream under an open WebSocket. */
const streamOf = ({ transport }: Connection): NetSocket | undefined =>
  transport.name === 'websocket' && transport.socket?.readyState === OPEN
    ? (transport.socket._socket ?? undefined)
    : undefined;

/** Says one or more events, each the text `["NAME",data]`, to some sockets of either wire. */
export type Say = (to: Iterable<Socket>, said: readonly string[]) => void;

/**
 * What one turn of the loop says to a connection, answers and events, goes out with one system call and past
 * Engine.IO's queue: on a busy hub the calls and the queueing cost more than the messages. What many hear is framed
 * once for all of them, and the order in which a connection was spoken to is kept. Compression is off, so that a frame
 * is its text and a head. Engine.IO writes its own packets, which no order binds, and whatever is said while a
 * connection changes its transport.
 */
export const createSay = (io: Server): { say: Say; attach: () => void } => {
  /** To whom this turn said something. */
  let turn: Connection[] = [];

  /** Writes what waits for a connection; gone meanwhile, it hears nothing any more. */
  const writeOut = (connection: Connection) => {
    const texts = connection[WAITING];
    if (!texts) return;
    connection[WAITING] = undefined;
    streamOf(connection)?.write(framesOf(texts));
  };
  const endTurn = () => {
    const spoken = turn;
    turn = [];
    for (const connection of spoken) writeOut(connection);
  };

  /** False where it would overtake what Engine.IO holds back. */
  const take = (connection: Connection, text: Text): boolean => {
    const texts = connection[WAITING];
    const free = connection.readyState === 'open' && connection.writeBuffer.length === 0;
    if (free && texts) {
      texts.push(text);
    } else if (free && streamOf(connection)) {
      if (turn.length === 0) process.nextTick(endTurn);
      turn.push(connection);
      connection[WAITING] = [text];
    } else {
      writeOut(connection);
      return false;
    }
    return true;
  };

  let write: Connection['write'] | undefined;
  let close: Connection['close'] | undefined;
  // Shared by all connections, and put before Engine.IO's own.
  function writeTogether(this: Connection, data: unknown, options?: Options, sent?: () => void): unknown {
    const framed = options?.wsPreEncodedFrame;
    const taken = typeof data === 'string' && !sent && take(this, { text: `4${data}`, framed });
    return taken ? this : write?.call(this, data, options, sent);
  }
  function closeAfter(this: Connection, discard?: boolean): unknown {
    writeOut(this);
    return close?.call(this, discard);
  }

  return {
    attach() {
      io.engine.on('connection', (connection: Connection) => {
        write ??= connection.write;
        close ??= connection.close;
        connection.write = writeTogether;
        connection.close = closeAfter;
      });
    },
    say(to, said) {
      let framed: [Buffer] | undefined;
      for (const { conn } of to) {
        const connection = conn as unknown as Connection;
        if (!(conn instanceof PlainConnection)) {
          framed ??= [framesOf(said.map((text) => ({ text: `42${text}` })))];
          if (take(connection, { text: '', framed })) continue;
        }
        for (const text of said) connection.write(`2${text}`);
      }
    },
  };
};
