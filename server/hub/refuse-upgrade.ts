import type { Duplex } from 'node:stream';

/** Answers a request for a socket with a refusal, and ends the connection whatever the other side does. */
export const refuseUpgrade = (socket: Duplex, status: string, why: string): void => {
  const head = [`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Type: text/plain'];
  socket.once('finish', () => socket.destroy());
  socket.end([...head, `Content-Length: ${Buffer.byteLength(why)}`, '', why].join('\r\n'));
};
