import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket frame as a client sends it (masked with zeros): text, or what the opcode says. */
export const clientFrame = (payload: string | Buffer, opcode = 1): Buffer => {
  const body = Buffer.from(payload);
  const size =
    body.length < 126
      ? Buffer.from([0x80 | body.length])
      : body.length < 65_536
        ? Buffer.from([0x80 | 126, body.length >> 8, body.length & 255])
        : Buffer.concat([Buffer.from([0x80 | 127, 0, 0, 0, 0]), uint32(body.length)]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, Buffer.alloc(4), body]);
};
const uint32 = (n: number) => {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(n);
  return four;
};

/** The whole frames at the beginning of what a server has sent, as opcode and payload. */
const serverFrames = (bytes: Buffer): { opcode: number; payload: Buffer }[] => {
  const frames: { opcode: number; payload: Buffer }[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + head > bytes.length) break;
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? bytes.readUInt32BE(at + 6) : short;
    if (at + head + length > bytes.length) break;
    frames.push({
      opcode: (bytes[at] ?? 0) & 15,
      payload: bytes.subarray(at + head, at + head + length),
    });
    at += head + length;
  }
  return frames;
};

/** A connection of bare TCP: says exactly what it is told to, in exactly those pieces. */
export const tcp = async (url: string) => {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  socket.on('error', () => {});
  let received = Buffer.alloc(0);
  let arrived = () => {};
  const framesSoFar = () => {
    const end = received.indexOf('\r\n\r\n');
    return end < 0 ? [] : serverFrames(received.subarray(end + 4));
  };
  socket.on('data', (more) => {
    received = Buffer.concat([received, more]);
    // The answer to the end of a WebSocket is the end of the connection.
    if (framesSoFar().some(({ opcode }) => opcode === 8)) socket.end();
    arrived();
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    socket,
    write: (bytes: string | Buffer) => void socket.write(bytes),
    /** Resolves when so many messages have come. */
    async messages(count: number) {
      while (framesSoFar().filter(({ opcode }) => opcode === 1).length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
    },
    /** Everything that was received, once the other side has ended the connection. */
    async whole() {
      await ended;
      const head = received.subarray(0, received.indexOf('\r\n\r\n') + 4).toString('latin1');
      const frames = framesSoFar();
      const close = frames.find(({ opcode }) => opcode === 8);
      return {
        head,
        said: frames
          .filter(({ opcode }) => opcode === 1)
          .map(({ payload }) => JSON.parse(payload.toString()) as { event: string; data: unknown }),
        closeCode: close?.payload.readUInt16BE(0),
      };
    },
  };
};

/** The request that asks for a WebSocket at a path. */
export const upgradeRequest = (path: string, headers: Record<string, string> = {}): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');
