// Makes an account with the role admin: npm run admin:create -- --email head@school.example --name "Kim Head"
// With --new-password it sets a new password for an admin who is there already, and ends their log-ins.
// The password is read from ADMIN_PASSWORD, else from standard input (one line, not shown).
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readConfig } from '../server/config.ts';
import { createAudit } from '../server/data/audit.ts';
import { DataDirInUse, startEngine } from '../server/data/engine.ts';
import { createLogins } from '../server/data/logins.ts';
import { connectMongo } from '../server/data/mongo.ts';
import { createUsers } from '../server/data/users.ts';
import { createHashing } from '../server/features/auth/hashing.ts';
import { Fault } from '../shared/faults.ts';
import { NewUser } from '../shared/rest/users.ts';

const USAGE =
  'usage: npm run admin:create -- --email <address> --name <name>   (password: ADMIN_PASSWORD or standard input)\n' +
  '       npm run admin:create -- --email <address> --new-password   (for an admin who has forgotten theirs)';

/** A reason to stop that needs no stack. */
class Refusal extends Error {}

type Mongo = Awaited<ReturnType<typeof connectMongo>>;

const askPassword = async (): Promise<string> => {
  if (process.env.ADMIN_PASSWORD) return process.env.ADMIN_PASSWORD;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output: silent, terminal });
  if (terminal) process.stderr.write('Password: ');
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) process.stderr.write('\n');
  }
};

const OPTIONS = {
  email: { type: 'string' },
  name: { type: 'string' },
  'new-password': { type: 'boolean' },
} as const;

const asked = async (): Promise<NewUser & { isThere: boolean }> => {
  const { values } = parseArgs({ options: OPTIONS });
  const { email, name = 'Administrator', 'new-password': isThere = false } = values;
  if (email === undefined || (isThere && values.name !== undefined)) throw new Refusal(USAGE);
  const parsed = NewUser.safeParse({ email, name, password: await askPassword(), role: 'admin' });
  if (parsed.success) return { ...parsed.data, isThere };
  throw new Refusal(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
  );
};

const openDatabase = async () => {
  const env = { ...process.env, ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined }; // meant for this account
  const read = readConfig(env);
  if ('problems' in read) throw new Refusal(read.problems.join('\n'));
  const { MONGO_URL, DATA_DIR } = read.config;
  if (MONGO_URL !== undefined) return { mongo: await connectMongo(MONGO_URL), stop: async () => {} };
  const engine = await startEngine({ dataDir: join(DATA_DIR, 'mongo') });
  return { mongo: await connectMongo(engine.uri), stop: () => engine.stop() };
};

/** Whom the school's own admins cannot help any more: the only admin who has forgotten the password. */
const setPassword = async (mongo: Mongo, email: string, passwordHash: string) => {
  const users = createUsers(mongo);
  const account = await users.credentials({ email });
  if (account?.user.role !== 'admin') throw new Refusal('No admin has this address.');
  const { user, generation } = account;
  if (user.disabled) throw new Refusal('This admin is disabled; another admin can enable them.');
  const was = { name: user.name, email: user.email };
  const action = 'PASSWORD_SET_BY_OPERATOR';
  const lineId = await createAudit(mongo).add({
    at: new Date().toISOString(),
    by: user.id,
    action,
    about: user.id,
    was,
  });
  if (!(await users.changePassword(user.id, generation, passwordHash))) {
    await createAudit(mongo).retract(lineId);
    throw new Refusal('Somebody else has changed this password just now.');
  }
  const ended = await createLogins(mongo).endAllOf(user.id, new Date());
  console.log(`The admin ${user.email} (${user.id}) has the new password; log-ins ended: ${ended.length}.`);
};

const run = async () => {
  const admin = await asked();
  const { mongo, stop } = await openDatabase();
  const hashing = createHashing({ threads: 1 });
  try {
    const users = createUsers(mongo);
    await users.ensureIndexes();
    const { email, name, role, password, isThere } = admin;
    const passwordHash = await hashing.hash(password);
    if (isThere) return await setPassword(mongo, email, passwordHash);
    const { id } = await users.create({ email, name, role, passwordHash, createdAt: new Date() });
    console.log(`Created the admin ${email} (${id}).`);
  } finally {
    await hashing.close();
    await mongo.close();
    await stop();
  }
};

try {
  await run();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof DataDirInUse)
    console.error(
      `${error.message}\nA running server holds the embedded database. Either stop it and run this again, or start it ` +
        'with ADMIN_EMAIL and ADMIN_PASSWORD set: it then makes the first admin by itself. An admin who is there ' +
        'already makes others with POST /api/v1/users.',
    );
  else if (error instanceof Refusal || error instanceof Fault) console.error(error.message);
  else throw error;
}
