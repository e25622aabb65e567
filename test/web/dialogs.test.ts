import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { everyLook, type Look } from '../../scripts/screens-list.ts';
import { fillRest, fillSchool } from '../../scripts/screens-school.ts';
import { en } from '../../web/src/texts/en.ts';
import { axeInBoth, SIZES, startWeb, type Web } from '../support/web.ts';

/** What opens over a page or comes of something done on it, by the names that the list of screens gives them. */
const OVER = [
  'new-class start status rest-absent cancel more done correct record-history delete-class',
  'record-story check-in-wrong check-in-away check-in-more passkey-remove',
  'admin-class-form admin-class-picker admin-person-form admin-person-delete admin-invite admin-account',
  'admin-batch-form admin-section-form admin-device-form admin-device-key admin-device-rotate admin-device-command',
  'admin-device-revoke admin-device-bind admin-import-file admin-import-refused admin-import-tried',
  'admin-session-end admin-correct admin-record-history admin-record-delete admin-apply',
].flatMap((line) => line.split(' '));

/** What can be pressed and is lower or narrower than a finger, and what sticks out of the page or its dialog. */
const AMISS = `(() => {
  const dialog = document.querySelector('dialog[open]');
  const root = dialog ?? document.querySelector('main');
  const amiss = [];
  for (const one of [document.documentElement, ...(dialog ? [dialog] : [])])
    if (one.scrollWidth > one.clientWidth) amiss.push(one.tagName + ' is wider by ' + (one.scrollWidth - one.clientWidth));
  for (const one of root.querySelectorAll('button, select, textarea, input')) {
    const box = (one.matches('[type=checkbox], [type=radio], [type=file]') ? one.closest('label') : one).getBoundingClientRect();
    if (box.width > 0 && (box.width < 43.5 || box.height < 43.5)) amiss.push('small: ' + one.outerHTML.slice(0, 120));
  }
  return amiss;
})()`;

describe('the web app: everything that opens over a page', function () {
  this.timeout(60_000);
  let web: Web;
  let looks: Look[];
  before(async () => {
    web = await startWeb('embedded');
    const school = await fillSchool(web, true);
    looks = everyLook(school, await fillRest(web, school));
  });
  after(() => web?.stop());

  /** One page for each person, since signing in is what takes the longest. */
  const pages = new Map<string, Page>();
  const open = async (person: { id: string }, path: string): Promise<Page> => {
    const known = pages.get(person.id);
    const page = known ?? (await web.signedIn(person, path, { viewport: SIZES.phone }));
    pages.set(person.id, page);
    await page.emulateMedia({ colorScheme: 'light' });
    if (known) await page.goto(path);
    return page;
  };

  for (const name of OVER)
    it(`${name}: axe finds nothing in light and dark, and it fits a phone with long names and large fingers`, async () => {
      const look = looks.find((one) => one.name === name);
      if (!look?.person) throw new Error(`no look ${name}`);
      const page = await open(look.person, look.path);
      await page.locator(look.ready).first().waitFor();
      await look.then?.(page, en);
      expect(await axeInBoth(page)).to.deep.equal([]);
      expect(await page.evaluate<string[]>(AMISS)).to.deep.equal([]);
      await page.context().setOffline(false);
    });
});
