import type { Socket } from 'socket.io';
import type { FaultCode } from '../../shared/faults.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { PlainConnection } from './plain-connection.ts';
import type { Seats } from './seats.ts';

/** What may wait for one slow reader before its connection is closed; what is not written yet counts by its characters. */
const MOST_WAITING = { packets: 2000, bytes: 4 * 1024 * 1024 };
const EVERY_MS = 1000;

/** The WebSocket of Engine.IO's transport; polling has none. */
type WebSocketBeneath = { terminate?(): void };

type Deps = {
  readonly seats: Seats;
  readonly clock: Clock;
  readonly end: (socket: Socket, code: FaultCode) => void;
  readonly log: Log;
};

/**
 * Looks over the connections once a second: whose token has ended is shown out, and who reads too slowly is cut off
 * at the transport, so that they reconnect and SYNC instead of filling the server's memory.
 */
export const createWatch = ({ seats, clock, end, log }: Deps) => {
  let timer: NodeJS.Timeout | undefined;

  const isSlow = (socket: Socket): boolean => {
    const connection: unknown = socket.conn;
    if (connection instanceof PlainConnection) return connection.bufferedBytes > MOST_WAITING.bytes;
    const { writeBuffer, transport } = socket.conn as unknown as {
      writeBuffer: readonly { data?: unknown }[];
      transport: { socket?: { bufferedAmount?: number } };
    };
    // What Engine.IO holds back, and what it has given away but the system has not taken.
    const held = writeBuffer.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0);
    const given = transport.socket?.bufferedAmount ?? 0;
    return writeBuffer.length > MOST_WAITING.packets || held + given > MOST_WAITING.bytes;
  };

  const look = () => {
    const now = clock.now();
    for (const seat of [...seats.all()]) {
      if (!seat.seated) continue;
      if (seat.who.expiresAt <= now) end(seat.socket, 'SOCKET_UNAUTHORIZED');
      else if (isSlow(seat.socket)) {
        log.warn({ userId: seat.who.userId }, 'a connection reads too slowly');
        const connection: unknown = seat.socket.conn;
        if (connection instanceof PlainConnection) connection.closeCode = 1013;
        // Not disconnect(): a Socket.IO client would take that for good and stay away.
        const { transport } = seat.socket.conn as unknown as { transport: { socket?: WebSocketBeneath } };
        seat.socket.conn.close(true);
        // Engine.IO waits half a minute for the closing handshake, and what nobody reads would wait as long.
        transport.socket?.terminate?.();
      }
    }
  };

  return {
    start() {
      timer = setInterval(look, EVERY_MS);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
};
