import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server's connections; what it gives closes those over which nothing was ever asked. Browsers open such ahead of
 * need, Node counts them as busy, and a server that is closing would wait for them for ever.
 */
export const unusedConnections = (http: Server): (() => void) => {
  const open = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
};
