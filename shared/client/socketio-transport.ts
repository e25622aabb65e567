import { FAULTS, Fault } from '../faults.ts';
import { SOCKET_IO_PATH } from '../protocol/wire.ts';
import { faultOf, lastWord, type Transport } from './transport.ts';

/** As much of a socket.io-client socket as is used here. */
export type SocketIoSocket = {
  on(event: string, listener: (...args: never[]) => void): unknown;
  onAny(listener: (...args: unknown[]) => void): unknown;
  offAny(): unknown;
  off(): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
};

/** The `io` of socket.io-client. It is handed in, so that shared/ needs no package but zod. */
export type SocketIo = (
  url: string,
  options: {
    path: string;
    auth: Record<string, string>;
    transports: string[];
    reconnection: false;
    forceNew: true;
  },
) => SocketIoSocket;

/** Socket.IO over WebSocket only: polling would need sticky sessions. `url` is the server's, `http(s)://…`. */
export const socketIoTransport = ({
  io,
  url,
  path = SOCKET_IO_PATH,
}: {
  io: SocketIo;
  url: string;
  path?: string;
}): Transport => ({
  name: 'socket.io',
  open(token, on) {
    const socket = io(url, {
      path,
      auth: { token },
      transports: ['websocket'],
      // Its own reconnection loses its jitter from the fifth try; the client's serves both wires.
      reconnection: false,
      forceNew: true,
    });
    let over = false;
    let said: Fault | undefined;
    const end = (why?: Fault) => {
      if (over) return;
      over = true;
      socket.off();
      socket.offAny();
      socket.disconnect();
      if (why) on.closed(why);
    };
    socket.on('connect', () => on.opened());
    socket.on('connect_error', (error: Error & { data?: { code?: unknown } }) => {
      if (error.message === FAULTS.SOCKET_UNAUTHORIZED.text) end(new Fault('SOCKET_UNAUTHORIZED'));
      else if (error.data?.code !== undefined) end(faultOf(error.data.code, error.message));
      else end(new Fault('DISCONNECTED', { cause: error }));
    });
    socket.on('disconnect', (reason: string) => end(said ?? new Fault('DISCONNECTED', { cause: reason })));
    socket.onAny((event, data) => {
      const name = String(event);
      said = lastWord(name, data);
      on.heard(name, data);
    });
    return {
      send(name, data, replied) {
        if (over) return;
        socket.emit(name, data, (reply: unknown) => {
          if (!over) replied(reply);
        });
      },
      close: () => end(),
    };
  },
});
