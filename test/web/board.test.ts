import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { nth } from '../support/check-in.ts';
import { call } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { axe, complaintsOf, SIZES, startWeb, type Web } from '../support/web.ts';

describe('the web app: the projector', function () {
  this.timeout(60_000);
  let web: Web;
  let group: SchoolClass;
  before(async () => {
    web = await startWeb();
    group = await web.hub.school.class(3, 'private');
    await ask('PATCH', `/api/v1/classes/${group.id}`, { className: 'Mathematics for engineers' });
    const people = web.hub.connection.collection('users');
    for (const [i, { id }] of group.students.entries())
      await people.updateOne(
        { _id: oid(id) },
        { $set: { name: ['Ada Byron', 'Bo Diddley', 'Cy Twombly'][i] } },
      );
  });
  after(() => web?.stop());
  const ask = async (method: string, path: string, body?: unknown, token = group.teacher.token) => {
    const { success, data, code, details } = await call(web.hub.url, method, path, token, body);
    if (!success || !data) throw new Error(`${code} ${JSON.stringify(details)}`);
    return data;
  };
  let running: { id: string; code: string };
  const begin = async (options: Record<string, unknown>) => {
    const session = await ask('POST', '/api/v1/sessions', { classId: group.id, ...options });
    running = session as typeof session & typeof running;
    return running;
  };
  afterEach(() => close(running));
  const close = (session: { id: string }) => ask('POST', `/api/v1/sessions/${session.id}/close`);
  const board = (session: { id: string }, options = {}) =>
    web.signedIn(group.teacher, `/board/${session.id}`, { viewport: SIZES.projector, ...options });
  const picture = (page: Page) => page.getByRole('img', { name: /^QR code/ });
  const pathOf = (page: Page) => picture(page).locator('path').getAttribute('d');
  const shot = async (page: Page, name: string) => {
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/board-${name}.png` });
  };

  it('[WA4] shows code, picture and counts as they come, the end calmly, and never a name', async () => {
    const session = await begin({ methods: ['code', 'qr'], qrStepSeconds: 60, room: 'Hall 3.101' });
    const page = await board(session);
    const complaints = complaintsOf(page);
    await page.getByRole('heading', { level: 1, name: 'Mathematics for engineers' }).waitFor();
    await page.getByText('Hall 3.101').waitFor();
    await page.getByText([...session.code].join(' ')).waitFor();
    await picture(page).waitFor();
    await page.getByText('0 of 3').waitFor();
    await ask(
      'POST',
      '/api/v1/attendance/checkin',
      { method: 'code', proof: session.code },
      nth(group.students, 0).token,
    );
    await page.getByText('1 of 3').waitFor();
    expect(await page.getByRole('banner').count()).to.equal(0);
    expect(await page.getByRole('link', { name: 'Rollcall' }).count()).to.equal(0);
    expect(await page.textContent('body')).to.not.match(/Ada|Byron|Diddley|Twombly/);
    await close(session);
    await page.getByRole('heading', { name: 'Check-in is over' }).waitFor();
    await page.getByText('1 of 3').waitFor();
    expect(await page.textContent('body')).to.not.include([...session.code].join(' '));
    expect(await page.textContent('body')).to.not.match(/Ada|Byron|Diddley|Twombly/);
    await shot(page, 'over');
    expect(complaints).to.deep.equal([]);
  });

  it('is legible from the last row: the digits are a good eighth of the screen, the picture has its quiet zone on white', async () => {
    const session = await begin({ methods: ['code', 'qr'] });
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await board(session, { colorScheme });
      await picture(page).waitFor();
      const digits = page.getByText(session.code.slice(0, 3), { exact: true });
      const box = await digits.boundingBox();
      expect(box?.height).to.be.at.least(1080 * 0.12);
      expect(await picture(page).locator('rect').getAttribute('fill')).to.equal('#fff');
      const d = (await pathOf(page)) ?? '';
      const [, x, y] = /^M(\d+) (\d+)/.exec(d) ?? [];
      expect([x, y]).to.deep.equal(['4', '4']);
      expect((await picture(page).boundingBox())?.height).to.be.at.least(400);
      const tall = await page.evaluate<number>('document.documentElement.scrollHeight - innerHeight');
      expect(tall).to.be.at.most(0);
      await shot(page, colorScheme);
    }
  });

  it('changes the picture with its step, and what it shows checks somebody in', async () => {
    // Long enough for what is read from the page to be sent before it is over.
    const session = await begin({ methods: ['qr'], qrStepSeconds: 5 });
    const page = await board(session);
    await picture(page).waitFor();
    const before = await pathOf(page);
    // The picture that was shown is gone as soon as another takes its place.
    await picture(page).locator(`path[d="${before}"]`).waitFor({ state: 'detached' });
    expect(await pathOf(page)).to.match(/^M4 4/);
    // Letter by letter as it stands there.
    const letters = page.locator('[dir=ltr]').filter({ hasText: /^[2-9A-Z]{4} [2-9A-Z]{4}$/ });
    const text = (await letters.textContent()) ?? '';
    const checked = await ask(
      'POST',
      '/api/v1/attendance/checkin',
      { method: 'qr', proof: { text }, sessionId: session.id },
      nth(group.students, 1).token,
    );
    expect(checked).to.include({ status: 'present' });
    await page.getByText('1 of 3').waitFor();
  });

  it('says that the picture is old while the server is away, and shows the new one by itself', async () => {
    const session = await begin({ methods: ['code', 'qr'], qrStepSeconds: 2 });
    const page = await board(session);
    await picture(page).waitFor();
    await page.context().setOffline(true);
    await page.getByText('This picture is out of date').waitFor();
    expect(await picture(page).count()).to.equal(0);
    await page.getByText([...session.code].join(' ')).waitFor();
    await shot(page, 'old');
    await page.context().setOffline(false);
    await picture(page).waitFor();
  });

  it('keeps time on a machine whose clock is wrong', async () => {
    const session = await begin({ methods: ['code', 'qr'], qrStepSeconds: 600, minutes: 10 });
    const context = await web.context({ viewport: SIZES.projector });
    await context.addInitScript(
      'const real = Date.now; Date.now = () => real() + 3 * 3600_000;' +
        "localStorage.setItem('rollcall here', '1')",
    );
    const first = await web.signedIn(group.teacher);
    await context.addCookies(await first.context().cookies(`${web.url}/api/v1/auth/session`));
    const page = await context.newPage();
    await page.goto(`/board/${session.id}`);
    await page.getByText(/closes in (9:\d\d|10:00)/).waitFor();
  });

  it('is not for students, nor for those who do not teach the class', async () => {
    const session = await begin({ methods: ['code'] });
    const student = await web.signedIn(nth(group.students, 0), `/board/${session.id}`);
    await student.getByText('There is nothing here').waitFor();
    const other = await web.signedIn(await web.hub.school.person('teacher'), `/board/${session.id}`);
    await other.getByText('There is nothing here').waitFor();
  });

  for (const [colorScheme, viewport] of [
    ['light', SIZES.phone],
    ['dark', SIZES.tablet],
    ['light', SIZES.wide],
    ['dark', SIZES.projector],
  ] as const)
    it(`axe finds nothing, and nothing is wider than the page (${colorScheme}, ${viewport.width})`, async () => {
      const session = await begin({ methods: ['code', 'qr'], room: 'Hall 3.101' });
      const page = await board(session, { viewport, colorScheme });
      await picture(page).waitFor();
      expect(await axe(page)).to.deep.equal([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).to.be.at.most(
        0,
      );
      await shot(page, `${colorScheme}-${viewport.width}`);
      await close(session);
      await page.getByRole('heading', { name: 'Check-in is over' }).waitFor();
      expect(await axe(page)).to.deep.equal([]);
    });
});
