import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { encode } from 'uqr';
import { nth } from '../support/check-in.ts';
import { call } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { axe, PASSWORD, SIZES, startWeb, type Web } from '../support/web.ts';

/** The picture of a link, as the board draws it. */
const drawn = (url: string): string =>
  encode(url, { ecc: 'M', border: 4 })
    .data.flatMap((line, y) => line.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');

describe('the web app: opened at another address than localhost', function () {
  this.timeout(60_000);
  let web: Web;
  let group: SchoolClass;
  let session: { id: string };
  let elsewhere: string;
  before(async () => {
    web = await startWeb();
    elsewhere = web.url.replace('localhost', 'rollcall.school.test');
    group = await web.hub.school.class(2, 'private');
    session = await begin(web, group);
  });
  after(() => web?.stop());
  const begin = async (at: Web, { id, teacher }: SchoolClass) => {
    const options = { classId: id, methods: ['code', 'qr'], qrStepSeconds: 600 };
    const { data } = await call(at.hub.url, 'POST', '/api/v1/sessions', teacher.token, options);
    return data as unknown as { id: string };
  };
  const tokenNow = async (at: Web, { teacher }: SchoolClass, { id }: { id: string }) => {
    const { data } = await call(at.hub.url, 'GET', `/api/v1/sessions/${id}/qr`, teacher.token);
    return (data as unknown as { token: string }).token;
  };
  const pathOf = (page: Page) =>
    page
      .getByRole('img', { name: /^QR code/ })
      .locator('path')
      .getAttribute('d');
  const signIn = async (
    person: { id: string },
    path: string,
    viewport: { width: number; height: number } = SIZES.wide,
  ): Promise<Page> => {
    await web.signedIn(person);
    const page = await (await web.context({ baseURL: elsewhere, viewport })).newPage();
    await page.goto(path);
    await page.getByLabel('E-mail address').fill(`${person.id}@example.org`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  };
  const shot = async (page: Page, name: string) => {
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/address-${name}.png` });
  };

  it('[WA13] shows a picture that phones can open: of the address at which the board is open', async () => {
    const page = await signIn(group.teacher, `/board/${session.id}`, SIZES.projector);
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    const token = await tokenNow(web, group, session);
    expect(await pathOf(page)).to.equal(drawn(`${elsewhere}/check-in#${token}`));
    await page.getByText(`${new URL(elsewhere).host}/check-in`).waitFor();
    expect(await page.getByRole('note').count()).to.equal(0);
    // What the picture says is where a phone lands, with the scan kept for whoever signs in.
    const phone = await (await web.context({ viewport: SIZES.phone })).newPage();
    await phone.goto(`${elsewhere}/check-in#${token}`);
    await phone.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
  });

  it('[WA13] says on a board at localhost that no phone gets there, until that is put away', async () => {
    for (const viewport of [SIZES.projector, SIZES.phone]) {
      const page = await web.signedIn(group.teacher, `/board/${session.id}`, { viewport });
      await page.getByRole('note').getByText('Phones cannot open “localhost').waitFor();
      expect(await axe(page)).to.deep.equal([]);
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(over).to.be.at.most(0);
      const tall = await page.evaluate<number>('document.documentElement.scrollHeight - innerHeight');
      if (viewport === SIZES.projector) expect(tall).to.be.at.most(0);
      await shot(page, `localhost-${viewport.width}`);
      await page.getByRole('button', { name: /^Close: Phones cannot open/ }).click();
      await page.getByRole('note').waitFor({ state: 'detached' });
    }
  });

  it('[WA13] keeps to PUBLIC_URL where that is an address for others, wherever the board is open', async () => {
    const told = await startWeb('redis', { PUBLIC_URL: 'https://roll.school.test' });
    try {
      const theirs = await told.hub.school.class(1, 'private');
      const live = await begin(told, theirs);
      const page = await told.signedIn(theirs.teacher, `/board/${live.id}`, { viewport: SIZES.projector });
      await page.getByText('roll.school.test/check-in').waitFor();
      const token = await tokenNow(told, theirs, live);
      expect(await pathOf(page)).to.equal(drawn(`https://roll.school.test/check-in#${token}`));
      expect(await page.getByRole('note').count()).to.equal(0);
      // A passkey that was made here would be bound to that name: it is not made.
      const student = await told.signedIn(nth(theirs.students, 0), '/account');
      await student.getByLabel('Name of this device').fill('my phone');
      await student.getByRole('button', { name: 'Add a passkey' }).click();
      await student.getByRole('alert').getByText('work at roll.school.test only').waitFor();
      await shot(student, 'passkey');
    } finally {
      await told.stop();
    }
  });

  it('[WA13] marks a link over plain http, where the browser copies nothing, and says so', async () => {
    const admin = await web.hub.school.person('admin');
    await call(web.hub.url, 'POST', '/api/v1/students', admin.token, { firstName: 'Ines' });
    const page = await signIn(admin, '/admin/people');
    await page.getByRole('button', { name: 'Invite Ines' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click();
    const link = await page.getByLabel('Invitation link').inputValue();
    expect(link.startsWith(`${elsewhere}/claim#`)).to.equal(true);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('dialog').getByText('The text is selected: press Ctrl+C').waitFor();
    expect(await page.evaluate<string>('getSelection().toString()')).to.equal(link);
    expect(await page.getByText('on this computer only').count()).to.equal(0);
    await shot(page, 'copy');
  });

  it('[WA13] says over plain http that passkeys need https, and which address this is', async () => {
    const page = await signIn(nth(group.students, 0), '/account');
    await page.getByText(`This page is open at ${elsewhere}.`).waitFor();
    expect(await page.getByRole('button', { name: 'Add a passkey' }).count()).to.equal(0);
  });
});
