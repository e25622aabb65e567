import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import { MAX_FRAME_BYTES, PLAIN_CLASS_PATH, PLAIN_PATH } from '../../shared/protocol/index.ts';
import type { Log } from '../kit/log.ts';
import { PlainConnection } from './plain-connection.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

const HEARTBEAT_MS = 25_000;

type Deps = {
  readonly log: Log;
  /** Whether `?token=` is taken; a ticket always is. */
  readonly queryToken: boolean;
};

/** The path of a request, without its query. */
const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

/** Whether a request is for the plain wire. */
export const isPlain = (request: IncomingMessage): boolean => {
  const path = pathOf(request);
  return path === PLAIN_PATH || path === `${PLAIN_PATH}/` || path.startsWith(PLAIN_CLASS_PATH);
};

/** What a path says of the class that its connection is for. */
const placeOf = (request: IncomingMessage): { classId?: string } => {
  const path = pathOf(request);
  return path.startsWith(PLAIN_CLASS_PATH)
    ? { classId: path.slice(PLAIN_CLASS_PATH.length).replace(/\/$/, '') }
    : {};
};

/**
 * A small engine for Socket.IO under the plain WebSocket: `io.bind(engine)` makes every plain socket an ordinary
 * Socket.IO client, with the same middleware, rooms, acknowledgements and adapter (ADR 0002).
 */
export const createPlainEngine = ({ log, queryToken }: Deps) => {
  const engine = new EventEmitter();
  const connections = new Set<PlainConnection>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  });
  const heartbeat = setInterval(() => {
    for (const connection of connections) connection.beat();
  }, HEARTBEAT_MS);
  heartbeat.unref();

  const credentials = (request: IncomingMessage): Record<string, string> => {
    const { searchParams } = new URL(request.url ?? '/', 'http://hub');
    const ticket = searchParams.get('ticket');
    if (ticket) return { ticket };
    const deviceKey = request.headers['x-device-key'];
    if (typeof deviceKey === 'string') return { deviceKey };
    const token = searchParams.get('token');
    return token && queryToken ? { token } : {};
  };

  return {
    engine: engine as unknown as Parameters<Server['bind']>[0],

    /** Takes an HTTP upgrade, or turns it away with 403 or 503 where there is a reason to. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, refused: string | undefined): void {
      if (refused !== undefined) {
        const status = /origin/.test(refused) ? '403 Forbidden' : '503 Service Unavailable';
        refuseUpgrade(socket, status, refused);
        return;
      }
      const auth = { ...credentials(request), ...placeOf(request) };
      sockets.handleUpgrade(request, socket, head, (ws) => {
        const { 'x-device-key': _, ...headers } = request.headers;
        const { socket: raw } = request;
        // Without the URL: it holds the token.
        const seen = { headers, connection: { encrypted: 'encrypted' in raw }, url: '', _query: {} };
        const connection = new PlainConnection(
          ws,
          socket,
          randomBytes(15).toString('base64url'),
          seen,
          raw.remoteAddress ?? '',
        );
        connections.add(connection);
        connection.once('close', () => connections.delete(connection));
        engine.emit('connection', connection);
        connection.enter(auth);
        log.debug({ connection: connection.id }, 'plain connection');
      });
    },

    size: () => connections.size,

    close(): void {
      clearInterval(heartbeat);
      for (const connection of connections) {
        connection.closeCode = 1001;
        connection.close();
      }
      sockets.close();
    },
  };
};
