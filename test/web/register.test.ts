import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { createGates, type Gates } from '../support/gate.ts';
import { call } from '../support/hub.ts';
import { axe, SIZES, startWeb, type Web } from '../support/web.ts';

describe('the web app: the register', function () {
  this.timeout(60_000);
  let web: Web;
  let gates: Gates;
  before(async () => {
    web = await startWeb();
    gates = await createGates(web.hub);
  });
  after(() => web?.stop());

  const must = async (line: string, body?: unknown) => {
    const answer = await gates.asAdmin(line, body);
    expect(answer.status, `${line} ${JSON.stringify(answer.body)}`).to.be.below(300);
    return answer.body.data;
  };
  const liveClass = async (names: readonly string[]) => {
    const made = await web.hub.school.class(names.length, 'private');
    for (const [i, { id }] of made.students.entries())
      await web.hub.connection
        .collection('users')
        .updateOne({ _id: oid(id) }, { $set: { name: names[i] ?? '' } });
    return made;
  };
  const start = async ({ id, teacher }: Awaited<ReturnType<typeof liveClass>>) =>
    expect((await call(web.url, 'POST', '/api/v1/sessions', teacher.token, { classId: id })).status).to.equal(
      201,
    );
  const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
  const says = (page: Page, name: string, what: string) =>
    card(page, name).filter({ hasText: what }).waitFor();

  describe('by sections', () => {
    let made: Awaited<ReturnType<typeof liveClass>>;
    before(async () => {
      made = await liveClass(['Zoe Alone']);
      const batch = await must('POST /api/v1/dep-batch', { dep: 'Science', batch: '2026' });
      const section = (name: string) => must('POST /api/v1/sections', { name, depBatchId: batch.id });
      const [north, south, empty] = [await section('North'), await section('South'), await section('Empty')];
      for (const [firstName, sectionId] of [
        ['Ada', north.id],
        ['Bo', south.id],
        ['Cy', north.id],
        ['Di', south.id],
      ])
        await must('POST /api/v1/students', { firstName, sectionId });
      await must(`PATCH /api/v1/classes/${made.id}`, { sectionIds: [north.id, south.id, empty.id] });
      await start(made);
    });

    /** The headings and under each the names, as they stand on the page. */
    const groupsOf = (page: Page) =>
      page.evaluate<[string, string[]][]>(
        `[...document.querySelectorAll('main section')].filter((one) => one.querySelector('[data-card]')).map((one) =>
          [one.getAttribute('aria-label'), [...one.querySelectorAll('[data-card] [class*=name]')].map((name) => name.textContent)])`,
      );

    it('stands under their headings, each with its number, and those of none at the end', async () => {
      const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
      await page.getByRole('heading', { name: 'North 2' }).waitFor();
      await page.getByRole('heading', { name: 'South 2' }).waitFor();
      expect(await groupsOf(page)).to.deep.equal([
        ['North', ['Ada', 'Cy']],
        ['South', ['Bo', 'Di']],
        ['Others', ['Zoe Alone']],
      ]);
      expect(await axe(page)).to.deep.equal([]);
    });

    it('is gone through by keys as one, narrowed by the search and by who is unmarked', async () => {
      const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
      await page.getByRole('heading', { name: 'North 2' }).waitFor();
      await card(page, 'Cy').locator('[data-card]').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('p');
      await says(page, 'Bo', 'Present');
      await page.keyboard.press('End');
      await page.keyboard.press('l');
      await says(page, 'Zoe Alone', 'Late');
      await page.getByRole('button', { name: /3 Unmarked/ }).click();
      await page.getByRole('heading', { name: 'South 1' }).waitFor();
      expect(await groupsOf(page)).to.deep.equal([
        ['North', ['Ada', 'Cy']],
        ['South', ['Di']],
      ]);
      await page.keyboard.press('/');
      await page.keyboard.type('di');
      await page.getByRole('heading', { name: 'North 2' }).waitFor({ state: 'detached' });
      expect(await groupsOf(page)).to.deep.equal([['South', ['Di']]]);
      await page.keyboard.type(' nobody');
      await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
      expect(await axe(page)).to.deep.equal([]);
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByRole('heading', { name: 'North 2' }).waitFor();
    });
  });

  it('says that nobody is in the class yet, and shows whoever comes', async () => {
    const made = await liveClass([]);
    await start(made);
    const page = await web.signedIn(made.teacher, `/teach/${made.id}`);
    await page.getByRole('heading', { name: 'Nobody is in this class yet' }).waitFor();
    const late = await must('POST /api/v1/students', {
      firstName: 'Late',
      studentCode: `L-${made.id.slice(-4)}`,
    });
    await must(`POST /api/v1/classes/${made.id}/students`, { studentId: late.id });
    await says(page, 'Late', 'Unmarked');
  });

  describe('by a long press', () => {
    const names = ['Ada Byron', 'Ben Ali', 'Cleo Díaz'];
    const opened = async () => {
      const made = await liveClass(names);
      await start(made);
      const page = await web.signedIn(made.teacher, `/teach/${made.id}`, {
        viewport: SIZES.tablet,
        hasTouch: true,
      });
      await says(page, 'Cleo Díaz', 'Unmarked');
      const cdp = await page.context().newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number, y?: number) =>
        cdp.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: x === undefined || y === undefined ? [] : [{ x, y }],
        });
      const middle = async (name: string) => {
        const box = await card(page, name).locator('[data-card]').boundingBox();
        if (!box) throw new Error(`${name} is not in sight`);
        return [box.x + box.width / 2, box.y + box.height / 2] as const;
      };
      return { page, touch, middle };
    };
    const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

    it('opens all statuses while the finger is still down, and marks nobody by itself', async () => {
      const { page, touch, middle } = await opened();
      await touch('touchStart', ...(await middle('Ben Ali')));
      await dialog(page, 'Ben Ali').waitFor();
      await touch('touchEnd');
      await dialog(page, 'Ben Ali').getByRole('button', { name: 'Excused' }).tap();
      await says(page, 'Ben Ali', 'Excused');
      // The taps after it count as taps again.
      await card(page, 'Ada Byron').locator('[data-card]').tap();
      await says(page, 'Ada Byron', 'Present');
      await card(page, 'Ben Ali').locator('[data-card]').tap();
      await card(page, 'Ben Ali').filter({ hasText: 'Excused' }).waitFor({ state: 'detached' });
      expect(await page.getByRole('dialog').count()).to.equal(0);
    });

    it('gives the focus back to the card when it is closed, and swallows no key after it', async () => {
      const { page, touch, middle } = await opened();
      await touch('touchStart', ...(await middle('Ben Ali')));
      await dialog(page, 'Ben Ali').waitFor();
      await touch('touchEnd');
      await page.keyboard.press('Escape');
      await dialog(page, 'Ben Ali').waitFor({ state: 'detached' });
      await page.keyboard.press('Enter');
      await says(page, 'Ben Ali', 'Present');
    });

    it('is none where the finger slides, however long it stays', async () => {
      const { page, touch, middle } = await opened();
      await page.clock.install();
      await page.reload();
      await says(page, 'Cleo Díaz', 'Unmarked');
      const [x, y] = await middle('Ada Byron');
      await touch('touchStart', x, y);
      await touch('touchMove', x, y + 40);
      await page.clock.fastForward(2_000);
      expect(await page.getByRole('dialog').count()).to.equal(0);
      await touch('touchEnd');
      // The same without sliding.
      await touch('touchStart', ...(await middle('Cleo Díaz')));
      await page.clock.fastForward(2_000);
      await dialog(page, 'Cleo Díaz').waitFor();
      await touch('touchEnd');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      for (const name of names) await says(page, name, 'Unmarked');
    });

    it('is a right click for a mouse', async () => {
      const { page } = await opened();
      await card(page, 'Ben Ali').locator('[data-card]').click({ button: 'right' });
      await dialog(page, 'Ben Ali').getByLabel('Reason').fill('at the dentist');
      await dialog(page, 'Ben Ali').getByRole('button', { name: 'Excused' }).click();
      await says(page, 'Ben Ali', 'Excused');
    });
  });
});
