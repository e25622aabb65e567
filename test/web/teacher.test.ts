import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createClasses } from '../../server/data/classes.ts';
import { oid } from '../../server/data/mongo.ts';
import type { UserId } from '../../shared/ids.ts';
import { createGates } from '../support/gate.ts';
import { call } from '../support/hub.ts';
import { axe, axeInBoth, complaintsOf, SIZES, startWeb, type Web } from '../support/web.ts';

const NAMES = ['Ada Byron', 'Ben Ali', 'Cleo Díaz', 'Dan Eriksen', 'Eva Fuchs'];

describe('the web app: teachers', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  const called = (id: string, name: string) =>
    web.hub.connection.collection('users').updateOne({ _id: oid(id) }, { $set: { name } });
  const newClass = async (names: readonly string[] = NAMES) => {
    const made = await web.hub.school.class(names.length, 'private');
    await Promise.all(made.students.map(({ id }, i) => called(id, names[i] ?? '')));
    return made;
  };
  const start = async ({ id, teacher }: Awaited<ReturnType<typeof newClass>>, options: object = {}) => {
    const { status, data } = await call(web.url, 'POST', '/api/v1/sessions', teacher.token, {
      classId: id,
      ...options,
    });
    expect(status).to.equal(201);
    return data as { id: string; code: string };
  };
  const card = (page: Page, name: string) =>
    page.getByRole('listitem').and(page.locator('[data-student]')).filter({ hasText: name });
  const tap = (page: Page, name: string) => card(page, name).locator('[data-card]').click();
  /** Waits until a card says this. */
  const says = (page: Page, name: string, what: string | RegExp) =>
    card(page, name).filter({ hasText: what }).waitFor();
  const rowsOf = async (made: { id: string; teacher: { token: string } }) => {
    const { data } = await call(
      web.url,
      'GET',
      `/api/v1/attendance/records?classId=${made.id}&limit=200`,
      made.teacher.token,
    );
    return (data as { items: { studentId: string; status: string }[] }).items;
  };

  it('makes a class, fills its roster, and takes its first register', async () => {
    const teacher = await web.hub.school.person('teacher');
    const student = await web.hub.school.person('student');
    await called(student.id, 'Zora Neale');
    const page = await web.signedIn(teacher);
    const complaints = complaintsOf(page);
    await page.getByRole('heading', { name: 'No classes yet' }).waitFor();
    await page.getByRole('button', { name: 'New class' }).first().click();
    await page.getByLabel('Name of the class').fill('Anthropology 1');
    await page.getByLabel('Course code').fill('ANT-1');
    await page.getByRole('button', { name: 'Create class' }).click();
    await page.getByLabel('Add a student').fill('zora');
    await page.getByRole('button', { name: 'Add: Zora Neale' }).click();
    await page.getByRole('button', { name: 'Remove: Zora Neale' }).waitFor();
    await page.getByRole('link', { name: 'Rollcall' }).click();
    await page.getByText('Not taken today').waitFor();
    await page.getByRole('button', { name: 'Start register' }).click();
    await says(page, 'Zora Neale', 'Unmarked');
    await page.getByText(/^Code/).waitFor();
    expect(await page.getByRole('link', { name: 'Projector' }).getAttribute('href')).to.match(
      /^\/board\/[0-9a-f]{24}$/,
    );
    await page.getByRole('link', { name: 'Rollcall' }).click();
    await page.getByText('Live now').waitFor();
    await page.getByText('1 register being taken now', { exact: true }).waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('cycles by taps, sets by keys, gives a reason by menu, undoes, and searches', async () => {
    const made = await newClass();
    await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await tap(page, 'Ben Ali');
    await says(page, 'Ben Ali', 'Present');
    await tap(page, 'Ben Ali');
    await says(page, 'Ben Ali', 'Late');
    await page.keyboard.press('u');
    await page.getByText('Ben Ali is Present again').waitFor();
    await says(page, 'Ben Ali', 'Present');

    await card(page, 'Ada Byron').locator('[data-card]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('e');
    await says(page, 'Cleo Díaz', 'Excused');
    await page.keyboard.press('End');
    await page.keyboard.press('t');
    await says(page, 'Eva Fuchs', 'Partly there');
    await page.keyboard.press('m');
    await page.getByRole('dialog').getByLabel('Reason').fill('left at ten');
    await page.getByRole('dialog').getByRole('button', { name: 'Absent' }).click();
    await says(page, 'Eva Fuchs', 'Absent');
    await card(page, 'Eva Fuchs').getByRole('button', { name: 'All statuses' }).click();
    expect(await page.getByRole('dialog').getByLabel('Reason').inputValue()).to.equal('left at ten');
    await page.keyboard.press('Escape');

    await page.keyboard.press('/');
    await page.keyboard.type('diaz');
    await card(page, 'Ada Byron').waitFor({ state: 'detached' });
    await page.getByText('1 of 5').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('button', { name: /2 Unmarked/ }).click();
    await card(page, 'Ben Ali').waitFor({ state: 'detached' });
    // Nobody goes from under the finger: whoever is marked meanwhile stays until asked.
    await tap(page, 'Ada Byron');
    await says(page, 'Ada Byron', 'Present');
    await page.getByRole('button', { name: 'Hide 1 changed since' }).click();
    await card(page, 'Ada Byron').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Show all' }).click();

    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Rest absent' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rest absent' }).click();
    await says(page, 'Dan Eriksen', 'Absent');
  });

  it('[MK10] takes marks back, over a break too: the student is unmarked, or as they checked in', async () => {
    const made = await newClass();
    const session = await start(made, { methods: ['teacher', 'code'] });
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await tap(page, 'Ben Ali');
    await says(page, 'Ben Ali', 'Present');
    await page.keyboard.press('u');
    await page.getByText('Ben Ali is Unmarked again').waitFor();
    await says(page, 'Ben Ali', 'Unmarked');
    await page.getByRole('button', { name: /5 Unmarked/ }).waitFor();
    // Nothing is left in the way of the student.
    const ben = made.students[1] ?? expect.fail();
    const body = { method: 'code', proof: session.code };
    const checkedIn = await call(web.url, 'POST', '/api/v1/attendance/checkin', ben.token, body);
    expect(checkedIn.data, JSON.stringify(checkedIn)).to.include({ status: 'present' });
    await card(page, 'Ben Ali').getByText('Code').waitFor();

    await tap(page, 'Ben Ali');
    await says(page, 'Ben Ali', 'Late');
    await page.keyboard.press('Backspace');
    await says(page, 'Ben Ali', 'Present');
    await card(page, 'Ben Ali').getByText('Code').waitFor();
    // A check-in is not the teacher's to take back.
    await page.keyboard.press('Backspace');
    await card(page, 'Ben Ali').getByRole('button', { name: 'All statuses' }).click();
    const takeBack = page.getByRole('dialog').getByRole('button', { name: 'Take the mark back' });
    expect(await takeBack.count()).to.equal(0);
    await page.keyboard.press('Escape');

    await tap(page, 'Cleo Díaz');
    await says(page, 'Cleo Díaz', 'Present');
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    // Once more, so that the service worker has seen the page's files.
    await page.reload();
    await says(page, 'Cleo Díaz', 'Present');
    await page.context().setOffline(true);
    await card(page, 'Cleo Díaz').getByRole('button', { name: 'All statuses' }).click();
    await takeBack.click();
    await says(page, 'Cleo Díaz', /Unmarked.*Waiting/);
    await page.reload();
    await says(page, 'Cleo Díaz', /Unmarked.*Waiting/);
    await page.context().setOffline(false);
    await card(page, 'Cleo Díaz').getByText('Waiting').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /4 Unmarked/ }).waitFor();
    const close = `/api/v1/sessions/${session.id}/close`;
    expect((await call(web.url, 'POST', close, made.teacher.token, {})).status).to.equal(200);
    const rows = new Map((await rowsOf(made)).map(({ studentId, status }) => [studentId, status]));
    expect(made.students.map(({ id }) => rows.get(id))).to.deep.equal([
      'absent',
      'present',
      'absent',
      'absent',
      'absent',
    ]);
  });

  it('[WA3] shows two teachers the same register, and a student’s check-in with its method', async () => {
    const made = await newClass();
    const other = await web.hub.school.person('teacher');
    await createClasses(web.hub.connection).addCoTeacher(made.id, other.id as UserId);
    const { code } = await start(made, { methods: ['teacher', 'code', 'qr'] });
    const [ann, bob] = await Promise.all(
      [made.teacher, other].map((who) => web.signedIn(who, `/teach/${made.id}`)),
    );
    if (!ann || !bob) throw new Error('two teachers');
    await tap(ann, 'Ada Byron');
    await says(bob, 'Ada Byron', 'Present');
    await bob.getByRole('button', { name: /1 Present/ }).waitFor();
    await tap(bob, 'Ada Byron');
    await says(ann, 'Ada Byron', 'Late');
    const tokens = made.students.map(({ token }) => token);
    for (const i of [1, 2])
      await call(web.url, 'POST', '/api/v1/attendance/checkin', tokens[i], {
        method: 'code',
        proof: code,
        clientId: 'one phone',
      });
    for (const page of [ann, bob])
      for (const name of ['Ben Ali', 'Cleo Díaz']) {
        await says(page, name, /Present.*Code/);
        await says(page, name, 'Shared device');
      }
    await ann.getByRole('button', { name: 'Rest present' }).click();
    await says(bob, 'Eva Fuchs', 'Present');
    await bob.getByRole('button', { name: /0 Unmarked/ }).waitFor();
  });

  it('[WA2] marks offline, over a reload, and sends it all once the network is back', async () => {
    const made = await newClass();
    await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await tap(page, 'Ada Byron');
    await says(page, 'Ada Byron', 'Present');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    // Once more, so that the service worker has seen the page's files.
    await page.reload();
    await says(page, 'Ada Byron', 'Present');
    await page.context().setOffline(true);
    await tap(page, 'Ben Ali');
    await says(page, 'Ben Ali', /Present.*Waiting/);
    await tap(page, 'Cleo Díaz');
    await tap(page, 'Cleo Díaz');
    await says(page, 'Cleo Díaz', /Late.*Waiting/);
    await page.getByText('2 marks waiting').waitFor();
    await page.reload();
    await page.getByText(/As of/).first().waitFor();
    await says(page, 'Ada Byron', 'Present');
    await says(page, 'Ben Ali', /Present.*Waiting/);
    await says(page, 'Cleo Díaz', /Late.*Waiting/);
    await tap(page, 'Dan Eriksen');
    await says(page, 'Dan Eriksen', /Present.*Waiting/);
    await page.getByText('3 marks waiting').waitFor();
    await page.context().setOffline(false);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Waiting').first().waitFor({ state: 'detached' });
    await page
      .getByRole('button', { name: /2 Present/ })
      .or(page.getByRole('button', { name: /3 Present/ }))
      .waitFor();
    for (const name of ['Ada Byron', 'Ben Ali', 'Dan Eriksen']) await says(page, name, 'Present');
    await says(page, 'Cleo Díaz', 'Late');
  });

  it('[WA2] keeps every mark although the page is reloaded in the very moment of the tap', async () => {
    const made = await newClass();
    await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    for (const [i, name] of NAMES.entries()) {
      await card(page, name).waitFor();
      const left = page.waitForEvent('framenavigated');
      await page.evaluate(
        `void setTimeout(() => (document.querySelectorAll('[data-card]')[${i}].click(), location.reload()))`,
      );
      await left;
    }
    await page.getByRole('button', { name: /5 Present/ }).waitFor();
    for (const name of NAMES) await says(page, name, 'Present');
  });

  it('goes on over a restart of the hub, finishes, and corrects with a history', async () => {
    const made = await newClass();
    await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await tap(page, 'Ada Byron');
    await says(page, 'Ada Byron', 'Present');
    await web.stopHub();
    // Whether the hub has still answered for the first mark is chance.
    await page.getByText(/Offline|1 mark waiting/).waitFor();
    await tap(page, 'Ben Ali');
    await page.getByText(/[12] marks? waiting/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(/finish as soon as it is back/).waitFor();
    expect(await page.getByRole('button', { name: 'Finish' }).isDisabled()).to.equal(true);
    await web.startHubAgain();
    await page
      .getByRole('button', { name: 'Finish' })
      .and(page.locator(':enabled'))
      .waitFor({ timeout: 30_000 });
    await page.getByText('3 students are unmarked and will be absent:').waitFor();
    await page.getByRole('dialog').getByText('Cleo Díaz').waitFor();
    await page.getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('button', { name: 'Correct: Eva Fuchs' }).waitFor();
    expect((await rowsOf(made)).map(({ status }) => status).sort()).to.deep.equal([
      'absent',
      'absent',
      'absent',
      'present',
      'present',
    ]);

    await page.getByRole('button', { name: 'Correct: Eva Fuchs' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Excused').check();
    await dialog.getByLabel('Reason').fill('   ');
    await dialog.getByRole('button', { name: 'Correct' }).click();
    await dialog.getByRole('alert').getByText('Something in this form is not right').waitFor();
    // A colleague was first.
    const eva = made.students[4]?.id;
    const record = (
      (await call(web.url, 'GET', `/api/v1/attendance/records?classId=${made.id}`, made.teacher.token))
        .data as { items: { id: string; studentId: string }[] }
    ).items.find(({ studentId }) => studentId === eva);
    await dialog.getByLabel('Reason').fill('a note from home');
    // The news of it is lost on the way.
    await page.route('**/attendance/records?*', (asked) => asked.abort());
    await call(web.url, 'PATCH', `/api/v1/attendance/records/${record?.id}`, made.teacher.token, {
      status: 'late',
      reason: 'came at noon',
    });
    await dialog.getByRole('button', { name: 'Correct' }).click();
    await dialog.getByText('Somebody else has changed this').waitFor();
    await page.unroute('**/attendance/records?*');
    await dialog.getByRole('button', { name: 'Correct' }).click();
    await dialog.locator('p', { hasText: 'Recorded as' }).getByText('Late').waitFor();
    await dialog.getByRole('button', { name: 'Correct' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Eva Fuchs.*Excused/ }).waitFor();
    await page.getByRole('button', { name: 'History: Eva Fuchs' }).click();
    await page.getByRole('dialog').getByText('a note from home').waitFor();
    await page.getByRole('dialog').getByText('came at noon').waitFor();
    expect(await page.getByRole('dialog').getByRole('listitem').count()).to.equal(3);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Earlier registers' }).click();
    await page.getByRole('row', { name: /Finished/ }).waitFor();
  });

  it('[SC6][CI9] the records of a finished register name whom the school has deleted, and show a shared device', async () => {
    const made = await newClass(['Ada Byron', 'Bo Lindqvist', 'Cleo Díaz']);
    const session = await start(made, { methods: ['code'] });
    for (const { token } of made.students.slice(0, 2))
      await call(web.url, 'POST', '/api/v1/attendance/checkin', token, {
        method: 'code',
        proof: { code: session.code },
        clientId: 'one phone',
      });
    await call(web.url, 'POST', `/api/v1/sessions/${session.id}/close`, made.teacher.token);
    const admin = await web.hub.school.person('admin');
    await call(web.url, 'DELETE', `/api/v1/students/${made.students[0]?.id}`, admin.token);

    const page = await web.signedIn(made.teacher, `/teach/${made.id}/sessions/${session.id}`);
    await page.getByRole('row', { name: /Ada Byron.*Shared device/ }).waitFor();
    await page.getByRole('row', { name: /Bo Lindqvist.*Shared device/ }).waitFor();
    const cleo = page.getByRole('row', { name: /Cleo Díaz/ });
    expect(await cleo.textContent())
      .to.include('Absent')
      .and.not.include('Shared device');
    await page.getByRole('button', { name: 'History: Ada Byron' }).click();
    await page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Shared device' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Correct: Ada Byron' }).waitFor();
  });

  it('[WA2] tells why a mark was refused, and shows the card as it was', async () => {
    const made = await newClass();
    const session = await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await says(page, 'Ada Byron', 'Unmarked');
    await page.context().setOffline(true);
    await tap(page, 'Ada Byron');
    await says(page, 'Ada Byron', 'Waiting');
    await call(
      web.url,
      'DELETE',
      `/api/v1/classes/${made.id}/students/${made.students[0]?.id}`,
      made.teacher.token,
    );
    await page.context().setOffline(false);
    await page.getByText(/Ada Byron: “Present” was not taken/).waitFor();
    await card(page, 'Ada Byron').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: 'Cancel this register' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('fire drill');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel this register' }).click();
    await page.getByRole('heading', { name: 'The register is cancelled' }).waitFor();
    const { data } = await call(web.url, 'GET', `/api/v1/sessions/${session.id}`, made.teacher.token);
    expect(data?.state).to.equal('cancelled');
  });

  it('starts with every setting, and says what is wrong with them', async () => {
    const made = await newClass();
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await page.getByRole('button', { name: 'Start with other settings' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Passkey').check();
    await dialog.getByLabel('QR code').uncheck();
    await dialog.getByLabel('All of these').check();
    await dialog.getByLabel('Room').fill('51.50740, -0.12780');
    await dialog.getByLabel('Closes after').fill('30');
    await dialog.getByLabel('Late after').fill('5');
    await dialog.getByRole('button', { name: 'Start register' }).click();
    await dialog.getByText('Name a room here, not coordinates', { exact: true }).waitFor();
    // What the server would refuse, and what would come to nothing, is said before it is sent.
    await dialog.getByLabel('Closes after').fill('200');
    await dialog.getByRole('button', { name: 'Start register' }).click();
    await dialog.getByText('The most is 180').waitFor();
    await dialog.getByLabel('Closes after').fill('30');
    await dialog.getByLabel('Late after').fill('30');
    await dialog.getByRole('button', { name: 'Start register' }).click();
    await dialog.getByText('Nobody could be late: check-in ends after 30 minutes').waitFor();
    await dialog.getByLabel('Late after').fill('5');
    await dialog.getByLabel('Room').fill('Hall 3.101');
    await dialog.getByRole('button', { name: 'Start register' }).click();
    await page.getByText(/Hall 3.101 · Closes at/).waitFor();
    const { data } = await call(web.url, 'GET', `/api/v1/sessions?classId=${made.id}`, made.teacher.token);
    const [session] = (data as { items: { methods: string[]; require: string[]; lateRule: object }[] }).items;
    expect(session?.methods).to.have.members(['teacher', 'code', 'passkey']);
    expect(session?.require).to.have.members(['code', 'passkey']);
    expect(session?.lateRule).to.deep.equal({ graceMinutes: 5 });
  });

  it('offers the devices that there are to bind a register to, and none', async () => {
    const gates = await createGates(web.hub);
    const free = await gates.device();
    const { device: taken } = await gates.boundClass(1);
    const made = await newClass();
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    const open = async () => {
      await page.getByRole('button', { name: 'Start with other settings' }).click();
      await page.getByLabel('Device', { exact: true }).check();
      const choice = page.getByRole('dialog').getByRole('combobox', { name: 'Device' });
      await choice.getByRole('option', { name: `A gate (${free.deviceId})` }).waitFor({ state: 'attached' });
      return choice;
    };
    const choice = await open();
    expect(await choice.inputValue()).to.equal('');
    const busy = choice.getByRole('option', { name: `A gate (${taken.deviceId}) (in use)` });
    expect(await busy.isDisabled()).to.equal(true);
    expect(await axe(page)).to.deep.equal([]);
    await choice.selectOption(free.deviceId);
    await page.getByRole('dialog').getByRole('button', { name: 'Start register' }).click();
    await says(page, 'Ada Byron', 'Unmarked');
    await gates.scan(free.key, { studentId: made.students[0]?.id });
    await says(page, 'Ada Byron', 'Present');
  });

  it('changes a class and who teaches it, and deletes it', async () => {
    const made = await newClass();
    const other = await web.hub.school.person('teacher');
    await called(other.id, 'Colleague Two');
    const found = await web.hub.connection.collection('users').findOne({ _id: oid(other.id) });
    const page = await web.signedIn(made.teacher, `/teach/${made.id}/settings`);
    await page.getByLabel('Name of the class').fill('Renamed');
    await page.getByLabel('Everybody in the class').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    const teachers = page.locator('section', { has: page.getByRole('heading', { name: 'Teachers' }) });
    await teachers.getByLabel('E-mail address').fill('nobody@school.test');
    await teachers.getByRole('button', { name: 'Add' }).click();
    await teachers.getByText('There is no such teacher').waitFor();
    await teachers.getByLabel('E-mail address').fill(String(found?.email));
    await teachers.getByRole('button', { name: 'Add' }).click();
    await teachers.getByText('Colleague Two').waitFor();
    await page.getByRole('button', { name: 'Remove: Ada Byron' }).click();
    await page.getByText('Ada Byron was taken out of the class').waitFor();

    const theirs = await web.signedIn(other, `/teach/${made.id}/settings`);
    await theirs.getByText('Only the owner of the class changes who teaches it.').waitFor();
    expect(await theirs.getByRole('button', { name: 'Delete this class' }).count()).to.equal(0);
    const stranger = await web.signedIn(await web.hub.school.person('teacher'), `/teach/${made.id}`);
    await stranger.getByRole('heading', { name: 'This is not for your account' }).waitFor();

    await page.getByRole('button', { name: 'Delete this class' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'No classes yet' }).waitFor();
  });

  it('shows three hundred, from right to left too, and takes every tap on a slow machine', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `Student ${String(i + 1).padStart(3, '0')}`);
    const made = await newClass(names);
    await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`, {
      locale: 'ar',
      viewport: SIZES.tablet,
    });
    await page.locator('[data-card]').nth(299).waitFor();
    expect(await page.evaluate('document.documentElement.dir')).to.equal('rtl');
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).to.equal(false);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    for (let i = 0; i < 20; i += 1) await page.locator('[data-card]').nth(i).click();
    await page.locator('[data-card]').first().focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('l');
    await page.locator(`[data-student="${made.students[1]?.id}"][class*="late"]`).waitFor();
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    expect(await page.locator('li[class*="present"]').count()).to.equal(19);
  });

  it('shows every tap and every check-in of a crowd that comes meanwhile, on a slow machine', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `Student ${String(i + 1).padStart(3, '0')}`);
    const made = await newClass(names);
    const { code } = await start(made, { methods: ['teacher', 'code'] });
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await page.locator('[data-card]').nth(99).waitFor({ state: 'attached' });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const coming = Promise.all(
      made.students
        .slice(20)
        .map(({ token }) =>
          call(web.url, 'POST', '/api/v1/attendance/checkin', token, { method: 'code', proof: code }),
        ),
    );
    for (let i = 0; i < 20; i += 1) await page.locator('[data-card]').nth(i).click();
    for (const { status } of await coming) expect(status).to.equal(200);
    await page.getByRole('button', { name: /^100 Present/ }).waitFor();
    await page.locator('li[class*="present"]').nth(99).waitFor({ state: 'attached' });
    // An acknowledged mark is not said to wait.
    await page.getByText('Waiting').first().waitFor({ state: 'detached' });
  });

  it('axe finds nothing on any of these screens, in light and dark', async () => {
    const made = await newClass();
    const { id } = await start(made, { methods: ['teacher', 'code', 'qr'] });
    const page = await web.signedIn(made.teacher, '/');
    const clean = async (where: string) => expect(await axeInBoth(page), where).to.deep.equal([]);
    await page.getByText('Live now').waitFor();
    await clean('classes');
    await page.goto(`/teach/${made.id}`);
    for (const [name, taps] of [
      ['Ada Byron', 1],
      ['Ben Ali', 2],
      ['Cleo Díaz', 3],
    ] as const)
      for (let i = 0; i < taps; i += 1) await tap(page, name);
    await card(page, 'Dan Eriksen').locator('[data-card]').focus();
    await page.keyboard.press('e');
    await says(page, 'Dan Eriksen', 'Excused');
    await clean('register');
    for (const open of ['m', '?']) {
      await page.keyboard.press(open);
      await page.getByRole('dialog').waitFor();
      await clean(`dialog ${open}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Finish' }).waitFor();
    await clean('done');
    await page.getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('button', { name: 'Correct: Eva Fuchs' }).click();
    await clean('correction');
    await page.keyboard.press('Escape');
    await clean(`records of ${id}`);
    for (const [path, seen] of [
      ['sessions', 'Finished'],
      ['settings', 'About the class'],
    ] as const) {
      await page.goto(`/teach/${made.id}/${path}`);
      await page.getByText(seen).waitFor();
      await clean(path);
    }
  });
});
