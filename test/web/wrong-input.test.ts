import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { createGates, type Gates } from '../support/gate.ts';
import { call } from '../support/hub.ts';
import { complaintsOf, startWeb, type Web } from '../support/web.ts';

const UNFIT = 'Something in this form is not right';
const NEEDED = 'This is needed';

/** Forms whose wrong input no flow of the other tests comes by. */
describe('the web app: wrong input', function () {
  this.timeout(60_000);
  let web: Web;
  let gates: Gates;
  before(async () => {
    web = await startWeb();
    gates = await createGates(web.hub);
  });
  after(() => web?.stop());

  /** A class whose register is finished, with its first student's record. */
  const finished = async () => {
    const made = await gates.boundClass(1);
    await web.hub.connection
      .collection('users')
      .updateOne({ _id: oid(made.students[0]?.id ?? '') }, { $set: { name: 'Ada Byron' } });
    await gates.close(made.teacher, made.session.id);
    return made;
  };
  /** Sends the form in this part of the page, and waits for what it says above its buttons. */
  const refusedIn = async (page: Page, within: string, button: string, says: string) => {
    const part = page.locator(within);
    await part.getByRole('button', { name: button, exact: true }).click();
    await part.getByRole('alert').getByText(says).first().waitFor();
  };
  /** The field that has the focus, and what is told of it to those who hear the page. */
  const focused = async (page: Page) => {
    const field = page.locator(':focus');
    const told = (await field.getAttribute('aria-describedby')) ?? '';
    const texts = await Promise.all(
      told
        .split(' ')
        .filter((id) => id.endsWith('-error'))
        .map((id) => page.locator(`[id="${id}"]`).textContent()),
    );
    return [await field.getAttribute('aria-invalid'), ...texts];
  };

  it('signing in and up: what is missing and what is no address is told here, in the language in use', async () => {
    const page = await (await web.context({ locale: 'es-ES' })).newPage();
    const complaints = complaintsOf(page);
    await page.goto('/sign-in');
    await refusedIn(page, 'form', 'Iniciar sesión', 'Hay algo incorrecto');
    expect(await focused(page)).to.deep.equal(['true', 'Este dato es necesario']);
    await page.goto('/sign-up');
    await page.getByLabel('Tu nombre').fill('Ada');
    await page.getByLabel('Correo electrónico').fill('ada.school.test');
    await page.getByLabel('Contraseña').fill('a good password');
    await refusedIn(page, 'form', 'Crear cuenta', 'Hay algo incorrecto');
    expect((await focused(page))[0]).to.equal('true');
    expect(complaints).to.deep.equal([]);
  });

  it('an invitation that is unknown, and a link that was cut in the middle of a letter', async () => {
    const page = await (await web.context()).newPage();
    await page.goto('/claim#%E0%A4%A');
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await refusedIn(page, 'form', 'Open the link', UNFIT);
    const refused = page.waitForResponse('**/api/v1/auth/invitation');
    await page.getByLabel('Your link').fill('x'.repeat(3_000));
    await page.getByRole('button', { name: 'Open the link' }).click();
    expect((await refused).status()).to.equal(400);
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    expect(await page.getByLabel('Your link').inputValue()).to.equal('');
    const scanned = await (await web.context()).newPage();
    await scanned.goto('/check-in#%E0%A4%A');
    await scanned.getByRole('heading').first().waitFor();
    expect(await scanned.getByText('This page could not be shown').count()).to.equal(0);
  });

  it('a password: the wrong one, and one that is too short', async () => {
    const page = await web.signedIn(await web.hub.school.person('teacher'), '/account');
    await refusedIn(page, 'form', 'Change password', UNFIT);
    expect(await focused(page)).to.deep.equal(['true', NEEDED]);
    await page.getByLabel('Current password').fill('not mine');
    await page.getByLabel('New password').fill('short');
    await refusedIn(page, 'form', 'Change password', UNFIT);
    await page.getByText('At least 6 characters are needed').waitFor();
    await page.getByLabel('New password').fill('long enough');
    await refusedIn(page, 'form', 'Change password', 'The current password is wrong');
  });

  it('a teacher’s class: without a name, with a code that is taken, and a correction without a reason', async () => {
    const made = await finished();
    const taken = `T-${made.id.slice(-6)}`;
    const patched = await call(web.url, 'PATCH', `/api/v1/classes/${made.id}`, made.teacher.token, {
      code: taken,
    });
    expect(patched.status).to.equal(200);
    const page = await web.signedIn(made.teacher);
    await page.getByRole('button', { name: 'New class' }).first().click();
    await refusedIn(page, 'dialog', 'Create class', UNFIT);
    expect(await focused(page)).to.deep.equal(['true', NEEDED]);
    await page.getByLabel('Name of the class').fill('Latin');
    await page.getByLabel('Course code').fill(taken);
    await refusedIn(page, 'dialog', 'Create class', 'This code is taken already');
    expect(await page.getByLabel('Name of the class').inputValue()).to.equal('Latin');

    await page.goto(`/teach/${made.id}/settings`);
    await page.getByLabel('Name of the class').fill('   ');
    await refusedIn(page, 'form:has([name=className])', 'Save', UNFIT);
    await page.getByText(NEEDED).waitFor();
    await refusedIn(page, 'form:has([name=email])', 'Add', UNFIT);

    await page.goto(`/teach/${made.id}/sessions/${made.session.id}`);
    await page.getByRole('button', { name: 'Correct: Ada Byron' }).click();
    await refusedIn(page, 'dialog', 'Correct', UNFIT);
    expect(await focused(page)).to.deep.equal(['true', NEEDED]);
  });

  it('the office: a class of nobody, a student who is not chosen, a stretch that ends before it begins', async () => {
    const made = await gates.boundClass(1);
    const page = await web.signedIn({ id: gates.admin.id, name: 'Office' }, '/');
    await page.getByRole('button', { name: 'New class' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Greek');
    await refusedIn(page, 'dialog', 'Save', UNFIT);
    expect(await focused(page)).to.deep.equal(['true', NEEDED]);

    await page.goto(`/admin/classes/${made.id}`);
    await refusedIn(page, 'form', 'Add', UNFIT);
    expect(await focused(page)).to.deep.equal(['true', NEEDED]);

    const hall = await gates.device();
    const serial = await gates.asAdmin(`PATCH /api/v1/devices/${hall.id}`, { serial: 'ABCX123456' });
    expect(serial.status, JSON.stringify(serial.body)).to.equal(200);
    await page.goto('/admin/devices');
    await page
      .getByRole('button', { name: /^Command for/ })
      .first()
      .click();
    await page.getByLabel('From').fill('2026-01-05T09:00');
    await page.getByLabel('To', { exact: true }).fill('2026-01-05T08:00');
    await refusedIn(page, 'dialog', 'Ask', UNFIT);
  });

  it('a passkey that is called nothing', async () => {
    const page = await web.signedIn(await web.hub.school.person('student'), '/account');
    const form = 'form:has([name=name])';
    await refusedIn(page, form, 'Add a passkey', UNFIT);
    expect(await focused(page)).to.deep.equal(['true', NEEDED]);
  });
});
