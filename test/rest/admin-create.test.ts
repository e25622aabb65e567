import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startEngine } from '../../server/data/engine.ts';
import { createLogins } from '../../server/data/logins.ts';
import { connectMongo } from '../../server/data/mongo.ts';
import { createUsers } from '../../server/data/users.ts';
import { createHashing } from '../../server/features/auth/hashing.ts';
import { freshDatabase } from '../support/engine.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/admin-create.ts', import.meta.url));

/** Runs the script as the operator does; `input` is what they type. */
const run = async (args: string[], env: Record<string, string>, input = '') => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import=tsx', SCRIPT, ...args], { env: { PATH, HOME, ...env } });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { out, err, code };
};

describe('[security 6] npm run admin:create', () => {
  it('makes an admin with the password from standard input or the environment, and shows it nowhere', async () => {
    const MONGO_URL = await freshDatabase('admin');
    const typed = await run(
      ['--email', 'Head@School.test', '--name', 'Kim'],
      { MONGO_URL },
      'a typed password\nmore\n',
    );
    expect([typed.err, typed.code]).to.deep.equal(['', 0]);
    const set = await run(['--email', 'b@school.test'], {
      MONGO_URL,
      ADMIN_PASSWORD: 'one from the environment',
    });
    expect([set.err, set.code]).to.deep.equal(['', 0]);
    expect(typed.out + set.out)
      .not.to.include('typed')
      .and.not.to.include('one from');

    const mongo = await connectMongo(MONGO_URL);
    const hashing = createHashing({ threads: 1 });
    try {
      const users = createUsers(mongo);
      const kim = await users.credentials({ email: 'head@school.test' });
      expect(kim?.user).to.include({ name: 'Kim', role: 'admin', disabled: false });
      expect(await hashing.matches('a typed password', kim?.passwordHash ?? null)).to.equal(true);
      const other = await users.credentials({ email: 'b@school.test' });
      expect(await hashing.matches('one from the environment', other?.passwordHash ?? null)).to.equal(true);
    } finally {
      await hashing.close();
      await mongo.close();
    }
    const again = await run(['--email', 'head@school.test'], { MONGO_URL }, 'a typed password\n');
    expect([again.err, again.code]).to.deep.equal(['Email already exists\n', 1]);
  }).timeout(120_000);

  it('[AC16] sets a new password for an admin who is there, when it is asked to; for nobody else', async () => {
    const MONGO_URL = await freshDatabase('admin');
    const mongo = await connectMongo(MONGO_URL);
    const hashing = createHashing({ threads: 1 });
    try {
      const users = createUsers(mongo);
      await users.ensureIndexes();
      const some = { name: 'Kim', createdAt: new Date(), passwordHash: '-' };
      const kim = await users.create({ ...some, email: 'kim@school.test', role: 'admin' });
      await users.create({ ...some, email: 'ann@school.test', role: 'teacher' });
      const logins = createLogins(mongo);
      const kept = { nonce: '-', from: '-', createdAt: new Date(), expiresAt: new Date(Date.now() + 60_000) };
      const login = await logins.create({ userId: kim.id, kind: 'api', ...kept });
      const set = (email: string, ...more: string[]) =>
        run(['--email', email, '--new-password', ...more], { MONGO_URL, ADMIN_PASSWORD: 'remembered now' });

      expect(await set('Kim@school.test')).to.deep.equal({
        out: `The admin kim@school.test (${kim.id}) has the new password; log-ins ended: 1.\n`,
        err: '',
        code: 0,
      });
      const account = await users.credentials({ email: 'kim@school.test' });
      expect(await hashing.matches('remembered now', account?.passwordHash ?? null)).to.equal(true);
      expect(account?.generation).to.equal(1);
      expect((await logins.find(login.id))?.endedAt).to.be.an.instanceOf(Date);
      const [line] = await mongo.collection('audit').find().toArray();
      expect(line).to.include({ action: 'PASSWORD_SET_BY_OPERATOR', about: kim.id });

      for (const email of ['ann@school.test', 'nobody@school.test'])
        expect((await set(email)).err).to.equal('No admin has this address.\n');
      expect((await set('kim@school.test', '--name', 'Kim')).err).to.include('usage:');
      const ann = await users.credentials({ email: 'ann@school.test' });
      expect(ann?.passwordHash).to.equal('-');
    } finally {
      await hashing.close();
      await mongo.close();
    }
  }).timeout(120_000);

  it('says what is wrong with what it was given', async () => {
    expect((await run([], {})).err).to.include('usage:');
    const { err, code } = await run(['--email', 'x'], { ADMIN_PASSWORD: 'short' });
    expect(err).to.include('email: ').and.to.include('password: must have at least 6 characters');
    expect(code).to.equal(1);
  });

  it('says how it is done when a running server holds the embedded database', async () => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'rollcall-test-admin-'));
    const engine = await startEngine({ dataDir: join(DATA_DIR, 'mongo') });
    try {
      const { err, code } = await run(['--email', 'a@school.test'], { DATA_DIR, ADMIN_PASSWORD: 'password' });
      expect(code).to.equal(1);
      expect(err).to.include('in use').and.to.include('ADMIN_EMAIL and ADMIN_PASSWORD');
      expect(err).not.to.match(/\n\s+at /);
    } finally {
      await engine.stop();
      await rm(DATA_DIR, { recursive: true, force: true });
    }
  });
});
