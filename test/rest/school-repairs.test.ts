import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { oid } from '../../server/data/mongo.ts';
import { createHolds } from '../support/holds.ts';
import { ask, logIn } from '../support/http.ts';
import { call, startHub, type TestHub } from '../support/hub.ts';

const NOBODY = '0'.repeat(24);
const PASSWORD = 'a good password';

describe('the school: those who cannot get in, or got in wrongly', () => {
  let hub: TestHub;
  let admin: Awaited<ReturnType<TestHub['school']['person']>>;
  let made = 0;
  let failAt = '';
  const holds = createHolds();
  const checkpoint = async (step: string) => {
    if (step === failAt) throw new Error('as if the process had died here');
    await holds.checkpoint(step);
  };
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '1000' }, checkpoint });
    admin = await hub.school.person('admin');
  });
  after(() => hub?.stop());

  const as = (token: string | undefined, line: string, body?: unknown) => {
    const [method = '', path = ''] = line.split(' ');
    return call(hub.url, method, path, token, body);
  };
  const code = ({ status, code }: { status: number; code?: string }) => [status, code];
  const INVALID = [400, 'INVITATION_INVALID'];

  /** A student who has claimed an account. */
  const claimed = async () => {
    made += 1;
    const email = `pupil-${made}@school.test`;
    const fields = { firstName: 'Ann', lastName: `Li ${made}` };
    const id = String((await as(admin.token, 'POST /api/v1/students', fields)).data?.id);
    const { invitation } = (await as(admin.token, `POST /api/v1/students/${id}/invitation`)).data as Link;
    const body = { invitation, email, password: PASSWORD };
    expect((await as(undefined, 'POST /api/v1/auth/claim', body)).status).to.equal(201);
    return { id, email, name: `Ann Li ${made}` };
  };
  type Link = { invitation: string; expiresAt: string };
  const linkFor = async (id: string, by = admin.token) => {
    const answer = await as(by, `POST /api/v1/users/${id}/password-link`);
    expect(answer.status, JSON.stringify(answer)).to.equal(201);
    return answer.data as Link;
  };
  const whose = (invitation: string) => as(undefined, 'POST /api/v1/auth/invitation', { invitation });
  const set = (invitation: string, password = 'another password') =>
    as(undefined, 'POST /api/v1/auth/new-password', { invitation, password });
  const loggedIn = async (email: string, password: string) =>
    (await ask(hub.url, 'POST /api/v1/auth/login', { body: { email, password } })).status;
  const audited = async (about: string) => {
    const { data } = await as(admin.token, 'GET /api/v1/audit?limit=200');
    const lines = data?.items as { about: string; action: string; by: string; was: object }[];
    return lines.filter((line) => line.about === about).map(({ action, by, was }) => ({ action, by, was }));
  };

  it('[SC5] an invitation tells by its token whose it is, and of them the name only', async () => {
    const fields = { firstName: 'Finn', lastName: 'Li', email: 'finn@school.test', studentCode: 'R-1' };
    const id = String((await as(admin.token, 'POST /api/v1/students', fields)).data?.id);
    const { invitation } = (await as(admin.token, `POST /api/v1/students/${id}/invitation`)).data as Link;
    for (const _ of [1, 2])
      expect((await whose(invitation)).data, 'it stays good').to.deep.equal({
        name: 'Finn Li',
        purpose: 'account',
      });
    expect(hub.lines.join('')).not.to.include(invitation);
    expect(code(await whose(invitation.slice(0, -1)))).to.deep.equal(INVALID);
    expect(code(await whose(randomBytes(32).toString('base64url')))).to.deep.equal(INVALID);
    expect(code(await set(invitation)), 'it is for no password').to.deep.equal(INVALID);
    const body = { invitation, email: 'finn@school.test', password: PASSWORD };
    expect((await as(undefined, 'POST /api/v1/auth/claim', body)).status).to.equal(201);
    expect(code(await whose(invitation)), 'used').to.deep.equal(INVALID);
    const stored = hub.connection.collection('invitations');
    const other = await linkFor(id);
    expect((await whose(other.invitation)).data).to.deep.equal({ name: 'Finn Li', purpose: 'password' });
    await stored.updateOne({ _id: oid(id) }, { $set: { expiresAt: new Date(Date.now() - 1) } });
    expect(code(await whose(other.invitation)), 'over').to.deep.equal(INVALID);
  });

  it('[AC16] a link sets a new password once, and ends every log-in', async () => {
    const { id, email, name } = await claimed();
    const before = await logIn(hub.url, { email, password: PASSWORD });
    const { invitation, expiresAt } = await linkFor(id);
    expect((Date.parse(expiresAt) - Date.now()) / 86_400_000).to.be.within(2.9, 3);
    expect(await loggedIn(email, PASSWORD), 'the old one is good until then').to.equal(200);
    expect(code(await set(invitation, 'short'))).to.deep.equal([400, 'INVALID_REQUEST']);
    const answer = await set(invitation);
    expect([answer.status, answer.data]).to.deep.equal([200, { id, name, email, role: 'student' }]);
    expect((await as(before.token, 'GET /api/v1/auth/me')).status).to.equal(401);
    expect(await loggedIn(email, PASSWORD)).to.equal(401);
    expect(await loggedIn(email, 'another password')).to.equal(200);
    expect(code(await set(invitation, 'a third password'))).to.deep.equal(INVALID);
    expect(hub.lines.join('')).not.to.include(invitation);
    expect(JSON.stringify(await hub.connection.collection('audit').find().toArray())).not.to.include(
      invitation,
    );
    const was = { name, email };
    expect(await audited(id)).to.deep.equal([
      { action: 'PASSWORD_SET_BY_LINK', by: id, was },
      { action: 'PASSWORD_LINK_MADE', by: admin.id, was },
    ]);
  });

  it('[AC16] of several who use it at once one sets the password', async () => {
    const { id, email } = await claimed();
    const { invitation } = await linkFor(id);
    const tries = ['first password', 'second password', 'third password'];
    const answers = await Promise.all(tries.map((password) => set(invitation, password)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 400, 400]);
    const good = tries[answers.findIndex(({ status }) => status === 200)] ?? '';
    expect(await loggedIn(email, good)).to.equal(200);
    expect((await audited(id)).filter(({ action }) => action === 'PASSWORD_SET_BY_LINK')).to.have.length(1);
  });

  it('[AC16] it is void when a newer one was made, the password changed, or the account disabled', async () => {
    const { id, email } = await claimed();
    const first = await linkFor(id);
    const second = await linkFor(id);
    for (const ask of [whose, set]) expect(code(await ask(first.invitation))).to.deep.equal(INVALID);
    const { token } = await logIn(hub.url, { email, password: PASSWORD });
    const body = { currentPassword: PASSWORD, newPassword: 'remembered it' };
    expect((await as(token, 'POST /api/v1/auth/password', body)).status).to.equal(200);
    for (const ask of [whose, set]) expect(code(await ask(second.invitation))).to.deep.equal(INVALID);
    const third = await linkFor(id);
    await as(admin.token, `PATCH /api/v1/users/${id}`, { disabled: true });
    for (const ask of [whose, set]) expect(code(await ask(third.invitation))).to.deep.equal(INVALID);
    const refused = await as(admin.token, `POST /api/v1/users/${id}/password-link`);
    expect(code(refused)).to.deep.equal([403, 'ACCOUNT_DISABLED']);
    expect(await loggedIn(email, 'another password')).to.equal(401);
    const claim = { invitation: third.invitation, email: 'x@school.test', password: PASSWORD };
    expect(code(await as(undefined, 'POST /api/v1/auth/claim', claim))).to.deep.equal(INVALID);
  });

  it('[AC16] a link of before stays void when a disabled account is enabled again', async () => {
    const { id, email } = await claimed();
    const { invitation } = await linkFor(id);
    await as(admin.token, `PATCH /api/v1/users/${id}`, { disabled: true });
    expect((await as(admin.token, `PATCH /api/v1/users/${id}`, { disabled: false })).status).to.equal(200);
    for (const ask of [whose, set]) expect(code(await ask(invitation))).to.deep.equal(INVALID);
    expect(await loggedIn(email, PASSWORD), 'the password is the one it was').to.equal(200);
    expect((await set((await linkFor(id)).invitation)).status, 'a new one is good').to.equal(200);
  });

  it('[AC7] [AC16] a new password that is set and not finished has ended the log-ins nevertheless', async () => {
    const { id, email } = await claimed();
    const intruder = await logIn(hub.url, { email, password: PASSWORD });
    const { invitation } = await linkFor(id);
    failAt = 'new-password:set';
    try {
      expect((await set(invitation)).status).to.equal(500);
      expect((await as(intruder.token, 'GET /api/v1/auth/me')).status).to.equal(401);
      expect(code(await set(invitation)), 'it cannot be sent again').to.deep.equal(INVALID);

      const own = await logIn(hub.url, { email, password: 'another password' });
      const other = await logIn(hub.url, { email, password: 'another password' });
      const body = { currentPassword: 'another password', newPassword: 'a third password' };
      expect((await as(own.token, 'POST /api/v1/auth/password', body)).status).to.equal(500);
      expect((await as(other.token, 'GET /api/v1/auth/me')).status).to.equal(401);
    } finally {
      failAt = '';
    }
    expect(await loggedIn(email, 'a third password')).to.equal(200);
  });

  it('[AC16] [SC5] a link that is being used is void, too, from the moment at which a newer one is made', async () => {
    const student = await as(admin.token, 'POST /api/v1/students', { firstName: 'Ida', lastName: 'Lo' });
    const id = String(student.data?.id);
    const invite = async () => (await as(admin.token, `POST /api/v1/students/${id}/invitation`)).data as Link;
    const claim = ({ invitation }: Link, email: string) =>
      as(undefined, 'POST /api/v1/auth/claim', { invitation, email, password: PASSWORD });
    const first = await invite();
    let hold = holds.at('link:hashed');
    const wrongOne = claim(first, 'wrong-one@school.test');
    await hold.reached;
    const second = await invite();
    hold.go();
    expect(code(await wrongOne)).to.deep.equal(INVALID);
    expect((await claim(second, 'ida@school.test')).status).to.equal(201);

    const lost = await linkFor(id);
    hold = holds.at('link:hashed');
    const finder = set(lost.invitation, 'of the finder');
    await hold.reached;
    const found = await linkFor(id);
    hold.go();
    expect(code(await finder)).to.deep.equal(INVALID);
    expect((await set(found.invitation, 'of the right one')).status).to.equal(200);
    expect(await loggedIn('ida@school.test', 'of the right one')).to.equal(200);
  });

  it('[AC16] an admin gets one from another admin, and nobody makes their own', async () => {
    const body = { name: 'Kim Head', email: 'kim@school.test', password: PASSWORD, role: 'admin' };
    const kim = String((await as(admin.token, 'POST /api/v1/users', body)).data?.id);
    const { token } = await logIn(hub.url, body);
    expect(code(await as(token, `POST /api/v1/users/${kim}/password-link`))).to.deep.equal([
      403,
      'FORBIDDEN',
    ]);
    expect((await set((await linkFor(kim)).invitation)).status).to.equal(200);
    expect(await loggedIn(body.email, 'another password')).to.equal(200);
    expect(code(await as(admin.token, `DELETE /api/v1/users/${kim}/login`))).to.deep.equal([
      403,
      'FORBIDDEN',
    ]);
    expect(await loggedIn(body.email, 'another password')).to.equal(200);
  });

  it('[AC17] takes a log-in away: nothing of it opens anything, the person and their classes stay', async () => {
    const { id: classId, teacher } = await hub.school.class(0, 'private');
    const { id, email, name } = await claimed();
    await as(teacher.token, `POST /api/v1/classes/${classId}/students`, { studentId: id });
    const { token } = await logIn(hub.url, { email, password: PASSWORD });
    const passkeys = hub.connection.collection('passkeys');
    await passkeys.insertOne({ userId: oid(id), credentialId: 'of the wrong one' });
    const { invitation } = await linkFor(id);

    const taken = await as(admin.token, `DELETE /api/v1/users/${id}/login`);
    expect([taken.status, taken.data]).to.deep.equal([200, { id }]);
    expect((await as(token, 'GET /api/v1/auth/me')).status).to.equal(401);
    expect(await loggedIn(email, PASSWORD)).to.equal(401);
    for (const ask of [whose, set]) expect(code(await ask(invitation))).to.deep.equal(INVALID);
    expect(await passkeys.countDocuments({ userId: oid(id) })).to.equal(0);
    expect((await as(admin.token, `GET /api/v1/students/${id}`)).data).to.include({
      id,
      name,
      hasLogin: false,
      email: null,
    });
    const [line] = await audited(id);
    expect(line).to.deep.equal({ action: 'LOGIN_TAKEN_AWAY', by: admin.id, was: { name, email } });
    const again = await as(admin.token, `DELETE /api/v1/users/${id}/login`);
    expect(code(again)).to.deep.equal([404, 'USER_NOT_FOUND']);
    expect((await audited(id)).filter(({ action }) => action === 'LOGIN_TAKEN_AWAY')).to.have.length(1);

    // The right one claims it, under the very address, and is in the class.
    const fresh = (await as(admin.token, `POST /api/v1/students/${id}/invitation`)).data as Link;
    const claim = { invitation: fresh.invitation, email, password: 'of the right one' };
    expect((await as(undefined, 'POST /api/v1/auth/claim', claim)).data).to.include({ id });
    expect((await as(token, 'GET /api/v1/auth/me')).status, 'the old log-in stays over').to.equal(401);
    const own = await logIn(hub.url, { email, password: 'of the right one' });
    expect((await as(own.token, `GET /api/v1/classes/${classId}`)).data).to.include({ id: classId });
  });

  it('[AC17] a link that comes to be kept late, of the log-in that was taken away, is no key to the next one', async () => {
    const { id } = await claimed();
    const { invitation: late } = await linkFor(id);
    const links = hub.connection.collection('invitations');
    const row = (await links.findOne({ _id: oid(id) })) ?? {};
    await as(admin.token, `DELETE /api/v1/users/${id}/login`);
    const fresh = (await as(admin.token, `POST /api/v1/students/${id}/invitation`)).data as Link;
    const claim = { invitation: fresh.invitation, email: 'the-right-one@school.test', password: PASSWORD };
    expect((await as(undefined, 'POST /api/v1/auth/claim', claim)).status).to.equal(201);
    // As a process leaves it that was held up between reading the account and keeping the link.
    await links.replaceOne({ _id: oid(id) }, row, { upsert: true });
    for (const ask of [whose, set]) expect(code(await ask(late))).to.deep.equal(INVALID);
    expect(await loggedIn(claim.email, PASSWORD)).to.equal(200);
  });

  it('[AC17] of a disabled account too, which can then be claimed', async () => {
    const { id } = await claimed();
    await as(admin.token, `PATCH /api/v1/users/${id}`, { disabled: true });
    expect((await as(admin.token, `DELETE /api/v1/users/${id}/login`)).status).to.equal(200);
    const { invitation } = (await as(admin.token, `POST /api/v1/students/${id}/invitation`)).data as Link;
    const claim = { invitation, email: 'free-again@school.test', password: PASSWORD };
    expect((await as(undefined, 'POST /api/v1/auth/claim', claim)).status).to.equal(201);
    expect(await loggedIn('free-again@school.test', PASSWORD)).to.equal(200);
  });

  it('[AC16] [AC17] both are for admins only', async () => {
    const { id } = await claimed();
    const { id: classId, teacher } = await hub.school.class(0, 'private');
    await as(teacher.token, `POST /api/v1/classes/${classId}/students`, { studentId: id });
    const pupil = await hub.school.person('student');
    for (const line of ['POST /api/v1/users/:id/password-link', 'DELETE /api/v1/users/:id/login']) {
      for (const { token } of [teacher, pupil])
        expect(code(await as(token, line.replace(':id', id)))).to.deep.equal([403, 'ADMIN_ACCESS_REQUIRED']);
      expect((await as(undefined, line.replace(':id', id))).status).to.equal(401);
      expect(code(await as(admin.token, line.replace(':id', NOBODY)))).to.deep.equal([404, 'USER_NOT_FOUND']);
      expect((await as(admin.token, line.replace(':id', 'x'))).status).to.equal(400);
    }
    expect(await audited(id)).to.deep.equal([]);
  });
});
