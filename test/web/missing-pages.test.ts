import { expect } from 'chai';
import { axe, SIZES, startWeb, type Web } from '../support/web.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the web app: addresses that do not exist', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  it('[WA14] shows people a page with a way home, in their language, whoever they are', async () => {
    for (const [locale, nothing, home] of [
      ['en', 'There is nothing here', 'Go to the start page'],
      ['es', 'Aquí no hay nada', 'Ir a la página de inicio'],
      ['ar', 'لا يوجد شيء هنا', 'الذهاب إلى صفحة البداية'],
    ] as const) {
      const page = await (await web.context({ locale, viewport: SIZES.phone })).newPage();
      const answer = await page.goto('/no/such-page');
      expect(answer?.status()).to.equal(404);
      await page.getByRole('heading', { level: 1, name: nothing }).waitFor();
      expect(await axe(page)).to.deep.equal([]);
      await page.getByRole('link', { name: home }).click();
      await page.waitForURL('/');
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/missing-${locale}.png` });
    }
    for (const role of ['teacher', 'student', 'admin'] as const) {
      const page = await web.signedIn(await web.hub.school.person(role), '/no-such-page');
      await page.getByRole('heading', { level: 1, name: 'There is nothing here' }).waitFor();
      await page.getByRole('link', { name: 'Go to the start page' }).click();
      await page.getByRole('heading', { level: 1, name: /classes|my attendance/i }).waitFor();
    }
  });

  it('[WA14] still asks those who are not signed in to sign in where a page exists', async () => {
    const page = await (await web.context()).newPage();
    for (const path of ['/admin/people', '/teach/1', '/account', '/']) {
      expect((await page.goto(path))?.status(), path).to.equal(200);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    }
  });

  it('[WA14] leaves to the API what is below it, and what does not ask for a page', async () => {
    const codeOf = async (path: string, init: RequestInit) => {
      const answer = await fetch(web.url + path, init);
      expect(answer.status, path).to.equal(404);
      expect(answer.headers.get('content-type'), path).to.match(/^application\/json/);
      return ((await answer.json()) as { code: string }).code;
    };
    for (const path of ['/api/v1/no-such', '/class/1/2/3', '/students/x/y', '/docs/nothing'])
      expect(await codeOf(path, { headers: HTML }), path).to.equal('ROUTE_NOT_FOUND');
    for (const accept of ['*/*', 'application/json', 'application/json, text/html'])
      expect(await codeOf('/no-such', { headers: { accept } }), accept).to.equal('ROUTE_NOT_FOUND');
    expect(await codeOf('/no-such', { method: 'POST', headers: HTML })).to.equal('ROUTE_NOT_FOUND');
  });
});
