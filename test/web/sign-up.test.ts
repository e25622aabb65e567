import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ar } from '../../web/src/texts/ar.ts';
import { en } from '../../web/src/texts/en.ts';
import { es } from '../../web/src/texts/es.ts';
import { call } from '../support/hub.ts';
import { axeInBoth, complaintsOf, PASSWORD, SIZES, startWeb, type Web } from '../support/web.ts';

const LANGUAGES = { en, es, ar };

describe('the web app: who may sign up', function () {
  this.timeout(60_000);
  const env = { SIGN_UP: 'none' };
  let web: Web;
  before(async () => {
    web = await startWeb('redis', env);
  });
  after(() => web?.stop());

  /** The hub as an operator sets it; it starts again where that is new. */
  const setTo = async (setting: string) => {
    if (env.SIGN_UP === setting) return;
    env.SIGN_UP = setting;
    await web.restart();
  };
  const fresh = async (options: BrowserContextOptions = {}): Promise<Page> =>
    await (await web.context({ viewport: SIZES.phone, ...options })).newPage();
  const must = async (token: string, method: string, path: string, body?: unknown) => {
    const answer = await call(web.url, method, path, token, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer)}`).to.be.below(300);
    return answer.data as Record<string, string>;
  };
  const fill = async (page: Page, email: string) => {
    await page.getByLabel('Your name').fill('Ada Byron');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
  };
  const roleOf = async (email: string) =>
    (await web.hub.connection.collection('users').findOne({ email }))?.role as string | undefined;
  /** A class whose register takes QR codes, and what one of them says now. */
  const scanned = async () => {
    const group = await web.hub.school.class(0, 'private');
    const { id } = await must(group.teacher.token, 'POST', '/api/v1/sessions', {
      classId: group.id,
      methods: ['qr'],
    });
    return { group, url: (await must(group.teacher.token, 'GET', `/api/v1/sessions/${id}/qr`)).url ?? '' };
  };
  /** Nothing on the page needs to be moved sideways, and axe finds nothing. */
  const judge = async (page: Page) => {
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).to.be.at.most(0);
    expect(await axeInBoth(page)).to.deep.equal([]);
  };

  describe('nobody (SIGN_UP=none)', () => {
    before(() => setTo('none'));

    it('[WA15] says so in place of a form, and leads to where an invitation is used', async () => {
      const page = await fresh();
      const complaints = complaintsOf(page);
      await page.goto('/');
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await page.getByRole('link', { name: 'Sign up' }).count()).to.equal(0);
      await page.getByRole('link', { name: 'No account yet?' }).click();
      await page.getByRole('heading', { name: 'Your school makes the accounts' }).waitFor();
      await page.getByText('Ask its office for your invitation').waitFor();
      expect(await page.title()).to.equal('Your school makes the accounts · Rollcall');
      expect(await page.locator('form, input').count()).to.equal(0);
      // Nothing was scanned: there is no class that they miss.
      expect(await page.getByText('Tell your teacher').count()).to.equal(0);
      await page.getByRole('link', { name: 'I have an invitation link' }).click();
      await page.getByLabel('Your link').waitFor();
      await page.goto('/sign-up');
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(complaints).to.deep.equal([]);
    });

    for (const [language, { auth }] of Object.entries(LANGUAGES))
      it(`opened directly it is a page of its own (${language})`, async () => {
        const page = await fresh({ locale: language });
        await page.goto('/sign-up');
        await page.getByRole('heading', { name: auth.closed, exact: true }).waitFor();
        await page.getByRole('link', { name: auth.invitation }).waitFor();
        await judge(page);
      });

    it('[WA5] a scanned link leads to the teacher, or with an invitation in the same tab it counts', async () => {
      const { group, url } = await scanned();
      const { token } = await web.hub.school.person('admin');
      const { id = '' } = await must(token, 'POST', '/api/v1/students', { firstName: 'Finn' });
      await must(group.teacher.token, 'POST', `/api/v1/classes/${group.id}/students`, { studentId: id });
      const { invitation = '' } = await must(token, 'POST', `/api/v1/students/${id}/invitation`);
      const page = await fresh();
      await page.goto(url);
      await page.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
      await page.getByRole('link', { name: 'No account yet?' }).click();
      await page.getByText('Tell your teacher, who can mark you even without an account').waitFor();
      expect(await page.getByText('Whoever signs up now').count()).to.equal(0);
      await judge(page);
      // A phone that had no room for the page meanwhile loads it again.
      await page.reload();
      await page.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
      await page.getByRole('link', { name: 'I have an invitation link' }).click();
      await page.getByLabel('Your link').fill(`${web.url}/claim#${invitation}`);
      await page.getByRole('button', { name: 'Open the link' }).click();
      await page.getByLabel('E-mail address').fill('finn@school.test');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Claim account' }).click();
      await page.getByRole('heading', { name: 'You are checked in' }).waitFor();
    });

    it('says when the server cannot be asked, and asks again by itself', async () => {
      const page = await fresh();
      await page.goto('/');
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('link', { name: 'No account yet?' }).click();
      await page.getByText('No connection to the server').waitFor();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      await judge(page);
      await page.context().setOffline(false);
      await page.getByRole('heading', { name: 'Your school makes the accounts' }).waitFor();
    });
  });

  for (const only of ['student', 'teacher'] as const)
    describe(`${only}s only (SIGN_UP=${only})`, () => {
      before(() => setTo(only));

      it('[WA15] asks for no role, says for whom it is, and makes that account', async () => {
        const page = await fresh();
        await page.goto('/sign-up');
        await page.getByText(`Here ${only}s make their own account`).waitFor();
        expect(await page.getByRole('radio').count()).to.equal(0);
        await page.getByRole('link', { name: 'I have an invitation link' }).waitFor();
        await fill(page, `only-${only}@school.test`);
        await page.getByRole('button', { name: 'Sign up' }).click();
        await page
          .getByRole('heading', { name: only === 'teacher' ? 'My classes' : 'My attendance' })
          .waitFor();
        expect(await roleOf(`only-${only}@school.test`)).to.equal(only);
      });

      it('says so in every language', async () => {
        for (const [locale, { auth }] of Object.entries(LANGUAGES)) {
          const page = await fresh({ locale });
          await page.goto('/sign-up');
          await page.getByText(auth.only[only]).waitFor();
          if (locale === 'ar') await judge(page);
        }
      });

      it('[WA5] a link that was scanned is kept beside what the student can do', async () => {
        const page = await fresh();
        await page.goto((await scanned()).url);
        await page.getByRole('heading', { name: 'Your scan is kept' }).waitFor();
        await page.getByRole('link', { name: 'No account yet?' }).click();
        await page.getByText(`Here ${only}s make their own account`).waitFor();
        const [signUp, tell] = ['Whoever signs up now may have to be put on its roster', 'Tell your teacher'];
        await page.getByText(only === 'student' ? signUp : tell).waitFor();
        expect(await page.getByText(only === 'student' ? tell : signUp).count()).to.equal(0);
      });
    });

  it('[WA15] a page that is older than the setting takes it over, with what was filled in', async () => {
    await setTo('teacher,student');
    const page = await fresh();
    await page.goto('/sign-up');
    await fill(page, 'older@school.test');
    await page.getByLabel('Teacher').check();
    await setTo('student');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('alert').getByText('Accounts like this are made by the school').waitFor();
    await page.getByText('Here students make their own account').waitFor();
    expect(await page.getByRole('radio').count()).to.equal(0);
    expect(await page.getByLabel('Your name').inputValue()).to.equal('Ada Byron');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('heading', { name: 'My attendance' }).waitFor();
    expect(await roleOf('older@school.test')).to.equal('student');
  });
});
