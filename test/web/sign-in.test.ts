import { expect } from 'chai';
import { oid } from '../../server/data/mongo.ts';
import { axeInBoth, complaintsOf, PASSWORD, SIZES, startWeb, type Web } from '../support/web.ts';

describe('the web app: signing in', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  it('[WA1] signs up, survives a reload, signs out, and says so', async () => {
    const page = await (await web.context()).newPage();
    const complaints = complaintsOf(page);
    await page.goto('/');
    await page.getByRole('link', { name: 'No account yet?' }).click();
    await page.getByLabel('Your name').fill('Ada Byron');
    await page.getByLabel('E-mail address').fill('ada@school.test');
    await page.getByLabel('Password').fill('a good password');
    await page.getByLabel('Teacher').check();
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('heading', { name: 'My classes' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'My classes' }).waitFor();
    const cookies = await page.context().cookies(`${web.url}/api/v1/auth/session`);
    expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).to.deep.equal([
      ['rollcall', true, 'Strict'],
    ]);
    const kept = await page.evaluate<string>(
      'JSON.stringify([localStorage, sessionStorage, document.cookie])',
    );
    expect(kept).to.not.match(/eyJ|[0-9a-f]{24}\./);
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('[WA1] signs out at once also without a network, and ends the log-in when there is one again', async () => {
    const teacher = await web.hub.school.person('teacher');
    const page = await web.signedIn(teacher, '/account');
    const running = () =>
      web.hub.connection.collection('logins').countDocuments({ userId: oid(teacher.id), endedAt: null });
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const before = await running();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    expect(await running()).to.equal(before);
    const told = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.context().setOffline(false);
    expect((await told).status()).to.equal(200);
    expect(await running()).to.equal(before - 1);
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate<number>('localStorage.length')).to.equal(0);
  });

  it('tells what is wrong at the field, and that a password is wrong without saying which', async () => {
    const page = await (await web.context({ viewport: SIZES.phone })).newPage();
    await page.goto('/sign-up');
    await page.getByLabel('Your name').fill('Bo');
    await page.getByLabel('E-mail address').fill('bo@school.test');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByText('At least 6 characters are needed').waitFor();
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).to.equal('true');
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill('nobody@school.test');
    await page.getByLabel('Password').fill('whatever it is');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The e-mail address or the password is wrong').waitFor();
  });

  it('[WA1] is told when the log-in was ended elsewhere', async () => {
    const teacher = await web.hub.school.person('teacher');
    await web.signedIn(teacher);
    const page = await (await web.context()).newPage();
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(`${teacher.id}@example.org`);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'My classes' }).waitFor();
    await web.hub.connection.collection('logins').updateMany({}, { $set: { endedAt: new Date() } });
    await page.reload();
    await page.getByText('this log-in was ended elsewhere').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    // It is said once: whoever comes next was not signed in here.
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.getByText('this log-in was ended elsewhere').count()).to.equal(0);
  });

  for (const path of ['/sign-in', '/sign-up', '/claim', '/new-password'])
    it(`axe finds nothing at ${path}, in light and dark`, async () => {
      const page = await (await web.context({ viewport: SIZES.phone })).newPage();
      await page.goto(path);
      await page.locator('form').waitFor();
      expect(await axeInBoth(page)).to.deep.equal([]);
    });
});
