import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../server/data/engine.ts';
import { connectMongo } from '../server/data/mongo.ts';
import { startRedis } from '../test/support/redis.ts';
import { createSchool, type SchoolClass, SECRET } from '../test/support/school.ts';
import type { ClassUnderLoad } from './load.ts';
import { type Measured, startMeasured } from './servers.ts';

/** What every scenario runs on: a real Redis (AOF everysec), the real MongoDB engine, a hub on both, a bare relay. */
export const createFixtures = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const redis = await startRedis({ appendonly: true, appendfsync: 'everysec' });
  const engine = await startEngine({ dataDir: join(dir, 'mongo') });
  const connection = await connectMongo(engine.uri, { dbName: 'rollcall' });
  const school = createSchool(connection);
  await school.ensureIndexes();

  return {
    school,
    connection,
    startHub: (script = '../dist/server/main.js'): Promise<Measured> =>
      startMeasured('rollcall', script, {
        PORT: '0',
        HOST: '127.0.0.1',
        NODE_ENV: 'production',
        JWT_SECRET: SECRET,
        MONGO_URL: engine.uri,
        REDIS_URL: redis.url,
        DATA_DIR: dir,
        LOG_LEVEL: 'warn',
        LIMIT_SCALE: '1000',
      }),
    startBaseline: (): Promise<Measured> => startMeasured('bare relay', './baseline-server.ts'),
    async stop() {
      await connection.close();
      await engine.stop();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
export type Fixtures = Awaited<ReturnType<typeof createFixtures>>;

/** The same class as the two servers see it. */
export const underLoad = (hub: Measured, bare: Measured, taught: SchoolClass) => {
  const studentIds = taught.students.map(({ id }) => id);
  const ours: ClassUnderLoad = {
    url: hub.url,
    classId: taught.id,
    studentIds,
    teacher: { token: taught.teacher.token },
    listeners: taught.students.map(({ token }) => ({ token })),
    sync: true,
    extra: { classId: taught.id },
  };
  const auth = { classId: taught.id };
  const baseline: ClassUnderLoad = {
    url: bare.url,
    classId: taught.id,
    studentIds,
    teacher: auth,
    listeners: studentIds.map(() => auth),
    sync: false,
    extra: {},
  };
  return { ours, baseline };
};

/** A POST by REST that must succeed; answers with its data. */
export const post = async <T>(hub: Measured, path: string, token: string, body: object): Promise<T> => {
  const response = await fetch(`${hub.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { data: T }).data;
};

/** Starts a session by REST, as a teacher's tablet does. */
export const startSession = (
  hub: Measured,
  taught: SchoolClass,
  options: object = {},
): Promise<{ id: string; code?: string }> =>
  post(hub, '/api/v1/sessions', taught.teacher.token, { classId: taught.id, ...options });
