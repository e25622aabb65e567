import { FAULTS, Fault } from '../faults.ts';
import { PLAIN_PATH } from '../protocol/wire.ts';
import { faultOf, lastWord, type Transport } from './transport.ts';

/** As much of a WebSocket (a browser's, Node's or that of `ws`) as is used here. */
export type PlainSocket = {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
};

type Frame = { event?: unknown; data?: unknown; id?: unknown };

const parse = (text: unknown): Frame => {
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : null;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
};

const byCloseCode = (code: number, reason: string): Fault => {
  for (const name of ['SOCKET_UNAUTHORIZED', 'FRAME_TOO_LARGE', 'DRAINING', 'TOO_SLOW'] as const)
    if (FAULTS[name].close === code) return new Fault(name);
  return new Fault('DISCONNECTED', { cause: `${code} ${reason}` });
};

const refusalIn = (data: unknown): Fault => {
  const { code, message } = Object(data) as { code?: unknown; message?: unknown };
  return message === FAULTS.SOCKET_UNAUTHORIZED.text
    ? new Fault('SOCKET_UNAUTHORIZED')
    : faultOf(code, message);
};

/**
 * The plain WebSocket at `/ws`. `url` is the server's, `ws(s)://…` or `http(s)://…`. `address` makes the whole
 * address from the token instead, for instance one with a single-use ticket. A connection on which nothing
 * was heard for `quietMs` is asked for a sign of life, and given up when none comes in as long again: a
 * browser cannot see the server's pings.
 */
export const plainTransport = ({
  WebSocket,
  url,
  address = (token) =>
    `${url.replace(/^http/, 'ws').replace(/\/$/, '')}${PLAIN_PATH}?token=${encodeURIComponent(token)}`,
  quietMs = 60_000,
}: {
  WebSocket: new (url: string) => PlainSocket;
  url: string;
  address?: (token: string) => string | Promise<string>;
  quietMs?: number;
}): Transport => ({
  name: 'plain',
  open(token, on, timers) {
    const waiting = new Map<number, (reply: unknown) => void>();
    let socket: PlainSocket | undefined;
    let lastId = 0;
    let over = false;
    let isOpen = false;
    let said: Fault | undefined;
    let lastHeard = timers.now();
    let stopWatching = () => {};

    const end = (why?: Fault) => {
      if (over) return;
      over = true;
      stopWatching();
      waiting.clear();
      socket?.close();
      if (why) on.closed(why);
    };
    const send = (name: string, data: unknown, replied: (reply: unknown) => void) => {
      if (over || socket === undefined) return;
      lastId += 1;
      waiting.set(lastId, replied);
      socket.send(JSON.stringify({ event: name, data, id: lastId }));
    };
    // Whatever the answer: that there is one shows that the server has let this token in.
    const probe = (alive: () => void) => send('RENEW', { token }, alive);
    const watch = () => {
      stopWatching = timers.after(quietMs, () => {
        const quiet = timers.now() - lastHeard;
        if (quiet >= 2 * quietMs) return end(new Fault('DISCONNECTED', { cause: 'no sign of life' }));
        if (quiet >= quietMs) probe(() => {});
        watch();
      });
    };
    const read = (text: unknown) => {
      lastHeard = timers.now();
      const { event, data, id } = parse(text);
      if (event === 'ACK' && typeof id === 'number') {
        const replied = waiting.get(id);
        waiting.delete(id);
        replied?.(data);
      } else if (typeof event === 'string') {
        said = lastWord(event, data);
        if (!isOpen && event === 'ERROR') said ??= refusalIn(data);
        on.heard(event, data);
      }
    };
    const start = (whole: string) => {
      if (over) return;
      const opening = new WebSocket(whole);
      socket = opening;
      opening.addEventListener('open', () => {
        if (over) return opening.close();
        watch();
        probe(() => {
          isOpen = true;
          on.opened();
        });
      });
      opening.addEventListener('message', ({ data }) => {
        if (!over) read(data);
      });
      opening.addEventListener('close', ({ code, reason }) => end(said ?? byCloseCode(code, reason)));
      opening.addEventListener('error', () => {}); // `close` follows and says more
    };

    Promise.resolve(address(token))
      .then(start)
      .catch((cause) => {
        end(cause instanceof Fault ? cause : new Fault('DISCONNECTED', { cause }));
      });
    return { send, close: () => end() };
  },
});
