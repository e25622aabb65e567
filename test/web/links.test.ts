import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { call } from '../support/hub.ts';
import { axe, complaintsOf, PASSWORD, SIZES, startWeb, type Web } from '../support/web.ts';

describe('the web app: links from the school', function () {
  this.timeout(60_000);
  let web: Web;
  let admin: Awaited<ReturnType<Web['hub']['school']['person']>>;
  before(async () => {
    web = await startWeb('embedded');
    admin = await web.hub.school.person('admin');
  });
  after(() => web?.stop());

  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await call(web.url, method, path, admin.token, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer)}`).to.be.below(300);
    return answer.data as Record<string, string>;
  };
  /** A student whom the school has entered, and the link of their invitation. */
  const invited = async (firstName: string, lastName: string) => {
    const { id = '' } = await must('POST', '/api/v1/students', { firstName, lastName });
    const { invitation = '' } = await must('POST', `/api/v1/students/${id}/invitation`);
    return { id, link: `${web.url}/claim#${invitation}` };
  };
  const fresh = async (options: Parameters<Web['context']>[0] = {}) =>
    await (await web.context(options)).newPage();
  const isFor = (page: Page, name: string) =>
    page.getByRole('heading', { name: `For ${name}`, exact: true }).waitFor();
  const choose = async (page: Page, email: string) => {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Claim account' }).click();
  };
  const home = async (page: Page, name: string) => {
    await page.getByRole('heading', { name: 'My attendance' }).waitFor();
    await page.getByRole('main').getByText(name, { exact: true }).waitFor();
  };

  it('[WA11] of two links in one tab the second one counts, and each says whose it is', async () => {
    const [finn, ben] = [await invited('Finn', 'Li'), await invited('Ben', 'Okri')];
    const page = await fresh();
    const complaints = complaintsOf(page);
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    await page.goto(finn.link);
    await isFor(page, 'Finn Li');
    await page.getByLabel('E-mail address').fill('finn@school.test');
    await page.goto(ben.link);
    await isFor(page, 'Ben Okri');
    expect(await page.getByText('Finn Li').count()).to.equal(0);
    expect(await page.getByLabel('E-mail address').inputValue(), 'nothing of the other is kept').to.equal('');
    await choose(page, 'ben@school.test');
    await home(page, 'Ben Okri');
    expect(await page.evaluate('location.hash')).to.equal('');
    expect((await must('GET', `/api/v1/students/${ben.id}`)).email).to.equal('ben@school.test');
    expect(await must('GET', `/api/v1/students/${finn.id}`)).to.include({ hasLogin: false });
    const secrets = [finn.link, ben.link].map((link) => link.split('#')[1] ?? '');
    expect(
      seen.filter((url) => secrets.some((secret) => new URL(url).href.split('#')[0]?.includes(secret))),
    ).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });

  it('[WA11] a link that was cut short is refused, and the whole one opens in the same tab', async () => {
    const { link } = await invited('Ida', 'Noor');
    const page = await fresh({ viewport: SIZES.phone });
    await page.goto(link.slice(0, -3));
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    expect(await axe(page)).to.deep.equal([]);
    await page.getByLabel('Your link').fill(link.slice(0, -3));
    await page.getByRole('button', { name: 'Open the link' }).click();
    await page.getByRole('alert').getByText('This link is unknown, was used or is over').waitFor();
    await page.getByLabel('Your link').fill(link);
    await page.getByRole('button', { name: 'Open the link' }).click();
    await isFor(page, 'Ida Noor');
    expect(await axe(page)).to.deep.equal([]);
    await page.goto(link.slice(0, -3));
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await page.goto(link);
    await isFor(page, 'Ida Noor');
    await page.getByRole('button', { name: 'العربية' }).click();
    await page.getByRole('button', { name: 'تفعيل الحساب' }).waitFor();
    expect(await axe(page)).to.deep.equal([]);
  });

  it('[WA11] says who is signed in here, and claiming signs them out', async () => {
    const { link } = await invited('Una', 'Ray');
    const teacher = await web.hub.school.person('teacher');
    const page = await web.signedIn({ ...teacher, name: 'Maria Montessori' }, '/');
    await page.getByRole('heading', { name: 'My classes' }).waitFor();
    await page.goto(link);
    await isFor(page, 'Una Ray');
    await page.getByText('Maria Montessori is signed in here.').waitFor();
    const running = () =>
      web.hub.connection.collection('logins').countDocuments({ web: true, endedAt: null });
    const before = await running();
    await choose(page, 'una@school.test');
    await home(page, 'Una Ray');
    expect(await running(), 'one ended, one began').to.equal(before);
  });

  it('[AC16] [WA11] a forgotten password: the office makes a link, and with it one is in again', async () => {
    const { id, link } = await invited('Kim', 'Sol');
    const page = await fresh({ viewport: SIZES.phone });
    await page.goto(link);
    await choose(page, 'kim@school.test');
    await home(page, 'Kim Sol');

    const office = await web.signedIn({ id: admin.id, name: 'Office' }, '/admin/people');
    const dialog = office.getByRole('dialog');
    await office.getByRole('button', { name: 'Account of Kim Sol' }).click();
    await dialog.getByRole('button', { name: 'New password' }).click();
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const made = await dialog.getByLabel('Link for a new password').inputValue();
    expect(made).to.match(new RegExp(`^${web.url}/new-password#.+`));
    expect(await axe(office)).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'I have it' }).click();

    const other = await fresh({ viewport: SIZES.phone });
    await other.goto('/sign-in');
    await other.getByText('Forgotten your password?').waitFor();
    await other.goto(made);
    await isFor(other, 'Kim Sol');
    expect(await axe(other)).to.deep.equal([]);
    await other.getByLabel('New password').fill('a new password');
    await other.getByRole('button', { name: 'Set password' }).click();
    await home(other, 'Kim Sol');
    // The log-in on the first phone is over, at once.
    await page.getByText('this log-in was ended elsewhere').waitFor();
    await page.goto(made);
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    expect(await must('GET', `/api/v1/students/${id}`)).to.include({ email: 'kim@school.test' });

    await office.goto('/admin/records');
    await office.getByLabel('Audit').check();
    const line = office.getByRole('row').filter({ hasText: 'Made a link for a new password' });
    await line.getByText('Kim Sol · kim@school.test').waitFor();
    await line.getByText('Office').waitFor();
  });

  it('[AC17] an account that the wrong one claimed is taken away, and the person invited again', async () => {
    const { id, link } = await invited('Lou', 'Reed');
    const wrong = await fresh();
    await wrong.goto(link);
    await choose(wrong, 'wrong@school.test');
    await home(wrong, 'Lou Reed');
    const office = await web.signedIn({ id: admin.id, name: 'Office' }, '/admin/people');
    const dialog = office.getByRole('dialog');
    await office.getByRole('button', { name: 'Account of Lou Reed' }).click();
    await dialog.getByRole('button', { name: 'Take the log-in away' }).click();
    await dialog.getByText('For an account that the wrong person has claimed.').waitFor();
    expect(await axe(office)).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Take the log-in away' }).click();
    await dialog.waitFor({ state: 'detached' });
    await office.getByRole('button', { name: 'Invite Lou Reed' }).waitFor();
    expect(await must('GET', `/api/v1/students/${id}`)).to.include({ hasLogin: false, email: null });
    await wrong.getByText('this log-in was ended elsewhere').waitFor();
  });

  it('an administrator is told who makes their own link, and nobody takes an administrator’s log-in', async () => {
    const other = await web.hub.school.person('admin');
    await web.signedIn({ id: other.id, name: 'Second Head' });
    const office = await web.signedIn({ id: admin.id, name: 'Office' }, '/admin/people');
    const dialog = office.getByRole('dialog');
    await office.getByLabel('Accounts').check();
    await office.getByRole('button', { name: 'Account of Office' }).click();
    await dialog.getByText('another administrator makes a link for you').waitFor();
    expect(await dialog.getByRole('button', { name: 'New password' }).count()).to.equal(0);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await office.getByRole('button', { name: 'Account of Second Head' }).click();
    await dialog.getByRole('button', { name: 'New password' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Take the log-in away' }).count()).to.equal(0);
  });

  it('signing up with an address that the school knows says what to do', async () => {
    await must('POST', '/api/v1/students', { firstName: 'Zoe', email: 'zoe@school.test' });
    const page = await fresh();
    await page.goto('/sign-up');
    await page.getByLabel('Your name').fill('Zoe');
    await page.getByLabel('E-mail address').fill('zoe@school.test');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('alert').getByText('There is an account with this e-mail').waitFor();
    await page.getByText('ask your school’s office for your invitation').waitFor();
    expect(await axe(page)).to.deep.equal([]);
  });
});
