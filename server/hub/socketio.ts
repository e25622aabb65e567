import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { FAULTS, Fault, type FaultCode } from '../../shared/faults.ts';
import { MAX_FRAME_BYTES, SOCKET_IO_PATH } from '../../shared/protocol/index.ts';
import type { Presence, Publish } from '../domain/audience.ts';
import type { Follow, Listener } from '../domain/heard.ts';
import type { Clock } from '../kit/clock.ts';
import { createConflate } from '../kit/conflate.ts';
import { describeError, isStoreAway } from '../kit/describe-error.ts';
import type { Log } from '../kit/log.ts';
import { createCaller } from './caller.ts';
import { createDispatch } from './dispatch.ts';
import { createEntrance, type EntranceDeps } from './entrance.ts';
import { createFollows } from './follows.ts';
import { jsonParser } from './json-parser.ts';
import type { Caller, Handler } from './on.ts';
import { PlainConnection } from './plain-connection.ts';
import { createPlainEngine, isPlain } from './plain-engine.ts';
import { createPresence } from './presence.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { createSay } from './say.ts';
import { createSeats, type Seat } from './seats.ts';
import { createTell } from './tell.ts';
import { createWatch } from './watch.ts';

/** How long a connection may take to say who it is, in milliseconds; traffic does not extend it. */
const ENTRANCE_MS = 5000;
/** How many connections may be on their way in at once; more are turned away with 503. */
const ENTRANCE_MOST = 2000;
/** How long a peer may take to answer the end of its connection when the hub closes, in milliseconds. */
const PARTING_MS = 1000;

const ignore = () => {};

/** Stands in for the handshakes of all who are seated. */
const SPENT = Object.freeze({
  auth: Object.freeze({}),
  headers: Object.freeze({}),
  query: Object.freeze({}),
});

export type HubDeps = Omit<EntranceDeps, 'seats' | 'follows'> & {
  readonly follow: Follow;
  readonly clock: Clock;
  readonly log: Log;
  readonly limitScale: number;
  /** The adapter between instances; absent when this is the only one. */
  readonly adapter?: ServerOptions['adapter'] | undefined;
  readonly polling: boolean;
  readonly queryToken: boolean;
  /** Whether a browser page of this origin may connect. */
  readonly originAllowed: (origin: string | undefined, host: string | undefined) => boolean;
  readonly onDelivered: (name: string, receivers: number) => void;
  readonly onRejected: (event: string, code: FaultCode) => void;
};

export type Hub = {
  readonly publish: Publish;
  readonly presence: Presence;
  /** Takes the commands; to be called once, before `attach`. */
  handle(handlers: readonly Handler[]): void;
  attach(http: HttpServer): void;
  /** How many sockets are open, by wire. */
  open(): { socketio: number; plain: number };
  /** Reads again whose log-in lives and who belongs where, after messages between instances may have been lost. */
  revalidate(): Promise<void>;
  /** Takes no more connections and closes the open ones in jittered batches within `withinMs`. */
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
};

/** The hub: one Socket.IO server under both wires (ADR 0002). */
export const createHub = (deps: HubDeps): Hub => {
  const { clock, log, limitScale, adapter } = deps;
  const io = new Server({
    path: SOCKET_IO_PATH,
    serveClient: false,
    transports: deps.polling ? ['polling', 'websocket'] : ['websocket'],
    maxHttpBufferSize: MAX_FRAME_BYTES,
    connectTimeout: ENTRANCE_MS,
    perMessageDeflate: false,
    parser: jsonParser,
    destroyUpgrade: false,
    ...(adapter ? { adapter } : {}),
    allowRequest: (request: IncomingMessage, answer: (error: string | null, ok: boolean) => void) => {
      const refused = turnAway(request);
      answer(refused ?? null, refused === undefined);
    },
  });
  const plain = createPlainEngine({ log, queryToken: deps.queryToken });
  const seats = createSeats();
  const onError = (error: unknown) => log.warn({ error: describeError(error) }, 'hub');
  const { conflate, stop: stopConflating } = createConflate(75);
  const others = adapter !== undefined;
  const { say, attach: attachSay } = createSay(io);
  const tell = createTell({ io, say, seats, others, conflate, onDelivered: deps.onDelivered });
  const listener: Listener = tell.listener;
  const follows = createFollows(deps.follow, () => listener, onError);
  const entrance = createEntrance({ ...deps, seats, follows });
  let arriving = 0;
  let draining = false;

  const turnAway = (request: IncomingMessage): string | undefined => {
    if (draining) return FAULTS.DRAINING.text;
    if (arriving >= ENTRANCE_MOST) return FAULTS.BUSY.text;
    if (!deps.originAllowed(request.headers.origin, request.headers.host)) return FAULTS.ORIGIN_REFUSED.text;
    return undefined;
  };

  /** Says why, and closes with the fault's code (plain wire) or as Socket.IO does. */
  const end = (socket: Socket, code: FaultCode) => {
    const fault = FAULTS[code];
    socket.emit('ERROR', { message: fault.text, code });
    const connection: unknown = socket.conn;
    if (connection instanceof PlainConnection && 'close' in fault) connection.closeCode = fault.close;
    socket.disconnect(true);
  };

  /** Made once per connection, when it first says something. */
  const callerOf = (seat: Seat): Caller => {
    seat.caller ??= createCaller(seat, { seats, follows });
    return seat.caller;
  };

  let dispatch: ReturnType<typeof createDispatch> | undefined;
  const asked = new WeakSet<object>();
  const upgraded = new Set<Duplex>();
  function forget(this: Duplex) {
    upgraded.delete(this);
  }
  const admitted = new WeakMap<Socket, Awaited<ReturnType<typeof entrance.admit>> & { gone: () => void }>();

  io.use((socket, next) => {
    // Packets could ask for any number of seats while the first is being looked into.
    if (asked.has(socket.conn)) return socket.conn.close(true);
    asked.add(socket.conn);
    arriving += 1;
    entrance
      .admit(socket)
      .then((ticket) => {
        const { seat } = ticket;
        if (socket.conn.readyState !== 'open') return entrance.dismiss(seat);
        // The connection may still go before it is seated; then nobody else tidies up.
        const gone = () => entrance.dismiss(seat);
        socket.conn.once('close', gone);
        admitted.set(socket, { ...ticket, gone });
        next();
      })
      .catch((error: unknown) => {
        const fault =
          error instanceof Fault ? error : new Fault(isStoreAway(error) ? 'STORE_UNAVAILABLE' : 'INTERNAL');
        if (!(error instanceof Fault)) onError(error);
        next(Object.assign(new Error(fault.message), { data: { code: fault.code } }));
      })
      .finally(() => {
        arriving -= 1;
      });
  });

  /** Shared by all sockets: Socket.IO calls it with the socket as `this`. */
  function onAny(this: Socket, name: string, ...args: unknown[]) {
    const seat = seats.at(this.id);
    if (seat && dispatch) dispatch(seat, name, args);
  }

  /** Shared by all sockets, like `onAny`. */
  function onDisconnect(this: Socket, reason: string) {
    const seat = seats.at(this.id);
    if (seat) entrance.dismiss(seat);
    // A connection that nobody sits at is no use, and would not be looked after.
    if (reason === 'client namespace disconnect') this.conn.close();
  }

  io.on('connection', (socket) => {
    const ticket = admitted.get(socket);
    if (!ticket || !entrance.seat(ticket.seat, ticket.memberships)) return end(socket, 'SOCKET_UNAUTHORIZED');
    const { seat } = ticket;
    admitted.delete(socket);
    socket.onAny(onAny);
    socket.on('disconnect', onDisconnect);
    socket.conn.off('close', ticket.gone);
    // The request and the token are not needed any more, and thousands of them are.
    Object.assign(socket, { handshake: SPENT });
    Object.assign(socket.conn, { request: null });
    if (seat.news > 0) entrance.rearrange(seat).catch(onError);
  });

  const presence = createPresence({
    io,
    seats,
    others,
    hold: follows.hold,
    release: follows.release,
    rearrange: entrance.rearrange,
    end,
    onError,
  });
  const watch = createWatch({ seats, clock, end, log });

  return {
    publish: tell.publish,
    presence,
    handle(handlers) {
      dispatch = createDispatch({
        handlers,
        clock,
        limitScale,
        log,
        callerOf,
        end,
        onRejected: deps.onRejected,
      });
    },
    attach(http) {
      io.bind(plain.engine);
      io.attach(http);
      attachSay();
      http.on('upgrade', (request, socket, head) => {
        upgraded.add(socket);
        socket.on('close', forget);
        // A peer that resets its connection before anybody listens must not end the process.
        socket.on('error', ignore);
        if (isPlain(request)) {
          plain.upgrade(request, socket, head, turnAway(request));
        } else if (!request.url?.startsWith(`${SOCKET_IO_PATH}/`)) {
          refuseUpgrade(socket, '404 Not Found', FAULTS.ROUTE_NOT_FOUND.text);
        }
      });
      watch.start();
    },
    open: () => ({ socketio: seats.size - plain.size(), plain: plain.size() }),
    async revalidate() {
      for (const seat of [...seats.all()]) {
        try {
          seat.news += 1;
          seat.ended ||= !(await entrance.isAlive(seat));
          if (!seat.seated) continue; // it will see for itself
          if (seat.ended) end(seat.socket, 'SOCKET_UNAUTHORIZED');
          else await entrance.rearrange(seat);
        } catch (error) {
          onError(error);
        }
      }
    },
    async drain(withinMs) {
      draining = true;
      const open = [...seats.all()];
      const batches = 20;
      for (let i = 0; i < batches && open.length > 0; i++) {
        for (const seat of open.splice(0, Math.ceil(open.length / (batches - i)))) {
          const connection: unknown = seat.socket.conn;
          if (connection instanceof PlainConnection) connection.closeCode = FAULTS.DRAINING.close;
          // Closing the transport lets clients reconnect by themselves, elsewhere.
          seat.socket.conn.close();
        }
        await new Promise((resolve) => setTimeout(resolve, (withinMs / batches) * (0.5 + Math.random())));
      }
    },
    async close() {
      watch.stop();
      stopConflating();
      plain.close();
      // Who does not answer the end of the connection, because it hangs or reads nothing, must not hold us up.
      setTimeout(() => {
        for (const socket of upgraded) socket.destroy();
      }, PARTING_MS).unref();
      await io.close();
    },
  };
};
