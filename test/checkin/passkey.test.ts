import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { softPasskey } from '../support/authenticator.ts';
import { type CheckInHub, nth, withCheckIns } from '../support/check-in.ts';
import { type Browser, openBrowser } from '../support/chromium.ts';
import { call, startHub } from '../support/hub.ts';

type Student = { id: string; token: string };

describe('check-in by passkey, in a real browser', function () {
  this.timeout(60_000);
  let hub: CheckInHub;
  let browser: Browser;
  /** Another site on this machine. */
  let elsewhere: Server;
  let site: string;

  before(async () => {
    elsewhere = createServer((_request, response) => response.end('<p>elsewhere</p>')).listen(0, '127.0.0.1');
    const spare = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(elsewhere, 'listening'), once(spare, 'listening')]);
    const { port } = spare.address() as AddressInfo;
    await new Promise((resolve) => spare.close(resolve));
    let ahead = 0;
    const clock = { now: () => Date.now() + ahead };
    // What the configuration says of the port is what passkeys are bound to.
    const started = await startHub({ mode: 'embedded', port, env: { PORT: String(port) }, clock });
    hub = withCheckIns(started, (ms) => {
      ahead += ms;
    });
    site = `http://localhost:${port}`;
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
    elsewhere?.close();
  });
  beforeEach(async () => {
    await browser.another();
    await browser.goto(site);
  });

  const post = (student: Student, path: string, body?: unknown) =>
    call(hub.url, 'POST', `/api/v1/passkeys/${path}`, student.token, body);
  const options = async (student: Student, path: string, body?: unknown) => {
    const { data, code } = await post(student, path, body);
    if (!data) throw new Error(code);
    return data;
  };
  const register = async (student: Student, name = 'my phone') => {
    const response = await browser.create(await options(student, 'options'));
    return await post(student, 'verify', { response, name });
  };
  const answer = async (student: Student, session: { id: string }, over = {}) =>
    await browser.get({
      ...(await options(student, 'check-in-options', { sessionId: session.id })),
      ...over,
    });
  const checkIn = (student: Student, proof: unknown) =>
    hub.checkIn(student.token, { method: 'passkey', proof });
  const running = async () => {
    const { group, session } = await hub.running(2, { methods: ['passkey'] });
    const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
    return { group, session, sam, sue };
  };

  it('[CI11] registers one, and checks in with it; nothing of the key is shown', async () => {
    const { group, session, sam } = await running();
    const made = await register(sam);
    expect(made.status).to.equal(201);
    expect(made.data)
      .to.have.all.keys('id', 'name', 'createdAt', 'backedUp')
      .and.include({ name: 'my phone' });
    const { data } = await checkIn(sam, await answer(sam, session));
    expect(data).to.include({ status: 'present', method: 'passkey', repeated: false });
    const list = await call(hub.url, 'GET', '/api/v1/passkeys', sam.token);
    const [one] = (list.data?.items ?? []) as { id: string; usedAt: string }[];
    expect(one).to.include({ id: made.data?.id }).and.have.property('usedAt');
    expect((await hub.closed(group, session)).get(sam.id)).to.include({
      status: 'present',
      source: 'passkey',
    });
  });

  it('[CI11] refuses an answer from another origin, to registering as to checking in', async () => {
    const { session, sam, sue } = await running();
    await register(sam);
    const forSam = await options(sam, 'check-in-options', { sessionId: session.id });
    const forSue = await options(sue, 'options');
    await browser.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}`);
    expect((await checkIn(sam, await browser.get(forSam))).code).to.equal('PASSKEY_REFUSED');
    const response = await browser.create(forSue);
    expect((await post(sue, 'verify', { response })).code).to.equal('PASSKEY_REFUSED');
  });

  it('[CI11] refuses a challenge that was not made, not for this session, not for this student, or is over', async () => {
    const { group, session, sam, sue } = await running();
    await register(sam);
    const invented = await answer(sam, session, { challenge: Buffer.alloc(32, 1).toString('base64url') });
    expect((await checkIn(sam, invented)).code).to.equal('CHALLENGE_OVER');
    const other = await hub.running(0, { methods: ['passkey'] });
    const student = { studentId: sam.id };
    await call(
      hub.url,
      'POST',
      `/api/v1/classes/${other.group.id}/students`,
      other.group.teacher.token,
      student,
    );
    const elsewhereProof = await answer(sam, other.session);
    const sent = { method: 'passkey', proof: elsewhereProof, sessionId: session.id };
    expect((await hub.checkIn(sam.token, sent)).code).to.equal('CHALLENGE_OVER');
    const hers = { method: 'passkey', proof: await answer(sam, session), classId: group.id };
    expect((await hub.checkIn(sue.token, hers)).code).to.equal('CHALLENGE_OVER');
    const late = await answer(sam, session);
    hub.pass(2 * 60_000);
    expect((await hub.checkIn(sam.token, { ...hers, proof: late })).code).to.equal('CHALLENGE_OVER');
  });

  it('[CI11] refuses a replay', async () => {
    const { session, sam } = await running();
    await register(sam);
    const proof = await answer(sam, session);
    const [one, two] = await Promise.all([checkIn(sam, proof), checkIn(sam, proof)]);
    expect([one.code, two.code].sort()).to.deep.equal(['CHALLENGE_OVER', undefined]);
    expect((await checkIn(sam, proof)).code).to.equal('CHALLENGE_OVER');
  });

  it('[CI11] refuses a device that has not verified its user', async () => {
    const { session, sam, sue } = await running();
    await register(sam);
    await browser.verifies(false);
    const proof = await answer(sam, session, { userVerification: 'discouraged' });
    expect((await checkIn(sam, proof)).code).to.equal('PASSKEY_REFUSED');
    await browser.another({ verifies: false });
    const asked = await options(sue, 'options');
    const selection = {
      authenticatorSelection: { userVerification: 'discouraged', residentKey: 'discouraged' },
    };
    const response = await browser.create({ ...asked, ...selection });
    expect((await post(sue, 'verify', { response })).code).to.equal('PASSKEY_REFUSED');
  });

  it('[CI11] a student may have several, and revokes one: that one checks nobody in any more', async () => {
    const { session, sam, sue } = await running();
    const first = await register(sam, 'phone');
    const proof = await answer(sam, session);
    await browser.another();
    await register(sam, 'tablet');
    const list = await call(hub.url, 'GET', '/api/v1/passkeys', sam.token);
    expect(((list.data?.items ?? []) as { name: string }[]).map(({ name }) => name)).to.deep.equal([
      'phone',
      'tablet',
    ]);
    const path = `/api/v1/passkeys/${first.data?.id}`;
    expect((await call(hub.url, 'DELETE', path, sue.token)).code).to.equal('PASSKEY_NOT_FOUND');
    expect((await call(hub.url, 'DELETE', path, sam.token)).status).to.equal(200);
    expect((await checkIn(sam, proof)).code).to.equal('PASSKEY_REFUSED');
    expect((await checkIn(sam, await answer(sam, session))).data?.status).to.equal('present');
    expect((await post(sue, 'check-in-options', { sessionId: session.id })).code).to.equal('PASSKEY_NEEDED');
  });

  it('[CI11] its owner gives it another name, and nobody else; it goes on checking in', async () => {
    const { session, sam, sue } = await running();
    const made = await register(sam, 'phone');
    const path = `/api/v1/passkeys/${made.data?.id}`;
    const teacher = await hub.school.person('teacher');
    const rename = (who: { token: string }, body: unknown, at = path) =>
      call(hub.url, 'PATCH', at, who.token, body);
    expect((await rename(sue, { name: 'hers' })).code).to.equal('PASSKEY_NOT_FOUND');
    expect((await rename(teacher, { name: 'theirs' })).status).to.equal(403);
    for (const body of [{}, { name: '  ' }, { name: 'x'.repeat(101) }, { name: 'x', counter: 0 }])
      expect((await rename(sam, body)).code, JSON.stringify(body)).to.equal('INVALID_REQUEST');
    expect((await rename(sam, { name: 'x' }, '/api/v1/passkeys/ffffffffffffffffffffffff')).code).to.equal(
      'PASSKEY_NOT_FOUND',
    );
    const { data } = await rename(sam, { name: ' old phone ' });
    expect(data).to.deep.include({ id: made.data?.id, name: 'old phone' });
    const list = await call(hub.url, 'GET', '/api/v1/passkeys', sam.token);
    expect(list.data?.items).to.deep.equal([data]);
    expect((await checkIn(sam, await answer(sam, session))).data?.status).to.equal('present');
  });

  it('[CI11] refuses a passkey whose counter goes back: it was copied', async () => {
    const { session, sam } = await running();
    const key = await softPasskey(hub.connection, sam.id, site);
    const challenge = async () =>
      String((await options(sam, 'check-in-options', { sessionId: session.id })).challenge);
    expect((await checkIn(sam, key.answer(await challenge(), { counter: 7 }))).data?.status).to.equal(
      'present',
    );
    expect((await checkIn(sam, key.answer(await challenge(), { counter: 7 }))).code).to.equal(
      'PASSKEY_REFUSED',
    );
    expect((await checkIn(sam, key.answer(await challenge(), { counter: 3 }))).code).to.equal(
      'PASSKEY_REFUSED',
    );
    expect((await checkIn(sam, key.answer(await challenge(), { counter: 8 }))).data?.repeated).to.equal(true);
  });

  it('[CI7] together with BLE it makes the student present, from the moment of the last', async () => {
    const { group, session } = await hub.running(1, {
      methods: ['ble', 'passkey'],
      require: ['ble', 'passkey'],
    });
    const sam = nth(group.students, 0);
    await register(sam);
    const { tokenValue } = await hub.fetch(group, session, 'ble-token');
    const half = await hub.checkIn(sam.token, { method: 'ble', proof: { tokenValue } });
    expect(half.data).to.deep.include({ status: null, missing: ['passkey'] });
    expect((await checkIn(sam, await answer(sam, session))).data).to.include({ status: 'present' });
    expect((await hub.closed(group, session)).get(sam.id)).to.include({ status: 'present', source: 'ble' });
  });
});
