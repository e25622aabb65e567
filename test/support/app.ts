import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchool } from '../../server/build-school.ts';
import { readConfig } from '../../server/config.ts';
import { createClasses } from '../../server/data/classes.ts';
import { createLogins } from '../../server/data/logins.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import { createTickets } from '../../server/data/tickets.ts';
import { createUsers } from '../../server/data/users.ts';
import { liveDialect } from '../../server/dialects/live.ts';
import type { Presence } from '../../server/domain/audience.ts';
import { createAuth } from '../../server/features/auth/auth.ts';
import { createHashing } from '../../server/features/auth/hashing.ts';
import { createRefreshTokens } from '../../server/features/auth/refresh-tokens.ts';
import { authRoutes } from '../../server/features/auth/routes.ts';
import { createSocketTickets } from '../../server/features/auth/socket-tickets.ts';
import { createThrottle } from '../../server/features/auth/throttle.ts';
import { createTokens } from '../../server/features/auth/tokens.ts';
import { createClassesService } from '../../server/features/classes/classes.ts';
import { classRoutes } from '../../server/features/classes/routes.ts';
import { createAccounts } from '../../server/features/users/accounts.ts';
import { userRoutes } from '../../server/features/users/routes.ts';
import { noCheckpoint } from '../../server/kit/checkpoint.ts';
import { memoryLimiters } from '../../server/kit/limiter.ts';
import { createLog } from '../../server/kit/log.ts';
import { createMetrics } from '../../server/kit/metrics.ts';
import { createApp } from '../../server/rest/app.ts';
import type { Route } from '../../server/rest/route.ts';
import { Fault } from '../../shared/faults.ts';
import type { ClassId } from '../../shared/ids.ts';
import type { Status } from '../../shared/status.ts';
import { freshDatabase } from './engine.ts';

export const SECRET = 'a secret that only these tests have, 32+';
export const ADMIN = { email: 'head@school.test', password: 'the head of the school' };

/** What the stand-in of the sockets was told, oldest first. */
export type Told = [keyof Presence, ...string[]];

/**
 * The REST side with accounts and classes on the real database, listening on a free port. The parts that have tests
 * of their own (sockets, live register, sessions) are stand-ins that note what they were told.
 */
export async function startApp(
  options: { env?: Record<string, string>; routes?: Route[]; draining?: () => boolean } = {},
) {
  const read = readConfig({ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, ...options.env });
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const { config } = read;

  const told: Told[] = [];
  const note =
    (name: keyof Presence) =>
    async (...about: string[]): Promise<void> => {
      told.push([name, ...about]);
    };
  const presence: Presence = {
    joined: note('joined'),
    left: note('left'),
    loginEnded: note('loginEnded'),
    userEnded: note('userEnded'),
  };
  const roster: string[][] = [];
  const live = new Map<ClassId, string>();
  const own = new Map<string, Status>();

  const lines: string[] = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };

  const mongo = await connectMongo(await freshDatabase('rest'));
  const data = {
    users: createUsers(mongo),
    logins: createLogins(mongo),
    tickets: createTickets(mongo),
    classes: createClasses(mongo),
  };
  await Promise.all(Object.values(data).map((collection) => collection.ensureIndexes()));

  const { users, logins, tickets } = data;
  const hashing = createHashing();
  const tokens = createTokens({ secret: SECRET, clock });
  const refreshTokens = createRefreshTokens({ secret: SECRET });
  const throttle = createThrottle({ limiters: memoryLimiters, scale: config.LIMIT_SCALE });
  const auth = createAuth({
    users,
    logins,
    hashing,
    tokens,
    refreshTokens,
    throttle,
    presence,
    clock,
    secret: SECRET,
    config,
    checkpoint: noCheckpoint,
  });
  const accounts = createAccounts({ users, logins, hashing, presence, signUp: config.SIGN_UP, clock });
  const socketTickets = createSocketTickets({ tickets, auth, clock });
  const school = await buildSchool({
    connection: mongo,
    users,
    logins,
    classes: data.classes,
    presence,
    register: {
      enrol: async (...about) => roster.push(['enrol', ...about]) > 0,
      withdraw: async (...about) => roster.push(['withdraw', ...about]) > 0,
    },
    hashing,
    clock,
    checkpoint: noCheckpoint,
  });
  const classes = createClassesService({
    ...school,
    classes: data.classes,
    users,
    presence,
    isLive: async (classId) => live.has(classId),
    clock,
  });
  await accounts.ensureFirstAdmin(config);

  const app = createApp({
    routes: [
      ...authRoutes({ auth, accounts, socketTickets, timeZone: 'UTC', maxSessionMinutes: 180 }),
      ...userRoutes({ accounts }),
      ...classRoutes({ classes }),
      ...liveDialect({
        auth,
        accounts,
        classes,
        sessions: {
          async startOrRunning(who, classId) {
            await classes.asStaff(who, classId);
            const startedAt = live.get(classId) ?? new Date(clock.now()).toISOString();
            live.set(classId, startedAt);
            return { classId, startedAt };
          },
        },
        attendance: { statusOf: async (who, classId) => own.get(`${classId}:${who.userId}`) ?? null },
      }),
      ...(options.routes ?? []),
    ],
    authenticate: auth.authenticate,
    config,
    log,
    metrics: createMetrics(),
    version: '0.0.0-test',
    checks: {
      mongo: async () => {
        if (mongo.readyState !== 1) throw new Fault('STORE_UNAVAILABLE');
      },
    },
    draining: options.draining ?? (() => false),
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    told,
    roster,
    live,
    own,
    /** Everything that was logged so far. */
    logged: () => lines.join(''),
    /** Moves the clock on, in ms. */
    pass: (ms: number) => {
      ahead += ms;
    },
    auth,
    accounts,
    socketTickets,
    mongo,
    async close() {
      server.closeAllConnections();
      server.close();
      await hashing.close();
      await mongo.close();
    },
  };
}
export type TestApp = Awaited<ReturnType<typeof startApp>>;
