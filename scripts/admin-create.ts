// Makes an account with the role admin: npm run admin:create -- --email head@school.example --name "Kim Head"
// The password is read from ADMIN_PASSWORD, else from standard input (one line, not shown).
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readConfig } from '../server/config.ts';
import { DataDirInUse, startEngine } from '../server/data/engine.ts';
import { connectMongo } from '../server/data/mongo.ts';
import { createUsers } from '../server/data/users.ts';
import { createHashing } from '../server/features/auth/hashing.ts';
import { Fault } from '../shared/faults.ts';
import { NewUser } from '../shared/rest/users.ts';

const USAGE =
  'usage: npm run admin:create -- --email <address> --name <name>   (password: ADMIN_PASSWORD or standard input)';

/** A reason to stop that needs no stack. */
class Refusal extends Error {}

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

const applicant = async (): Promise<NewUser> => {
  const { values } = parseArgs({ options: { email: { type: 'string' }, name: { type: 'string' } } });
  if (values.email === undefined) throw new Refusal(USAGE);
  const { email, name = 'Administrator' } = values;
  const parsed = NewUser.safeParse({ email, name, password: await askPassword(), role: 'admin' });
  if (parsed.success) return parsed.data;
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

const run = async () => {
  const admin = await applicant();
  const { mongo, stop } = await openDatabase();
  const hashing = createHashing({ threads: 1 });
  try {
    const users = createUsers(mongo);
    await users.ensureIndexes();
    const { email, name, role, password } = admin;
    const passwordHash = await hashing.hash(password);
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
