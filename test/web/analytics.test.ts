import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { addDays } from '../../server/domain/period.ts';
import type { SchoolClass } from '../support/school.ts';
import { attendanceOf, type Put, putTerm, tallyOf } from '../support/term.ts';
import { axeInBoth, complaintsOf, SIZES, startWeb, type Web } from '../support/web.ts';

const NAMES = ['Ada Byron', '=1+1', 'Bo, "the younger"', 'Chen Li', 'Dara Okoye'];
const fixed = (value: number | null) => (value === null ? '–' : `${Math.round(value * 10) / 10}%`);
const cells = async (row: Locator) =>
  (await row.getByRole('cell').allInnerTexts()).map((text) => text.trim());

/** Looks at every frame until it is so; a page's own policy forbids Playwright's way of asking. */
const until = (page: Page, test: string) =>
  page.evaluate(`new Promise((done) => {
        const look = () => ((${test})() ? done() : requestAnimationFrame(look));
        look();
      })`);
/** Waits until the chart has a point of this colour. */
const has = (page: Page, red: number, green: number, blue: number) =>
  until(
    page,
    `() => {
        const canvas = document.querySelector('figure canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4)
          if (data[i] === ${red} && data[i + 1] === ${green} && data[i + 2] === ${blue} && data[i + 3] === 255)
            return true;
        return false;
      }`,
  );

describe('the web app: analytics', function () {
  this.timeout(60_000);
  let web: Web;
  let one: SchoolClass;
  let two: SchoolClass;
  let put: Put[];
  let today: string;
  let days: string[];

  const rename = (collection: 'users' | 'classes', id: string, field: string, name: string) =>
    web.hub.connection.collection(collection).updateOne({ _id: oid(id) }, { $set: { [field]: name } });

  before(async () => {
    web = await startWeb('embedded', { TIME_ZONE: 'UTC' });
    one = await web.hub.school.class(5, 'private');
    two = await web.hub.school.class(3, 'private');
    for (const [i, { id }] of one.students.entries()) await rename('users', id, 'name', NAMES[i] ?? '');
    await rename('users', one.students[0]?.id ?? '', 'studentCode', 'S-1');
    await rename('classes', one.id, 'className', 'Physics');
    await rename('classes', two.id, 'className', 'Chemistry');
    // As late as can be: midnight may come while the other files run.
    today = new Date().toISOString().slice(0, 10);
    days = Array.from({ length: 12 }, (_, i) => addDays(today, -i * 3)).reverse();
    put = await putTerm(web.hub, [one, two], days);
    await web.hub.connection
      .collection('classes')
      .updateOne({ _id: oid(two.id) }, { $addToSet: { coTeacherIds: oid(one.teacher.id) } });
  });
  after(() => web?.stop());

  const open = async (query = '', options = {}): Promise<Page> => {
    const page = await web.signedIn(one.teacher, `/analytics${query}`, options);
    await page.getByRole('heading', { name: 'Analytics', level: 1 }).waitFor();
    return page;
  };
  const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const tableIn = (page: Page, name: string) => part(page, name).getByRole('table');
  const of = (which: (record: Put) => boolean) => attendanceOf(tallyOf(put.filter(which)));
  /** Presses download and gives the file's lines. */
  const fileOf = async (page: Page, name: string): Promise<{ name: string; text: string }> => {
    const coming = page.waitForEvent('download');
    await part(page, name).getByRole('button', { name: 'Download as CSV' }).click();
    const file = await coming;
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
  };

  it('draws the attendance day by day, with its table beside it', async () => {
    const page = await open();
    const complaints = complaintsOf(page);
    const rows = tableIn(page, 'Over time').getByRole('row');
    const newest = rows.nth(1);
    await newest.waitFor();
    expect((await cells(newest))[1]).to.contain(fixed(of(({ date }) => date === days.at(-1))));
    await part(page, 'Over time').locator('canvas').waitFor();
    await page.getByRole('img', { name: /^Attendance on \d+ days, between/ }).waitFor();
    const inReach = (span: number) => days.filter((date) => date > addDays(today, -span)).length;
    await page.getByRole('img', { name: `Attendance on ${inReach(30)} days` }).waitFor();
    await page.getByLabel('90 days').check();
    await page.getByRole('img', { name: `Attendance on ${inReach(90)} days` }).waitFor();
    expect(inReach(90)).to.be.greaterThan(inReach(30));
    expect(new URL(page.url()).searchParams.get('days')).to.equal('90');
    expect(complaints).to.deep.equal([]);
  });

  it('redraws the chart in the colours of the look and in the width that there is', async () => {
    const page = await open();
    const canvas = page.locator('figure canvas');
    await canvas.waitFor();
    await has(page, 0x2f, 0x3f, 0xb8);
    await page.emulateMedia({ colorScheme: 'dark' });
    await has(page, 0xa8, 0xb4, 0xff);
    const wide = (await canvas.boundingBox())?.width ?? 0;
    await page.setViewportSize(SIZES.phone);
    await until(
      page,
      `() => document.querySelector('figure canvas').getBoundingClientRect().width < ${SIZES.phone.width}`,
    );
    expect(wide).to.be.greaterThan(SIZES.phone.width);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow, 'the page itself never scrolls sideways').to.be.at.most(0);
  });

  it('counts a day class by class, and goes from day to day', async () => {
    const page = await open();
    const row = (name: string) => tableIn(page, 'By class').getByRole('row').filter({ hasText: name });
    await row('Physics').waitFor();
    await row('Chemistry').waitFor();
    const ofDay = (date: string) => tallyOf(put.filter((r) => r.classId === one.id && r.date === date));
    const { present, late, partial, excused, absent, total } = ofDay(today);
    expect((await cells(row('Physics'))).slice(2, 8)).to.deep.equal(
      [present, late, partial, excused, absent, total].map(String),
    );
    await page.getByRole('button', { name: 'The day before' }).click();
    await page.getByRole('heading', { name: 'No register on this day' }).waitFor();
    const other = days.at(-2) ?? '';
    await page.getByLabel('Day', { exact: true }).fill(other);
    await row('Physics').waitFor();
    expect((await cells(row('Physics')))[7]).to.equal(String(ofDay(other).total));
  });

  it('has each student over a month or semester, marks the low ones with a word, and keeps the mark', async () => {
    const page = await open(`?class=${one.id}&period=semester&of=${today}`);
    const rows = tableIn(page, 'By student').getByRole('row');
    await rows.nth(5).waitFor();
    const year = today.slice(0, 4);
    const [from, to] =
      today < `${year}-07-01` ? [`${year}-01-01`, `${year}-06-30`] : [`${year}-07-01`, `${year}-12-31`];
    const shares = new Map(
      one.students.map(({ id }, i) => [
        NAMES[i] ?? '',
        of((r) => r.studentId === id && r.date >= from && r.date <= to),
      ]),
    );
    const shown = await Promise.all([1, 2, 3, 4, 5].map((i) => cells(rows.nth(i))));
    for (const line of shown) {
      const share = shares.get(line[0] ?? '') ?? null;
      expect(line[1]).to.contain(fixed(share));
      expect(line[1]?.includes('Low')).to.equal(share !== null && share < 80);
    }
    const order = shown.map(([name = '']) => shares.get(name) ?? 101);
    expect(order).to.deep.equal([...order].sort((a, b) => a - b));

    const mark = page.getByLabel('Mark below, in %');
    await mark.fill('101');
    await page.getByRole('alert').getByText('A whole number from 0 to 100').waitFor();
    expect(await mark.getAttribute('aria-invalid')).to.equal('true');
    await mark.fill('0');
    await page.getByText('0 below 0%').waitFor();
    await page.getByLabel('Only these').check();
    await page.getByRole('heading', { name: 'Nobody is below' }).waitFor();
    await page.reload();
    await page.getByText('0 below 0%').waitFor();
    expect(await mark.inputValue()).to.equal('0');
  });

  it('gives what is shown as CSV, without formulas', async () => {
    const page = await open(`?class=${one.id}&period=semester&order=name`);
    await tableIn(page, 'By student').getByRole('row').nth(5).waitFor();
    const { name, text } = await fileOf(page, 'By student');
    expect(name).to.match(/^By student \d{4}-\d{2}-\d{2} \d{4}-\d{2}-\d{2}\.csv$/);
    expect(
      text.startsWith('\uFEFFStudent,Present,Late,Partly there,Excused,Absent,Attendance %,Student code\r\n'),
    ).to.equal(true);
    // Whoever has none has the id: namesakes are told apart all the same.
    const codes = text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',').at(-1));
    expect(codes).to.have.members(one.students.map(({ id }, i) => (i === 0 ? 'S-1' : id)));
    expect(text).to.contain("\r\n'=1+1,").and.to.contain('\r\n"Bo, ""the younger""",');
    expect(text.trimEnd().split('\r\n')).to.have.length(6);
    const day = await fileOf(page, 'By class');
    expect(day.text).to.contain(`\r\n${today},Physics,`);
    const trend = await fileOf(page, 'Over time');
    expect(trend.text.split('\r\n')[1]).to.match(new RegExp(`^${today},[\\d.]+,`));
  });

  it('says so where there is nothing yet, and where somebody may not look', async () => {
    const nobody = await web.hub.school.person('teacher');
    const page = await web.signedIn(nobody, '/analytics');
    await page.getByRole('heading', { name: 'No classes yet' }).waitFor();
    const foreign = await web.hub.school.class(1, 'private');
    const other = await open(`?class=${foreign.id}`);
    await other.getByRole('heading', { name: 'This is not for your account' }).first().waitFor();
    const fresh = await web.signedIn(foreign.teacher, '/analytics');
    for (const words of ['Nothing to draw yet', 'No register on this day'])
      await fresh.getByRole('heading', { name: words }).waitFor();
  });

  it('draws the line of the mark for a single day too', async () => {
    const single = await web.hub.school.class(5, 'private');
    await putTerm(web.hub, [single], [today]);
    const page = await web.signedIn(single.teacher, '/analytics');
    await page.getByRole('img', { name: /^Attendance on 1 day,/ }).waitFor();
    await page.getByText('Marked below 80%').waitFor();
    await has(page, 0x7a, 0x4a, 0x00);
  });

  for (const [size, locale] of [
    ['tablet', 'en-GB'],
    ['tablet', 'es'],
    ['phone', 'en-GB'],
  ] as const)
    it(`has every figure of a student in sight (${size}, ${locale})`, async () => {
      const page = await web.signedIn(one.teacher, '/analytics?period=semester', {
        viewport: SIZES[size],
        locale,
      });
      const table = page.getByRole('table').last();
      const row = table.getByRole('row').filter({ hasText: 'Ada Byron' });
      await row.waitFor();
      const hidden = await page.evaluate<number>(`(() => {
        const { scrollWidth, clientWidth } = [...document.querySelectorAll('table')].at(-1).parentElement;
        return scrollWidth - clientWidth;
      })()`);
      expect(hidden).to.be.at.most(0);
      const { present, absent } = tallyOf(put.filter(({ studentId }) => studentId === one.students[0]?.id));
      if (size === 'phone') await row.filter({ hasText: `Present ${present}` }).waitFor();
      else expect((await cells(row)).at(-1)).to.equal(String(absent));
    });

  it('axe finds nothing, on a phone and wide, in light and dark', async () => {
    for (const viewport of [SIZES.phone, SIZES.wide]) {
      const page = await open('', { viewport });
      await page.locator('figure canvas').waitFor();
      await tableIn(page, 'By student').waitFor();
      expect(await axeInBoth(page)).to.deep.equal([]);
      await page.close();
    }
  });
});
