import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { nth } from '../support/check-in.ts';
import { call } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { axe, complaintsOf, PASSWORD, SIZES, startWeb, type Web } from '../support/web.ts';

describe('the web app: students', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  const must = async (answer: ReturnType<typeof call>) => {
    const { success, data, code, details } = await answer;
    if (!success || !data) throw new Error(`${code} ${JSON.stringify(details)}`);
    return data;
  };
  const rename = (group: SchoolClass, className: string) =>
    must(call(web.hub.url, 'PATCH', `/api/v1/classes/${group.id}`, group.teacher.token, { className }));
  const begin = (group: SchoolClass, options: Record<string, unknown> = {}) =>
    must(
      call(web.hub.url, 'POST', '/api/v1/sessions', group.teacher.token, { classId: group.id, ...options }),
    ) as Promise<Record<string, unknown>> as Promise<{ id: string; code: string }>;
  const close = (group: SchoolClass, { id }: { id: string }) =>
    must(call(web.hub.url, 'POST', `/api/v1/sessions/${id}/close`, group.teacher.token));
  const qrOf = (group: SchoolClass, { id }: { id: string }) =>
    must(call(web.hub.url, 'GET', `/api/v1/sessions/${id}/qr`, group.teacher.token)) as Promise<
      Record<string, unknown>
    > as Promise<{ url: string; token: string; text: string }>;
  const recordOf = async (session: { id: string }, student: { id: string }) =>
    (await web.hub.connection.collection('records').find({}).toArray()).find(
      (row) => String(row.sessionId) === session.id && String(row.studentId) === student.id,
    );
  const named = async (size: number, className: string) => {
    const group = await web.hub.school.class(size, 'private');
    await rename(group, className);
    const names = ['Ada Byron', 'Bo Diddley', 'Cy Twombly'];
    for (const [i, { id }] of group.students.entries())
      await web.hub.connection.collection('users').updateOne({ _id: oid(id) }, { $set: { name: names[i] } });
    return group;
  };
  const type = async (page: Page, code: string) => {
    await page.getByLabel('The six digits on the board').click();
    await page.keyboard.type(code);
  };

  it('[WA4] shows the own status live, and nobody else’s, from the start of the class to its correction', async () => {
    const group = await named(3, 'Geometry');
    const student = nth(group.students, 0);
    const page = await web.signedIn(student, '/', { viewport: SIZES.phone });
    const complaints = complaintsOf(page);
    await page.getByText('No class is running just now').waitFor();
    const session = await begin(group, { methods: ['code', 'teacher'], room: 'Room 3.101' });
    const card = page.getByRole('listitem').filter({ hasText: 'Room 3.101' });
    await card.getByText('Not marked yet').waitFor();
    await must(
      call(web.hub.url, 'POST', `/api/v1/sessions/${session.id}/mark-rest`, group.teacher.token, {
        status: 'present',
      }),
    );
    await card.getByText('Present').waitFor();
    await card.getByText('Teacher').waitFor();
    await close(group, session);
    await page.getByText('No class is running just now').waitFor();
    await page.getByRole('link', { name: /Geometry.*1 register.*100%/ }).waitFor();
    const record = await recordOf(session, student);
    await must(
      call(web.hub.url, 'PATCH', `/api/v1/attendance/records/${record?._id}`, group.teacher.token, {
        status: 'absent',
        reason: 'Left after five minutes',
      }),
    );
    await page.getByRole('link', { name: /Geometry.*1 register.*0%/ }).click();
    await page.getByRole('heading', { name: 'Geometry' }).waitFor();
    await page.getByRole('button', { name: 'Corrected' }).click();
    await page.getByRole('dialog').getByText('Reason: Left after five minutes').waitFor();
    expect(await page.textContent('body')).to.not.match(/Bo Diddley|Cy Twombly/);
    expect(complaints).to.deep.equal([]);
  });

  it('checks in by the code: wrong ones are told, a paste is enough, a second time is told as such', async () => {
    const group = await named(2, 'Chemistry');
    const session = await begin(group, { methods: ['code'] });
    const student = nth(group.students, 0);
    const page = await web.signedIn(student, '/check-in', { viewport: SIZES.phone });
    const wrong = session.code === '111111' ? '222222' : '111111';
    await type(page, wrong);
    await page.getByRole('alert').getByText('Wrong code').waitFor();
    const field = page.getByLabel('The six digits on the board');
    expect(await field.inputValue()).to.equal('');
    // As it is pasted from a message, and in another script's digits.
    await field.fill(`${session.code.slice(0, 3)} ${session.code.slice(3)}`);
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
    await page.getByText('Chemistry').waitFor();
    await page.getByRole('button', { name: 'Check in to another class' }).click();
    const arabic = [...session.code].map((digit) => String.fromCharCode(0x660 + Number(digit))).join('');
    await field.fill(arabic);
    await page.getByRole('heading', { name: 'You were checked in already' }).waitFor();
    await close(group, session);
    expect(await recordOf(session, student)).to.include({ status: 'present', source: 'code' });
    const late = await web.signedIn(nth(group.students, 1), '/check-in');
    await type(late, session.code);
    await late.getByRole('alert').getByText('Wrong code').waitFor();
  });

  it('takes the text beside the picture, and tells a wrong one', async () => {
    const group = await named(1, 'Latin');
    const session = await begin(group, { methods: ['qr'], qrStepSeconds: 60 });
    const page = await web.signedIn(nth(group.students, 0), '/check-in');
    const field = page.getByLabel('The text beside the QR code');
    await field.fill('ABCDEFGH');
    await page.getByRole('button', { name: 'Check in' }).click();
    await page.getByRole('alert').getByText('Wrong text').waitFor();
    await field.fill((await qrOf(group, session)).text.toLowerCase());
    await field.press('Enter');
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
  });

  it('[WA5] a link that was scanned before anybody was signed in counts after the sign-in', async () => {
    const group = await named(1, 'Scan class');
    const student = nth(group.students, 0);
    const session = await begin(group, { methods: ['qr'], qrStepSeconds: 3 });
    const { url, text } = await qrOf(group, session);
    // Gives the student a password.
    await (await web.signedIn(student)).close();
    const page = await (await web.context({ viewport: SIZES.phone })).newPage();
    await page.goto(url);
    await page.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
    expect(page.url()).to.equal(`${web.url}/check-in`);
    // The picture is gone from the board by the time that they are signed in.
    const board = await web.signedIn(group.teacher, `/board/${session.id}`);
    await board.getByRole('img', { name: /^QR code/ }).waitFor();
    await board.getByText(text.slice(0, 4), { exact: true }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
    await page.getByLabel('E-mail address').fill(`${student.id}@example.org`);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
    await page.getByText('Scan class').waitFor();
    expect(await page.evaluate("sessionStorage.getItem('rollcall scan')")).to.equal(null);
  });

  it('[WA5] a link that was scanned leads through the sign-up into a class that takes whoever checks in', async () => {
    const group = await named(1, 'Open lecture');
    await must(
      call(web.hub.url, 'PATCH', `/api/v1/classes/${group.id}`, group.teacher.token, {
        enrolment: 'check-in',
      }),
    );
    const session = await begin(group, { methods: ['qr'] });
    const page = await (await web.context()).newPage();
    await page.goto((await qrOf(group, session)).url);
    await page.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
    await page.getByRole('link', { name: 'No account yet?' }).click();
    await page.getByLabel('Your name').fill('Eve Newcomer');
    await page.getByLabel('E-mail address').fill('eve@school.test');
    await page.getByLabel('Password').fill('a good password');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
    await page.getByText('Open lecture').waitFor();
  });

  it('an old link is refused in plain words, and one without a network is kept until there is one', async () => {
    const group = await named(1, 'History');
    const session = await begin(group, { methods: ['qr', 'code'] });
    const student = nth(group.students, 0);
    const page = await web.signedIn(student, '/check-in#not-a-token');
    await page.getByText('That picture is no longer shown').waitFor();
    const { url } = await qrOf(group, session);
    await page.context().setOffline(true);
    await page.evaluate(`location.href = ${JSON.stringify(url)}`);
    await page.getByText('This page keeps trying until the server answers.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
  });

  it('a scan that is bound counts when the network goes before the check-in', async () => {
    const group = await named(1, 'Physics');
    const session = await begin(group, { methods: ['qr'] });
    const page = await web.signedIn(nth(group.students, 0), '/check-in');
    await page.getByLabel('The text beside the QR code').waitFor();
    await page.route('**/api/v1/attendance/checkin', (route) => route.abort());
    await page.evaluate(`location.href = ${JSON.stringify((await qrOf(group, session)).url)}`);
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.getByText('It counts as of the moment of the scan').waitFor();
    await page.unroute('**/api/v1/attendance/checkin');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
  });

  it('registers a passkey, checks in with it where code and passkey are both needed, renames and removes it', async () => {
    const group = await named(1, 'Exam');
    const page = await web.signedIn(nth(group.students, 0), '/account');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.getByText('You have none yet.').waitFor();
    await page.getByLabel('Name of this device').fill('my phone');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('listitem').getByText('my phone', { exact: true }).waitFor();

    const session = await begin(group, { methods: ['code', 'passkey'], require: ['code', 'passkey'] });
    await page.goto('/check-in');
    await type(page, session.code);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.getByText('is still needed: confirm on your own device.').waitFor();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Use my passkey' }).click();
    await page.getByRole('alert').getByText('The passkey was not used').waitFor();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.getByRole('button', { name: 'Use my passkey' }).click();
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();

    await page.goto('/account');
    await page.getByText('Last used').waitFor();
    await page.getByRole('button', { name: 'Rename “my phone”' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of this device').fill('   ');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('This is needed', { exact: true }).waitFor();
    expect(await axe(page)).to.deep.equal([]);
    await dialog.getByLabel('Name of this device').fill('old tablet');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('It is called “old tablet” now.').waitFor();
    await page.reload();
    await page.getByRole('listitem').getByText('old tablet').waitFor();
    await page.getByRole('button', { name: 'Remove “old tablet”' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('You have none yet.').waitFor();
  });

  it('tells minutes late, and that check-in is closed', async () => {
    const group = await named(1, 'Early bird');
    const lateRule = { graceMinutes: 5, lateUntilMinutes: 15 };
    const begunBefore = async (minutes: number) => {
      const session = await begin(group, { methods: ['code'], lateRule });
      await web.hub.connection
        .collection('sessions')
        .updateOne({ _id: oid(session.id) }, { $set: { openedAt: new Date(Date.now() - minutes * 60_000) } });
      await web.restart(); // which has only the database to go by
      return session;
    };
    const session = await begunBefore(9);
    const page = await web.signedIn(nth(group.students, 0), '/check-in');
    await type(page, session.code);
    await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
    await page.getByText('9 minutes late').waitFor();
    await close(group, session);
    const { code } = await begunBefore(20);
    await page.getByRole('button', { name: 'Check in to another class' }).click();
    await type(page, code);
    await page.getByRole('alert').getByText('Check-in is closed').waitFor();
  });

  it('tells that a passkey is needed first, and that the class does not take this way', async () => {
    const group = await named(1, 'Choir');
    const session = await begin(group, { methods: ['passkey'] });
    const page = await web.signedIn(nth(group.students, 0), '/check-in');
    await page.getByRole('button', { name: 'Use my passkey' }).click();
    await page.getByRole('alert').getByText('No passkey yet').waitFor();
    await close(group, session);
    await begin(group, { methods: ['qr'] });
    await page.reload();
    await page.getByText('Passkey', { exact: true }).click();
    await page.getByRole('button', { name: 'Use my passkey' }).click();
    await page.getByRole('alert').getByText('Not in this class').waitFor();
  });

  it('tells when one may try again after too many wrong codes, and takes none till then', async () => {
    const strict = await startWeb('embedded', { LIMIT_SCALE: '0.3' });
    try {
      const page = await strict.signedIn(await strict.hub.school.person('student'), '/check-in');
      const field = page.getByLabel('The six digits on the board');
      for (let i = 0; i < 3; i++) {
        await field.fill(`00000${i}`);
        await page.getByRole('alert').getByText('Wrong code').waitFor();
      }
      await field.fill('000003');
      await page.getByRole('alert').getByText('Too many tries').waitFor();
      await page.getByText(/You can try again (at|in) /).waitFor();
      expect(await field.isDisabled()).to.equal(true);
    } finally {
      await strict.stop();
    }
  });

  it('is not for teachers', async () => {
    const page = await web.signedIn(await web.hub.school.person('teacher'), '/check-in');
    await page.getByText('This is not for your account').waitFor();
  });

  describe('for everybody', () => {
    let student: SchoolClass['students'][number];
    let group: SchoolClass;
    let code: string;
    before(async () => {
      group = await named(2, 'Mathematics for engineers');
      student = nth(group.students, 0);
      for (let i = 0; i < 3; i++) {
        const session = await begin(group, { methods: ['code'] });
        if (i < 2)
          await must(
            call(web.hub.url, 'POST', '/api/v1/attendance/checkin', student.token, {
              method: 'code',
              proof: session.code,
            }),
          );
        await close(group, session);
      }
      ({ code } = await begin(group, { methods: ['code', 'qr', 'passkey'], room: 'Hall 1' }));
    });
    for (const [scheme, viewport] of [
      ['light', SIZES.phone],
      ['dark', SIZES.projector],
    ] as const)
      it(`axe finds nothing, and nothing is wider than the page (${scheme}, ${viewport.width})`, async () => {
        const page = await web.signedIn(student, '/', { colorScheme: scheme, viewport });
        const look = async (path: string, text: string) => {
          await page.goto(path);
          await page.getByText(text).first().waitFor();
          expect(await axe(page), path).to.deep.equal([]);
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          expect(wide, path).to.be.at.most(0);
          if (process.env.SHOTS)
            await page.screenshot({
              path: `${process.env.SHOTS}/student-${path.replaceAll('/', '_')}-${scheme}-${viewport.width}.png`,
              fullPage: true,
            });
        };
        await look('/', 'Hall 1');
        await look('/check-in', 'The six digits on the board');
        await look(`/my/${group.id}`, 'Records');
        await look('/account', 'You have none yet.');
        await page.goto('/check-in');
        await page.getByLabel('The six digits on the board').fill(code);
        await page.getByRole('heading', { name: /checked in/ }).waitFor();
        expect(await axe(page), 'result').to.deep.equal([]);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/result-${scheme}-${viewport.width}.png` });
      });

    it('is in Arabic from right to left, too', async () => {
      const page = await web.signedIn(student, '/', { locale: 'ar', viewport: SIZES.phone });
      for (const [path, heading] of [
        ['/', 'حضوري'],
        ['/check-in', 'الأرقام الستة على الشاشة'],
        [`/my/${group.id}`, 'التقويم'],
      ] as const) {
        await page.goto(path);
        await page.getByText(heading).first().waitFor();
        expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).to.equal(0);
        if (process.env.SHOTS)
          await page.screenshot({
            path: `${process.env.SHOTS}/ar${path.replaceAll('/', '_').slice(0, 9)}.png`,
            fullPage: true,
          });
      }
    });
  });
});
