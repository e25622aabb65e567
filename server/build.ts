import { createServer, type Server as HttpServer } from 'node:http';
import type { ClassId } from '../shared/ids.ts';
import { buildCheckIn } from './build-checkin.ts';
import { buildDeviceRegistry, buildDevices } from './build-devices.ts';
import { buildRecords } from './build-records.ts';
import { declaredRoutes } from './build-routes.ts';
import { buildSchool } from './build-school.ts';
import { buildSessions } from './build-sessions.ts';
import { openStores } from './build-stores.ts';
import type { Config } from './config.ts';
import { createAlarms } from './data/alarms.ts';
import { createClasses } from './data/classes.ts';
import { createLogins } from './data/logins.ts';
import { pingMongo } from './data/mongo.ts';
import { createRecords } from './data/records.ts';
import { keptSecret } from './data/secret.ts';
import { createSessions } from './data/sessions.ts';
import { createTickets } from './data/tickets.ts';
import { createUsers } from './data/users.ts';
import { attendanceHandlers } from './features/attendance/handlers.ts';
import { createMarking } from './features/attendance/marking.ts';
import { createReach } from './features/attendance/reach.ts';
import { createAuth } from './features/auth/auth.ts';
import { authHandlers } from './features/auth/handlers.ts';
import { createHashing } from './features/auth/hashing.ts';
import { createRefreshTokens } from './features/auth/refresh-tokens.ts';
import { createSocketTickets } from './features/auth/socket-tickets.ts';
import { createThrottle } from './features/auth/throttle.ts';
import { createTokens } from './features/auth/tokens.ts';
import { createClassesService } from './features/classes/classes.ts';
import { deviceHandlers } from './features/devices/handlers.ts';
import { sessionHandlers } from './features/sessions/handlers.ts';
import { createAccounts } from './features/users/accounts.ts';
import { createHub } from './hub/socketio.ts';
import { type Checkpoint, noCheckpoint } from './kit/checkpoint.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import { describeError } from './kit/describe-error.ts';
import type { Log } from './kit/log.ts';
import { createMetrics } from './kit/metrics.ts';
import { originPolicy } from './kit/origin.ts';
import { unusedConnections } from './kit/unused-connections.ts';
import type { MarkOutcome } from './live/register.ts';
import { createApp } from './rest/app.ts';
import type { Route } from './rest/route.ts';

/** How long the open connections are given to go elsewhere when the process ends, in ms. */
const DRAIN_MS = 2_000;
/** How long requests that are under way, or half sent, are waited for when the process ends, in ms. */
const REQUESTS_MS = 10_000;
/** How often what is over is removed from the database, in ms. */
const TIDY_EVERY_MS = 10 * 60_000;

export type Built = {
  readonly http: HttpServer;
  /** Every declared route, for the documents that are made from them. */
  readonly routes: readonly Route[];
  /** For people: what it runs on. */
  readonly describe: string;
  /** Whether anybody may log in as admin. */
  readonly hasAdmin: boolean;
  /** Stops taking connections, sends the open ones elsewhere, finishes what is under way, and lets go of everything. */
  close(options?: { drainMs?: number; requestsMs?: number }): Promise<void>;
};

/** Puts the product together: the only place that names the parts it is made of. */
export const build = async (
  config: Config,
  {
    log,
    clock = systemClock,
    checkpoint = noCheckpoint,
    version = '0.0.0',
  }: {
    log: Log;
    clock?: Clock;
    checkpoint?: Checkpoint;
    version?: string;
  },
): Promise<Built> => {
  const secret = config.JWT_SECRET ?? (await keptSecret(config.DATA_DIR));
  const stores = await openStores(config, log);
  const { connection, register, limiters } = stores;
  const metrics = createMetrics();

  // Data
  const users = createUsers(connection);
  const logins = createLogins(connection);
  const tickets = createTickets(connection);
  const classes = createClasses(connection);
  const sessions = createSessions(connection);
  const records = createRecords(connection);
  const alarms = createAlarms(connection, { log });
  const collections = [users, logins, tickets, classes, sessions, records, alarms];
  await Promise.all(collections.map((collection) => collection.ensureIndexes()));

  const deviceRegistry = await buildDeviceRegistry({ connection, presence: () => hub.presence, clock, log });
  const { registry: devices } = deviceRegistry;

  // The hub comes first: what features tell goes through it. It learns who may come in from the features below.
  const tokens = createTokens({ secret, clock });
  const hub = createHub({
    readToken: tokens.verify,
    readDeviceKey: devices.authenticate,
    isAlive: (who) => (who.role === 'device' ? devices.isAlive(who) : auth.isAlive(who)),
    redeemTicket: (ticket) => socketTickets.redeem(ticket),
    membershipsOf: (userId) => classes.membershipsOf(userId),
    follow: register.follow,
    clock,
    log,
    limitScale: config.LIMIT_SCALE,
    adapter: stores.adapter,
    polling: config.SOCKET_POLLING,
    queryToken: config.WS_QUERY_TOKEN,
    originAllowed: originPolicy(config.CORS_ORIGINS),
    onDelivered: metrics.delivered,
    onRejected: (_event, code) => metrics.rejected.inc({ code }),
  });
  const { publish, presence } = hub;
  stores.onReconnect(() => void hub.revalidate());

  // Accounts
  const hashing = createHashing();
  const refreshTokens = createRefreshTokens({ secret });
  const throttle = createThrottle({ limiters, scale: config.LIMIT_SCALE });
  const auth = createAuth({
    users,
    logins,
    hashing,
    tokens,
    refreshTokens,
    throttle,
    presence,
    clock,
    secret,
    config,
    checkpoint,
  });
  const socketTickets = createSocketTickets({ tickets, auth, clock });
  const accounts = createAccounts({
    users,
    logins,
    hashing,
    presence,
    signUp: config.SIGN_UP,
    clock,
  });

  // Checking in
  const checkIn = await buildCheckIn({
    connection,
    sessions,
    classes,
    users,
    records,
    register,
    limiters,
    metrics,
    config,
    secret,
    publish,
    finish: (request) => running.join(request),
    clock,
    log,
    checkpoint,
  });

  // Sessions
  const running = buildSessions({
    sessions,
    records,
    classes,
    alarms,
    register,
    takesDevice: devices.takes,
    publish,
    metrics,
    config,
    clock,
    log,
    checkpoint,
    checkIn,
  });
  const { finish, revive, service: sessionService } = running;

  // Classes and marking
  const isLive = async (classId: ClassId) => (await sessions.openOf(classId)) !== null;
  const school = await buildSchool({
    connection,
    users,
    logins,
    classes,
    presence,
    register,
    hashing,
    clock,
    checkpoint,
  });
  const classesService = createClassesService({ ...school, classes, users, presence, isLive, clock });
  const reach = createReach({ register, revive });
  const onMarked = ({ entry, applied, repeated }: MarkOutcome) =>
    metrics.marks.inc({
      source: entry.source,
      outcome: repeated ? 'repeated' : applied ? 'applied' : 'kept',
    });
  const marking = createMarking({
    register,
    reach,
    clock,
    onRefused: () => metrics.marks.inc({ source: 'teacher', outcome: 'refused' }),
    onMarked,
  });
  const deviceParts = {
    users,
    sessions,
    records,
    register,
    checkIn: checkIn.evidence,
    late: checkIn.late,
    reach,
    publish,
    config,
    clock,
    log,
  };
  const scanners = buildDevices(deviceRegistry, deviceParts);

  const ways = checkIn.join({
    reach,
    revive,
    asStaff: sessionService.asStaff,
    rosters: school.rosters,
  });
  hub.handle([
    ...ways.handlers,
    ...attendanceHandlers({ register, reach, marking, publish, finish }),
    ...sessionHandlers({ sessions: sessionService }),
    ...authHandlers({ auth }),
    ...deviceHandlers(scanners.services),
  ]);

  const routes = declaredRoutes({
    auth,
    accounts,
    socketTickets,
    timeZone: config.TIME_ZONE,
    maxSessionMinutes: config.SESSION_MAX_MINUTES,
    classes: classesService,
    sessions: sessionService,
    ...(await buildRecords({
      connection,
      records,
      sessions,
      classes,
      settle: running.settle,
      ended: running.ended,
      publish,
      register,
      reach,
      marking,
      clock,
      config,
    })),
    ...school.services,
    ...ways.services,
    ...scanners.services,
  });

  let closing: Promise<void> | undefined;
  const app = createApp({
    routes,
    authenticate: auth.authenticate,
    authenticateDevice: devices.authenticate,
    mounts: [scanners.pages],
    config,
    log,
    metrics,
    version,
    checks: {
      mongo: () => pingMongo(connection),
      register: async () => {
        const health = await register.health();
        if (!health.ok) throw new Error(health.note);
        return health.note ?? health.kind;
      },
    },
    draining: () => closing !== undefined,
    limiters,
  });
  const http = createServer(app);
  const closeUnused = unusedConnections(http);
  hub.attach(http);
  const counted = setInterval(() => {
    const open = hub.open();
    metrics.socketsOpen.set({ wire: 'socketio' }, open.socketio);
    metrics.socketsOpen.set({ wire: 'plain' }, open.plain);
  }, 1000);
  counted.unref();
  const tidy = () => {
    const now = new Date(clock.now());
    const kept = [logins, tickets, school, checkIn, deviceRegistry.scans];
    Promise.all(kept.map((each) => each.forgetOver(now))).catch((error: unknown) =>
      log.warn({ error: describeError(error) }, 'not tidied; next time'),
    );
  };
  const tidied = setInterval(tidy, TIDY_EVERY_MS);
  tidied.unref();

  const admin = await accounts.ensureFirstAdmin(config);
  if (admin === 'taken') log.error('ADMIN_EMAIL belongs to somebody who is no admin; no admin was created');
  await alarms.start(running.clockwork);

  const closeAll = async ({ drainMs = DRAIN_MS, requestsMs = REQUESTS_MS } = {}) => {
    await hub.drain(drainMs);
    await alarms.stop();
    clearInterval(counted);
    clearInterval(tidied);
    const closed = new Promise((resolve) => http.close(resolve));
    closeUnused();
    const cut = setTimeout(() => http.closeAllConnections(), requestsMs);
    await hub.close();
    http.closeIdleConnections();
    await closed;
    clearTimeout(cut);
    await running.idle();
    await hashing.close();
    await stores.close();
  };

  return {
    http,
    hasAdmin: await accounts.hasAdmin(),
    routes,
    describe: stores.describe,
    close: (options) => {
      closing ??= closeAll(options);
      return closing;
    },
  };
};
