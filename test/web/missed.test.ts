import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { call } from '../support/hub.ts';
import { axe, PASSWORD, SIZES, startWeb, type Web } from '../support/web.ts';

const NAMES = ['Ada Byron', 'Ben Ali', 'Cleo Díaz', 'Dan Eriksen'];

describe('the web app: marks that came when their register was over', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  const newClass = async () => {
    const made = await web.hub.school.class(NAMES.length, 'private');
    const { connection } = web.hub;
    for (const [i, { id }] of made.students.entries())
      await connection.collection('users').updateOne({ _id: oid(id) }, { $set: { name: NAMES[i] ?? '' } });
    const ask = (method: string, path: string, body?: object) =>
      call(web.url, method, path, made.teacher.token, body);
    const started = await ask('POST', '/api/v1/sessions', { classId: made.id });
    expect(started.status).to.equal(201);
    const session = (started.data as { id: string }).id;
    return {
      ...made,
      session,
      ask,
      finish: async () =>
        expect((await ask('POST', `/api/v1/sessions/${session}/close`, {})).status).to.equal(200),
      records: async () => {
        const { data } = await ask('GET', `/api/v1/attendance/records?sessionId=${session}&limit=200`);
        const { items } = data as {
          items: { id: string; studentId: string; status: string; reason?: string }[];
        };
        return made.students.map(({ id }) => items.find(({ studentId }) => studentId === id));
      },
    };
  };
  const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
  const tap = (page: Page, name: string) => card(page, name).locator('[data-card]').click();
  const says = (page: Page, name: string, what: string | RegExp) =>
    card(page, name).filter({ hasText: what }).waitFor();
  /** A page with the register, whose files are there without a network, too. */
  const opened = async (made: { id: string; teacher: { id: string } }, options = {}) => {
    const page = await web.signedIn({ ...made.teacher, name: 'Tess Ng' }, `/teach/${made.id}`, options);
    await says(page, 'Ada Byron', 'Unmarked');
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await page.reload();
    await says(page, 'Ada Byron', 'Unmarked');
    return page;
  };
  /** Signs in where somebody has just signed out, which is the page of their account. */
  const signIn = async (page: Page, email: string) => {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  };
  const panel = (page: Page) => page.getByRole('region', { name: /not in the record/ });

  it('[WA12] are kept over a reload, shown everywhere, and corrected with a reason when the teacher says so', async () => {
    const made = await newClass();
    const page = await opened(made);
    await page.context().setOffline(true);
    await tap(page, 'Ada Byron');
    await tap(page, 'Ben Ali');
    await tap(page, 'Ben Ali');
    await says(page, 'Ben Ali', /Late.*Waiting/);
    await page.getByText('2 marks waiting').waitFor();
    await page.reload();
    // Made before this page has heard of any session.
    await tap(page, 'Cleo Díaz');
    await says(page, 'Cleo Díaz', /Present.*Waiting/);
    for (let i = 0; i < 3; i += 1) await tap(page, 'Dan Eriksen');
    await says(page, 'Dan Eriksen', /Absent.*Waiting/);
    await made.finish();
    await page.context().setOffline(false);
    // Dan is absent in the record as well: nothing is missing of him.
    await page.getByRole('heading', { name: '3 marks are not in the record' }).waitFor();
    await panel(page)
      .getByRole('listitem')
      .filter({ hasText: /Cleo Díaz.*Present.*says Absent/ })
      .waitFor();
    await panel(page)
      .getByRole('listitem')
      .filter({ hasText: /Ben Ali.*Late.*says Absent/ })
      .waitFor();
    expect(await axe(page)).to.deep.equal([]);
    // Nothing is corrected without a word.
    expect((await made.records()).map((one) => one?.status)).to.deep.equal(Array(4).fill('absent'));

    await page.getByText('This register is finished').waitFor();
    await page.getByText(/^Finished at .* by Tess Ng/).waitFor();
    await page.getByRole('link', { name: 'Rollcall' }).click();
    await page.getByRole('heading', { name: '3 marks are not in the record' }).waitFor();
    await page.reload();
    await panel(page).getByRole('link', { name: 'Look at them' }).click();
    await page.waitForURL(`**/teach/${made.id}/sessions/${made.session}`);

    await panel(page).getByRole('button', { name: 'Let it go: Ada Byron' }).click();
    await page.getByRole('heading', { name: '2 marks are not in the record' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await panel(page).getByRole('button', { name: 'Correct the record: Ada Byron' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Present').isChecked()).to.equal(true);
    expect(await dialog.getByLabel('Reason').inputValue()).to.equal('Marked offline before the end');
    await dialog.getByLabel('Reason').fill('sat at the back');
    await dialog.getByRole('button', { name: 'Correct' }).click();
    await page.getByRole('heading', { name: '2 marks are not in the record' }).waitFor();

    await panel(page).getByRole('button', { name: 'Correct all 2' }).click();
    expect(await axe(page)).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Correct all 2' }).click();
    await page.getByText('2 records corrected').waitFor();
    await panel(page).waitFor({ state: 'detached' });
    expect((await made.records()).map((one) => [one?.status, one?.reason])).to.deep.equal([
      ['present', 'sat at the back'],
      ['late', 'Marked offline before the end'],
      ['present', 'Marked offline before the end'],
      ['absent', undefined],
    ]);
    await page.getByRole('button', { name: 'History: Ben Ali' }).click();
    await dialog
      .getByRole('listitem')
      .filter({ hasText: /Absent.*Late.*Tess Ng.*Marked offline/ })
      .waitFor();
    await page.reload();
    await page.getByRole('row', { name: /Ben Ali.*Late/ }).waitFor();
    expect(await panel(page).count()).to.equal(0);
  });

  it('[WA12] leave by themselves when a colleague corrects the record to the same, and when they are let go', async () => {
    const made = await newClass();
    const page = await opened(made, { viewport: SIZES.phone });
    await page.context().setOffline(true);
    for (const name of ['Ada Byron', 'Ben Ali']) await tap(page, name);
    await made.finish();
    await page.context().setOffline(false);
    await page.getByRole('heading', { name: '2 marks are not in the record' }).waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).to.be.at.most(0);
    await page.getByRole('link', { name: 'Show records' }).click();
    await page.getByRole('button', { name: 'Correct: Ada Byron' }).waitFor();
    const [ada] = await made.records();
    const body = { status: 'present', reason: 'was there' };
    expect((await made.ask('PATCH', `/api/v1/attendance/records/${ada?.id}`, body)).status).to.equal(200);
    await page.getByRole('heading', { name: '1 mark is not in the record' }).waitFor();
    await panel(page).getByRole('button', { name: 'Let it go', exact: true }).click();
    await panel(page).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Correct: Ada Byron' }).waitFor();
    expect(await panel(page).count()).to.equal(0);
    expect((await made.records()).map((one) => one?.status)).to.deep.equal([
      'present',
      'absent',
      'absent',
      'absent',
    ]);
  });

  it('[WA12] name a mark that was refused for another reason, and nobody else sees them at this browser', async () => {
    const made = await newClass();
    const page = await opened(made);
    await page.context().setOffline(true);
    await tap(page, 'Ada Byron');
    const student = `/api/v1/classes/${made.id}/students/${made.students[0]?.id}`;
    expect((await made.ask('DELETE', student)).status).to.equal(200);
    await page.context().setOffline(false);
    const line = panel(page).getByRole('listitem');
    await line.filter({ hasText: /Ada Byron.*Present.*This student is not in this class/ }).waitFor();
    expect(
      await panel(page)
        .getByRole('button', { name: /Correct/ })
        .count(),
    ).to.equal(0);

    const other = await web.hub.school.class(1, 'private');
    const email = `${other.teacher.id}@example.org`;
    await web.signedIn(other.teacher);
    await page.goto('/account');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, email);
    await page.goto('/');
    await page.getByText('Not taken today').waitFor();
    expect(await panel(page).count()).to.equal(0);
    await page.goto('/account');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, `${made.teacher.id}@example.org`);
    await page.goto('/');
    await panel(page).waitFor();
  });

  it('says before signing out what waits, and sends it when the same person is back', async () => {
    const made = await newClass();
    const page = await opened(made);
    await page.context().setOffline(true);
    await tap(page, 'Ada Byron');
    await says(page, 'Ada Byron', 'Waiting');
    await page.goto('/account');
    await page.getByText('1 mark waiting').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/1 mark has not been sent yet.*when Tess Ng signs in here again/).waitFor();
    expect(await axe(page)).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.context().setOffline(false);
    await signIn(page, `${made.teacher.id}@example.org`);
    await page.goto(`/teach/${made.id}`);
    await page.getByRole('button', { name: /1 Present/ }).waitFor();
    await made.finish();
    expect((await made.records())[0]?.status).to.equal('present');
  });
});
