import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import type { ImportCause } from '../../shared/rest/imports.ts';
import { reasonOf } from '../../web/src/screens/admin/import-reasons.ts';
import { ar } from '../../web/src/texts/ar.ts';
import { es } from '../../web/src/texts/es.ts';
import { createGates, type Gates } from '../support/gate.ts';
import { ask } from '../support/http.ts';
import { axe, axeInBoth, complaintsOf, SIZES, startWeb, type Web } from '../support/web.ts';

const CSV = 'Number,First,Surname,Shoe size\nS-300,Kim,Lee,38\nS-301,,Doe,40\nS-302,Lou,Reed,44\n';

describe('the web app: administrators', function () {
  this.timeout(60_000);
  let web: Web;
  let gates: Gates;
  let page: Page;
  let room: Awaited<ReturnType<Gates['boundClass']>>;
  const must = async (line: string, body?: unknown) => {
    const answer = await gates.asAdmin(line, body);
    expect(answer.status, `${line} ${JSON.stringify(answer.body)}`).to.be.below(300);
    return answer.body.data;
  };
  const name = (id: string, text: string, code: string) =>
    web.hub.connection
      .collection('users')
      .updateOne({ _id: oid(id) }, { $set: { name: text, studentCode: code } });
  const button = (text: string | RegExp) => page.getByRole('button', { name: text, exact: true });
  const dialog = () => page.getByRole('dialog');
  const row = (text: string | RegExp) => page.getByRole('row').filter({ hasText: text });
  const said = (text: string | RegExp) => page.getByText(text).first().waitFor();
  /** Nothing is on its way any more. */
  const loaded = (of: Page) =>
    of.locator('main [role=status][aria-label]').first().waitFor({ state: 'detached' });
  const gone = () => dialog().waitFor({ state: 'detached' });
  const send = (text: string) => dialog().getByRole('button', { name: text, exact: true }).click();
  const pick = async (label: string, typed: string, option: string) => {
    await dialog().getByLabel(label, { exact: false }).and(page.getByRole('combobox')).fill(typed);
    await page.getByRole('option', { name: option }).click();
  };

  before(async () => {
    web = await startWeb();
    gates = await createGates(web.hub);
    room = await gates.boundClass(2, { room: '3.101' });
    await name(room.students[0]?.id ?? '', 'Ada Byron', 'S-100');
    await name(room.students[1]?.id ?? '', 'Bo Lindqvist', 'S-101');
    await name(room.teacher.id, 'Maria Montessori', 'T-0');
    page = await web.signedIn({ id: gates.admin.id, name: 'Office' });
  });
  after(() => web?.stop());

  it('makes a section and a person in it; what is in use stays, and says so', async () => {
    await page.goto('/admin/sections');
    await said('No departments yet');
    // A small school needs no more than this.
    await button('Make one for the whole school').click();
    await dialog().getByLabel('Name').fill('7Z');
    await send('Save');
    await button('Edit 7Z').waitFor();
    await button('New department and batch').click();
    await dialog().getByLabel('Department').fill('x'.repeat(101));
    await dialog().getByLabel('Batch').fill('2026');
    await send('Save');
    await dialog().getByRole('alert').getByText('Something in this form is not right').waitFor();
    expect(await dialog().getByLabel('Department').getAttribute('aria-invalid')).to.equal('true');
    await dialog().getByLabel('Department').fill('Science');
    await send('Save');
    await page.getByRole('heading', { name: 'Science 2026' }).waitFor();
    await button('New section in Science 2026').click();
    await dialog().getByLabel('Name').fill('A');
    await send('Save');
    await button('Edit A').waitFor();
    await button('New section in Science 2026').click();
    await dialog().getByLabel('Name').fill('A');
    await send('Save');
    await dialog().getByRole('alert').getByText('has a section of this name already').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await button('Delete: Science 2026').click();
    await send('Delete');
    await dialog().getByRole('alert').getByText('still in use').waitFor();
  });

  it('enters a student, refuses a taken code at the form, finds them, changes and deletes them', async () => {
    await page.goto('/admin/people');
    const enter = async (first: string, code: string) => {
      await button('New student').click();
      await dialog().getByLabel('First name').fill(first);
      await dialog().getByLabel('Student code').fill(code);
      await dialog().getByLabel('Section').selectOption({ label: 'Science 2026 · A' });
      await send('Save');
    };
    await enter('Ines', 'S-200');
    await gone();
    await enter('Imke', 'S-200');
    await dialog().getByRole('alert').getByText('This code is taken already').waitFor();
    await dialog().getByLabel('Student code').fill('S-201');
    await send('Save');
    await gone();
    await page.getByLabel('Search by name or code').fill('ines');
    await row('Imke').waitFor({ state: 'detached' });
    await button('Edit Ines').click();
    await dialog().getByLabel('Last name').fill('Ferreira');
    await send('Save');
    await row('Ines Ferreira').waitFor();
    await page.getByLabel('Search by name or code').fill('nobody at all');
    await said('Nothing fits');
    await page.getByLabel('Search by name or code').fill('');
    await page.getByLabel('Section').selectOption({ label: 'Science 2026 · A' });
    await row('Ada Byron').waitFor({ state: 'detached' });
    await button('Delete: Imke').click();
    await send('Delete');
    await row('Imke').waitFor({ state: 'detached' });
    expect((await must('GET /api/v1/students?q=S-201')).items).to.deep.equal([]);
  });

  it('[WA9] shows an invitation this once, and its link makes an account', async () => {
    await page.goto('/admin/people');
    await button('Invite Ines Ferreira').click();
    await send('Invite');
    await said('This is shown now and never again.');
    const link = await dialog().getByLabel('Invitation link').inputValue();
    expect(link).to.match(new RegExp(`^${web.url}/claim#.+`));
    await send('I have it');
    await gone();
    expect(await page.content()).to.not.include(link.split('#')[1]);
    const guest = await (await web.context()).newPage();
    await guest.goto(link);
    await guest.getByLabel('E-mail address').fill('ines@school.test');
    await guest.getByLabel('Password').fill('a good password');
    await guest.getByRole('button', { name: 'Claim account' }).click();
    await guest.getByRole('heading', { name: 'My attendance' }).waitFor();
    await page.reload();
    await button('Account of Ines Ferreira').click();
    await dialog().getByText('ines@school.test').waitFor();
    await send('Disable: Ines Ferreira');
    await send('Disable');
    await dialog().getByText('Disabled').waitFor();
    await send('Enable: Ines Ferreira');
    await dialog().getByText('Enabled').waitFor();
  });

  it('[WA9] invites all of a list who have no log-in, and gives their links as a file', async () => {
    const { id: depBatchId } = await must('POST /api/v1/dep-batch', { dep: 'Arts', batch: '2026' });
    const { id: sectionId } = await must('POST /api/v1/sections', { name: 'B', depBatchId });
    const names = ['Ula Um', 'Val Vo', 'Wes Wu', 'Xi Xu', 'Yas Ya', 'Zoe Zu'].map((one) => one.split(' '));
    for (const [i, [firstName, lastName]] of names.entries())
      await must('POST /api/v1/students', { firstName, lastName, studentCode: `B-${i}`, sectionId });
    await page.goto('/admin/people');
    await page.getByLabel('Section').selectOption({ label: 'Arts 2026 · B' });
    await row('Ada Byron').waitFor({ state: 'detached' });
    // One of them is invited already: a second link is made only where that is asked for.
    await button('Invite Xi Xu').click();
    await dialog().getByText('Nothing is sent').waitFor();
    await send('Invite');
    await send('I have it');
    await row('Xi Xu').getByText('Invited until').waitFor();
    await button('Invitations for all without a log-in').click();
    await dialog().getByText('6 people in this list have no log-in').waitFor();
    await dialog().getByLabel('Those not invited yet (5)').waitFor();
    expect(await axe(page)).to.deep.equal([]);
    const [file] = await Promise.all([page.waitForEvent('download'), send('Make the links')]);
    let text = '';
    for await (const piece of await file.createReadStream()) text += String(piece);
    const lines = text.trim().split('\r\n');
    expect(lines.length).to.equal(6);
    expect(lines[0]).to.equal('Code,Last name,First name,Invitation link,Valid until');
    expect(lines[1]).to.match(new RegExp(`^B-0,Um,Ula,${web.url}/claim#[\\w-]+,.*20\\d\\d`));
    expect(text).to.not.include('Xi');
    await dialog().getByText('5 links are in the file').waitFor();
    await dialog().getByText('opens on this computer only').waitFor();
    expect(await axe(page)).to.deep.equal([]);
    await send('I have it');
    await row('Ula Um').getByText('Invited until').waitFor();
    const guest = await (await web.context()).newPage();
    await guest.goto(lines[3]?.split(',')[3] ?? '');
    await guest.getByLabel('E-mail address').fill('wes@school.test');
    await guest.getByLabel('Password').fill('a good password');
    await guest.getByRole('button', { name: 'Claim account' }).click();
    await guest.getByRole('heading', { name: 'My attendance' }).waitFor();
    expect((await must('GET /api/v1/students?q=B-2')).items[0]).to.include({
      name: 'Wes Wu',
      hasLogin: true,
    });
    // Teachers see who there is, not who was invited.
    const seen = await ask(web.hub.url, `GET /api/v1/students?q=B-0`, { token: room.teacher.token });
    expect(seen.body.data.items[0]).to.include({ name: 'Ula Um' }).and.not.have.property('invitedUntil');
  });

  it('makes an account, refuses a taken address, and lets nobody disable themselves', async () => {
    await page.goto('/admin/people');
    await page.getByLabel('Accounts').check();
    await button('New account').click();
    await dialog().getByLabel('Name').fill('Johan Comenius');
    await dialog().getByLabel('E-mail address').fill('ines@school.test');
    await dialog().getByLabel('First password').fill('short');
    await send('Save');
    await dialog().getByText('At least 6 characters are needed').waitFor();
    await dialog().getByLabel('First password').fill('long enough');
    await send('Save');
    await dialog().getByRole('alert').getByText('There is an account with this e-mail').waitFor();
    await dialog().getByLabel('E-mail address').fill('johan@school.test');
    await send('Save');
    await row('johan@school.test').waitFor();
    await page.getByLabel('Search by name, e-mail or code').fill('JOHAN@school');
    await row('Office').waitFor({ state: 'detached' });
    await row('johan@school.test').waitFor();
    await page.getByLabel('Search by name, e-mail or code').fill('.*');
    await said('Nothing fits');
    await page.getByLabel('Search by name, e-mail or code').fill('T-0');
    await row('Maria Montessori').waitFor();
    await page.getByLabel('Search by name, e-mail or code').fill('');
    await row('Johan').waitFor();
    await page.getByLabel('Role').selectOption('admin');
    await row('Johan').waitFor({ state: 'detached' });
    await row('Office').waitFor();
    expect(await page.getByRole('button', { name: /^Disable/ }).count()).to.equal(0);
  });

  it('makes a class for a teacher, with its sections on the roster, and takes students on and off', async () => {
    await page.goto('/');
    await row('Maria Montessori').waitFor();
    await button('New class').click();
    await dialog().getByLabel('Name').fill('Latin');
    await dialog().getByRole('combobox').fill('somebody');
    // Typed, but nobody chosen: the form is not sent.
    await send('Save');
    expect(
      await page.evaluate("document.querySelector('dialog [role=combobox]').validationMessage"),
    ).to.equal('Choose one from the list');
    await pick('Owner', 'Johan', 'Johan Comenius');
    await dialog().getByLabel('Science 2026 · A').check();
    await dialog().getByLabel('Code').fill('LAT-1');
    await send('Save');
    await gone();
    await row('Johan Comenius').filter({ hasText: 'LAT-1' }).waitFor();
    await button('New class').click();
    await dialog().getByLabel('Name').fill('Greek');
    await dialog().getByLabel('Code').fill('LAT-1');
    await pick('Owner', 'Johan', 'Johan Comenius');
    await send('Save');
    await dialog().getByRole('alert').getByText('This code is taken already').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await button('Edit Latin').click();
    await pick('Owner', 'Maria', 'Maria Montessori');
    await send('Save');
    await gone();
    await row('Latin').filter({ hasText: 'Maria Montessori' }).waitFor();
    await page.getByLabel('Search classes').fill('latin');
    await row('Class of 2').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Latin' }).click();
    await row('Ines Ferreira').waitFor();
    await page.getByRole('combobox').fill('S-100');
    await page.getByRole('option', { name: 'Ada Byron' }).waitFor();
    await page.keyboard.press('Enter');
    await button('Add').click();
    await row('Ada Byron').waitFor();
    await button('Remove: Ines Ferreira').click();
    await send('Remove');
    await row('Ines Ferreira').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Classes' }).first().click();
    await button('Delete: Class of 2').click();
    await send('Delete');
    await dialog().getByRole('alert').getByText('has a live register').waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await button('Delete: Latin').click();
    await send('Delete');
    await row('Latin').waitFor({ state: 'detached' });
  });

  it('takes the only teacher whom a typed name fits, and else says to choose', async () => {
    await must('POST /api/v1/teachers', { firstName: 'Robert', lastName: 'Only' });
    await page.goto('/');
    await button('New class').click();
    await dialog().getByLabel('Name').fill('Choir');
    const owner = dialog().getByRole('combobox');
    await owner.fill('nobody of this name');
    await send('Save');
    await dialog().getByText('Choose one from the list').waitFor();
    await owner.fill('Robert On');
    await page.getByRole('option', { name: 'Robert Only' }).waitFor();
    await send('Save');
    await gone();
    await row('Choir').getByText('Robert Only').waitFor();
  });

  it('names the owner of a class who came after the list of teachers was read', async () => {
    await page.goto('/');
    await row('Choir').getByText('Robert Only').waitFor();
    const late = await web.hub.school.person('teacher');
    await web.hub.connection
      .collection('users')
      .updateOne({ _id: oid(late.id) }, { $set: { name: 'Latecomer' } });
    const made = await ask(web.hub.url, 'POST /api/v1/classes', {
      token: late.token,
      body: { className: 'Evening class' },
    });
    expect(made.status).to.equal(201);
    // The list of classes is read again, as by coming back to it or by a change of one's own.
    await button('Delete: Choir').click();
    await send('Delete');
    await row('Evening class').getByText('Latecomer').waitFor();
  });

  it('shows on a phone that the menu goes on, on the side where it does', async () => {
    const phone = await web.signedIn({ id: gates.admin.id }, '/', { viewport: SIZES.phone });
    const menu = phone.getByRole('navigation');
    await phone.locator('nav[data-more=after]').waitFor();
    await menu.getByRole('link', { name: 'Analytics' }).scrollIntoViewIfNeeded();
    await phone.locator('nav[data-more=before]').waitFor();
    await menu.getByRole('link', { name: 'Devices' }).click();
    await phone.locator('nav[data-more=both]').waitFor();
    if (process.env.SHOTS) await phone.screenshot({ path: `${process.env.SHOTS}/menu.png` });
  });

  it('[WA9] shows a device’s key this once, and it works; a new one, then none', async () => {
    await page.goto('/admin/devices');
    await button('New device').click();
    await dialog().getByLabel('What people call it').fill('Front door');
    await dialog().getByLabel('Device name').fill('front door!');
    await send('Save');
    await dialog().getByText('Up to 64 letters, digits and signs').waitFor();
    await dialog().getByLabel('Device name').fill('front-door');
    await send('Save');
    const keyOf = async () => {
      await said('This is shown now and never again.');
      return await dialog().getByLabel('Device key').inputValue();
    };
    const first = await keyOf();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await send('Copy');
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(first);
    await send('I have it');
    await gone();
    expect(await page.content()).to.not.include(first);
    const scan = async (key: string) =>
      (await gates.scan(key, { studentId: room.students[0]?.id })).body.code;
    expect(await scan(first)).to.equal('DEVICE_NOT_BOUND');
    await button('New key for Front door').click();
    await dialog().getByLabel('Ends at once').check();
    await send('New key');
    const second = await keyOf();
    await send('I have it');
    expect([await scan(first), await scan(second)]).to.deep.equal(['UNAUTHORIZED', 'DEVICE_NOT_BOUND']);
    await button('Revoke: Front door').click();
    await send('Revoke');
    await button('Delete: Front door').waitFor();
    expect(await scan(second)).to.equal('UNAUTHORIZED');
    await button('Delete: Front door').click();
    await send('Delete');
    await page.getByRole('heading', { name: 'Front door', exact: true }).waitFor({ state: 'detached' });
  });

  it('binds a terminal that nobody knew, and asks it for a stretch', async () => {
    await fetch(`${web.url}/iclock/cdata?SN=ABCX123456&options=all&pushver=2.4.1`);
    await must('POST /api/v1/devices', { deviceId: 'hall', name: 'Hall' });
    await page.goto('/admin/devices');
    await button('Bind ABCX123456').click();
    await dialog().getByLabel('To which device').selectOption({ label: 'Hall (hall)' });
    await send('Bind');
    await gone();
    await said('No unknown terminal has called.');
    await button('Edit Hall').click();
    await dialog().getByLabel('Serial number').fill('not a serial');
    await send('Save');
    await dialog().getByText('Up to 64 letters, digits and signs').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await button('Command for Hall').click();
    await dialog().getByLabel('From').fill('2026-01-05T08:00');
    await dialog().getByLabel('To', { exact: true }).fill('2026-01-05T09:00');
    await send('Ask');
    await said('The terminal is asked when it next calls');
    const heard = await (await fetch(`${web.url}/iclock/getrequest?SN=ABCX123456`)).text();
    expect(heard).to.match(/DATA QUERY ATTLOG/);
  });

  it('[WA10] tries a file first, tells of the bad row, takes another column, and imports the rest', async () => {
    await page.goto('/admin/import');
    const give = (text: string, as = 'students.csv') =>
      page
        .locator('input[type=file]')
        .setInputFiles({ name: as, mimeType: 'application/vnd.ms-excel', buffer: Buffer.from(text) });
    await give('PK', 'students.xlsx');
    await page.getByRole('alert').getByText('This is not a CSV file').waitFor();
    await give('Wrong,Header\n1,2\n');
    for (const field of ['studentCode', 'firstName'])
      await page.getByRole('alert').getByText(`There is no column for ${field}.`).waitFor();
    expect(await button('Try it first').isDisabled()).to.equal(true);
    await give(CSV);
    // What is guessed is said before anything is sent.
    for (const [field, guess] of [
      ['studentCode', 'By its name: Number'],
      ['email', 'No column of this name'],
    ] as const)
      await page
        .getByLabel(field)
        .locator('option:checked')
        .filter({ hasText: guess })
        .waitFor({ state: 'attached' });
    await button('Try it first').click();
    await row('firstName is missing').filter({ hasText: '3' }).waitFor();
    await said('Not read: Shoe size');
    expect((await must('GET /api/v1/students?q=S-30')).items).to.deep.equal([]);
    const [list] = await Promise.all([page.waitForEvent('download'), button('Download the list').click()]);
    let text = '';
    for await (const piece of await list.createReadStream()) text += String(piece);
    expect(text).to.equal('\uFEFFLine,Why\r\n3,firstName is missing\r\n');
    // Another column for a field: what was tried before says nothing any more.
    await page.getByLabel('lastName').selectOption('Shoe size');
    await button('Import for real').waitFor({ state: 'detached' });
    await button('Try it first').click();
    await button('Import for real').click();
    await page.getByRole('heading', { name: 'Imported' }).waitFor();
    const items: { name: string }[] = (await must('GET /api/v1/students?q=S-30')).items;
    expect(items.map((one) => one.name).sort()).to.deep.equal(['Kim 38', 'Lou 44']);
  });

  it('[WA10] takes a double click for one: it neither imports after a try, nor stops or clears what was imported', async () => {
    await page.goto('/admin/import');
    const rows = Array.from({ length: 12 }, (_, i) => `D-${i},Dee${i}`);
    await page.locator('input[type=file]').setInputFiles({
      name: 'twelve.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['studentCode,firstName', ...rows].join('\n')),
    });
    await button('Try it first').dblclick();
    await page.getByRole('heading', { name: 'This is what would happen' }).waitFor();
    expect((await must('GET /api/v1/students?q=D-')).items).to.deep.equal([]);
    await button('Import for real').dblclick();
    await page.getByRole('heading', { name: 'Imported' }).waitFor();
    expect((await must('GET /api/v1/students?q=D-')).items.length).to.equal(12);
    expect(await page.locator('dt', { hasText: 'New' }).locator('+ dd').textContent()).to.equal('12');
    // Once more: there is nothing to do, and that is said where it could be pressed.
    await button('Import another file').click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'twelve.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['studentCode,firstName', ...rows].join('\n')),
    });
    await button('Try it first').click();
    await said('There is nothing to import: what can be read stands already.');
    expect(await button('Import for real').isDisabled()).to.equal(true);
  });

  it('says how much stands when an import is stopped', async () => {
    await page.goto('/admin/import');
    const rows = Array.from({ length: 60_000 }, (_, i) => `Z-${i},Zed${i}`);
    await page.locator('input[type=file]').setInputFiles({
      name: 'many.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['studentCode,firstName', ...rows].join('\n')),
    });
    await button('Try it first').click();
    await button('Import for real').click();
    await page.getByText(/^[\d,]*[1-9][\d,]* rows$/).waitFor();
    await button('Stop').click();
    const alert = page.getByRole('alert').filter({ hasText: 'Stopped. At least' });
    await alert.waitFor();
    const said = Number(/[\d,]+/.exec((await alert.textContent()) ?? '')?.[0].replaceAll(',', ''));
    const stand = await web.hub.connection.collection('users').countDocuments({ studentCode: /^Z-/ });
    expect(said).to.be.within(500, stand);
  });

  it('gives a sample of each kind, which can be tried as it is', async () => {
    await page.goto('/admin/import');
    for (const kind of ['Sections', 'Students', 'Teachers']) {
      await page.getByLabel(kind, { exact: true }).check();
      const [sample] = await Promise.all([
        page.waitForEvent('download'),
        button('Download a sample file').click(),
      ]);
      const pieces: Buffer[] = [];
      for await (const piece of await sample.createReadStream()) pieces.push(piece as Buffer);
      await page.locator('input[type=file]').setInputFiles({
        name: sample.suggestedFilename(),
        mimeType: 'text/csv',
        buffer: Buffer.concat(pieces),
      });
      await button('Try it first').click();
      await said('Every row is fine.');
      await button('Import for real').click();
      await page.getByRole('heading', { name: 'Imported' }).waitFor();
      await button('Import another file').click();
    }
  });

  it('says that an import could not be sent, and sends it when it can', async () => {
    await page.goto('/admin/import');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 's.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) });
    await button('Try it first').waitFor();
    await page.context().setOffline(true);
    await button('Try it first').click();
    await page.getByRole('alert').getByText('No connection to the server').waitFor();
    await page.context().setOffline(false);
    await button('Try it first').click();
    await button('Import for real').waitFor();
  });

  it('[WA7][WA10] says why a row is left out in the language in use, and what it does not know as the server says it', async () => {
    const csv = [
      'studentCode,firstName,email,section',
      'W-1,Ann,nobody,',
      'W-1,Bo,,',
      'W-2,Cy',
      ',,,',
      'W-3,Di,,Zeta',
      'W-1,Ed,,',
    ].join('\n');
    const tried = async (locale: string, tryIt: string) => {
      const here = await web.signedIn({ id: gates.admin.id }, '/admin/import', { locale });
      await here
        .locator('input[type=file]')
        .setInputFiles({ name: 's.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
      await here.getByRole('button', { name: tryIt }).click();
      await here.getByRole('table').waitFor();
      return here;
    };
    const spanish = await tried('es', es.admin.imports.try);
    const why = async (of: Page) => await of.locator('tbody bdi').allTextContents();
    expect(await why(spanish)).to.deep.equal([
      'En email: No es una dirección de correo electrónico',
      'Columnas aquí: 2; en el encabezado: 4',
      'Falta studentCode · Falta firstName',
      'No existe la sección Zeta',
      'El código W-1 ya está en la línea 3',
    ]);
    const arabic = await tried('ar', ar.admin.imports.try);
    for (const line of await why(arabic)) expect(line).to.match(/\p{Script=Arabic}/u);
    expect(await axe(arabic)).to.deep.equal([]);
    // A server that knows more causes than this page does.
    const code = 'OF_TOMORROW' as ImportCause['code'];
    const unknown = { line: 2, reason: 'is of tomorrow', causes: [{ code }] };
    expect(reasonOf(unknown, es.admin.imports.reasons, String)).to.equal('is of tomorrow');
  });

  it('takes in what a device saw of somebody unknown, and discards another event', async () => {
    const seen = await gates.scan(room.device.key, [
      { studentCode: 'nobody-7', eventId: 'x' },
      { studentCode: 'nobody-8', eventId: 'y' },
    ]);
    expect(seen.body.data.quarantined).to.equal(2);
    await page.goto('/admin/review');
    const card = (text: string) => page.getByRole('listitem').filter({ hasText: text });
    await card('nobody-7').getByRole('button', { name: 'Take in' }).click();
    // Somebody who is on no roster of this session: said in the form, and the event stays.
    await pick('Student', 'Ines', 'Ines Ferreira');
    await send('Take in');
    await dialog().getByRole('alert').getByText('Something in this form is not right').waitFor();
    await pick('Student', 'S-100', 'Ada Byron');
    await send('Take in');
    await gone();
    await card('nobody-7').waitFor({ state: 'detached' });
    await card('nobody-8').getByRole('button', { name: 'Discard' }).click();
    await send('Discard');
    await said('Nothing to review');
    await page.getByLabel('Resolved').check();
    await card('nobody-7').getByText('Taken in').waitFor();
    await card('nobody-8').getByText('Discarded').waitFor();
  });

  it('opens the register of a live session, and its projector', async () => {
    const other = await gates.boundClass(3, { room: '4.202' });
    await name(other.students[0]?.id ?? '', 'Cleo Díaz', 'S-400');
    await page.goto(`/admin/sessions/${other.session.id}`);
    await page.getByRole('link', { name: 'Register', exact: true }).click();
    await page.waitForURL(`**/teach/${other.id}`);
    const card = page.getByRole('listitem').filter({ hasText: 'Cleo Díaz' });
    await card.locator('[data-card]').click();
    await card.filter({ hasText: 'Present' }).waitFor();
    await card.filter({ hasText: 'Waiting' }).waitFor({ state: 'detached' });
    await page.goto(`/admin/sessions/${other.session.id}`);
    await page.getByRole('link', { name: 'Projector', exact: true }).click();
    await page.waitForURL(`**/board/${other.session.id}`);
    await said('4.202');
    await must(`POST /api/v1/sessions/${other.session.id}/cancel`);
    await page.goto(`/admin/sessions/${other.session.id}`);
    await said('Cancelled');
    expect(await page.getByRole('link', { name: /^(Register|Projector)$/ }).count()).to.equal(0);
  });

  it('ends a session, and cancels another', async () => {
    const other = await gates.boundClass(1);
    await page.goto('/admin/sessions');
    await button('End now: Class of 2').click();
    await send('End now');
    await row('Class of 2').getByText('Finished').waitFor();
    // Who came late attended: the figure is not of those whose record says present alone.
    await page.getByRole('columnheader', { name: 'Attended' }).waitFor();
    await row('Class of 2').getByText('1 of 2').waitFor();
    await button('Cancel register: Class of 1').click();
    await dialog().getByLabel('Reason').fill('Fire drill');
    await send('Cancel register');
    await row('Class of 1').getByText('Cancelled').waitFor();
    await page.getByLabel('Finished').check();
    await row('Class of 1').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /Open Class of 2/ }).click();
    await row('Ada Byron').getByText('Present').waitFor();
    await row('Bo Lindqvist').getByText('Absent').waitFor();
    expect((await gates.asAdmin(`GET /api/v1/sessions/${other.session.id}`)).body.data.state).to.equal(
      'cancelled',
    );
  });

  it('corrects a record with a reason, also when somebody else was first, and tells its history', async () => {
    await page.goto('/admin/records');
    await button('Correct Bo Lindqvist').click();
    await dialog().getByLabel('Excused').waitFor();
    const { items } = await must(`GET /api/v1/attendance/records?studentId=${room.students[1]?.id}`);
    await must(`PATCH /api/v1/attendance/records/${items[0].id}`, { status: 'late', reason: 'Saw him' });
    await dialog().getByLabel('Excused').check();
    await dialog().getByLabel('Reason').fill('Doctor');
    await send('Correct');
    await dialog().getByRole('alert').getByText('Somebody else has changed this').waitFor();
    await send('Correct');
    await gone();
    await row('Bo Lindqvist').getByText('Excused').waitFor();
    await row('Bo Lindqvist').getByText('corrected').waitFor();
    await button('History of Bo Lindqvist').click();
    await dialog().getByText('Doctor').waitFor();
    expect(await dialog().getByRole('listitem').count()).to.equal(3);
  });

  it('filters records, exports just those, and keeps who deleted one and why', async () => {
    await page.goto('/admin/records');
    await row('Ada Byron').waitFor();
    await page.getByLabel('Status').selectOption('excused');
    await row('Ada Byron').waitFor({ state: 'detached' });
    await row('Bo Lindqvist').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), button('Export CSV').click()]);
    let text = '';
    for await (const piece of await file.createReadStream()) text += String(piece);
    expect(text)
      .to.match(/S-101,Bo Lindqvist,.*,excused,/)
      .and.not.match(/Ada Byron/);
    await page.getByLabel('Status').selectOption('');
    await page.getByRole('combobox', { name: /Student/ }).fill('Ada');
    await page.getByRole('option', { name: 'Ada Byron' }).click();
    await row('Bo Lindqvist').waitFor({ state: 'detached' });
    await page.getByLabel('From').fill('2020-01-01');
    await page
      .getByLabel('To', { exact: false })
      .and(page.locator('[type=date][name=to]'))
      .fill('2020-01-02');
    await said('Nothing fits');
    await page.locator('[name=to]').fill('');
    await button('Delete: Ada Byron').click();
    await dialog().getByLabel('Reason').fill('Entered twice');
    await send('Delete');
    await said('Nothing fits');
    await page.getByLabel('Audit').check();
    await row('Entered twice').getByText('Office').waitFor();
  });

  it('shows no rights to a teacher, a sentence where nothing is, and what was known while offline', async () => {
    const teacher = await web.signedIn({ id: room.teacher.id }, '/admin/people');
    await teacher.getByText('This is not for your account').waitFor();
    expect(await axe(teacher)).to.deep.equal([]);
    expect((await ask(web.url, 'GET /api/v1/users', { token: room.teacher.token })).status).to.equal(403);
    await page.goto('/admin/sessions/ffffffffffffffffffffffff');
    await said('There is nothing here');
    expect(await axe(page)).to.deep.equal([]);
    await page.goto('/');
    await row('Class of 2').waitFor();
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Devices' }).click();
    await page.getByRole('heading', { name: 'Hall' }).waitFor();
    await said(/As of /);
    await page.context().setOffline(false);
  });

  const paths = () => [
    '/',
    `/admin/classes/${room.id}`,
    '/admin/people',
    '/admin/sections',
    '/admin/devices',
    '/admin/import',
    '/admin/sessions',
    `/admin/sessions/${room.session.id}`,
    '/admin/records',
    '/admin/review',
  ];
  it('axe finds nothing on any screen, in light and dark', async () => {
    const here = await web.signedIn({ id: gates.admin.id }, '/');
    const complaints = complaintsOf(here);
    for (const path of paths()) {
      await here.goto(path);
      await here.getByRole('heading', { level: 1 }).waitFor();
      await loaded(here);
      expect(await axeInBoth(here), path).to.deep.equal([]);
    }
    await here.goto('/admin/records');
    await here.getByRole('button', { name: 'Correct Bo Lindqvist' }).click();
    await here.getByLabel('Reason').waitFor();
    expect(await axeInBoth(here), 'correction').to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });

  it('is Arabic on a phone, from right to left, and nothing sticks out', async () => {
    const phone = await web.signedIn({ id: gates.admin.id }, '/', { viewport: SIZES.phone, locale: 'ar' });
    for (const path of paths()) {
      await phone.goto(path);
      await phone.getByRole('heading', { level: 1 }).waitFor();
      await loaded(phone);
      expect(await phone.evaluate('document.dir'), path).to.equal('rtl');
      expect(
        await phone.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
        path,
      ).to.equal(0);
      expect(await axe(phone), path).to.deep.equal([]);
    }
    expect(await phone.getByRole('heading', { level: 1 }).textContent()).to.match(/\p{Script=Arabic}/u);
  });
});
