import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ar } from '../../web/src/texts/ar.ts';
import { en } from '../../web/src/texts/en.ts';
import { es } from '../../web/src/texts/es.ts';
import { axe, complaintsOf, startWeb, type Web } from '../support/web.ts';

const LANGUAGES = { en, es, ar };
type Language = keyof typeof LANGUAGES;
const OTHERS = ['es', 'ar'] as const;

/** Where another language says the same as English: names. */
const ALIKE = new Set(['common.product', 'teacher.correctedTo', 'teacher.became']);

/** Every text by its place, `section.name`; those that take something are said with numbers from 0 to 102. */
const said = (texts: object): Map<string, string> => {
  const found = new Map<string, string>();
  const walk = (value: unknown, place: string) => {
    if (typeof value === 'string') found.set(place, value);
    else if (typeof value === 'function')
      for (const n of [0, 1, 2, 3, 11, 100, 102]) found.set(`${place} ${n}`, String(value(n, n, n)));
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, `${place}.${key}`);
  };
  for (const [name, section] of Object.entries(texts)) walk(section, name);
  return found;
};

describe('the texts of the web app', () => {
  const english = said(en);
  for (const language of OTHERS) {
    const texts = said(LANGUAGES[language]);
    it(`[WA7] says in ${language} everything that English says, in words of its own`, () => {
      expect([...texts.keys()]).to.deep.equal([...english.keys()]);
      const same = [...texts].filter(
        ([place, text]) => text === english.get(place) && !ALIKE.has(place.split(' ')[0] ?? ''),
      );
      expect(same).to.deep.equal([]);
    });

    it(`leaves no text of ${language} empty or half filled in`, () => {
      const bad = [...texts].filter(
        ([, text]) => text.trim() === '' || /undefined|NaN|\[object|#/.test(text),
      );
      expect(bad).to.deep.equal([]);
    });
  }

  it('counts in Arabic by its six forms', () => {
    const forms = [0, 1, 2, 3, 11, 100].map((n) => ar.common.students(n).replace(/\d+/, ''));
    expect(new Set(forms.map((form) => form.trim()))).to.have.length(6);
  });
});

describe('the web app: its languages', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb('embedded');
  });
  after(() => web?.stop());

  /** Everything that somebody sees or hears on a page, piece by piece. */
  const wordsOn = (page: Page): Promise<string[]> =>
    page.evaluate(`(() => {
      const words = [document.title];
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode())
        if (!texts.currentNode.parentElement.closest('noscript, script, style')) words.push(texts.currentNode.data);
      for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) words.push(one.getAttribute(name) ?? '');
      return words.map((word) => word.trim()).filter(Boolean);
    })()`);

  const english = new Set([...said(en)].filter(([place]) => !ALIKE.has(place)).map(([, text]) => text));
  /** What may stand there in any language: names, addresses and what people have typed. */
  const NAMES =
    /Rollcall|English|Español|Ada Byron|[\w-]+@(?:school\.test|example\.org)|\bQR\b|\bCSV\b|Wi-Fi/g;

  const judge = async (page: Page, language: Language) => {
    const { lang, dir } = await page.evaluate<{ lang: string; dir: string }>(
      '({ lang: document.documentElement.lang, dir: document.documentElement.dir })',
    );
    expect([lang, dir]).to.deep.equal([language, language === 'ar' ? 'rtl' : 'ltr']);
    const words = await wordsOn(page);
    expect(words.length).to.be.greaterThan(5);
    if (language !== 'en') expect(words.filter((word) => english.has(word))).to.deep.equal([]);
    if (language === 'ar')
      expect(words.filter((word) => /[A-Za-z]{2}/.test(word.replace(NAMES, '')))).to.deep.equal([]);
    expect(await axe(page)).to.deep.equal([]);
  };

  for (const [language, texts] of Object.entries(LANGUAGES) as [Language, typeof en][])
    it(`signs up, signs in and changes the password in ${language}, right and wrong`, async () => {
      const { auth, account, fields, faults, nav, role } = texts;
      const email = `ada-${language}@school.test`;
      const page = await (await web.context({ locale: language })).newPage();
      const complaints = complaintsOf(page);
      await page.goto('/sign-in');
      await page.getByRole('button', { name: auth.signIn }).waitFor();
      await judge(page, language);

      await page.getByLabel(auth.email).fill(email);
      await page.getByLabel(auth.password).fill('not known here');
      await page.getByRole('button', { name: auth.signIn }).click();
      await page.getByRole('alert').getByText(faults.INVALID_CREDENTIALS).waitFor();
      await judge(page, language);

      await page.getByRole('link', { name: auth.noAccount }).click();
      await page.getByLabel(auth.name).fill('Ada Byron');
      await page.getByLabel(auth.email).fill(email);
      await page.getByLabel(auth.password).fill('short');
      await page.getByLabel(role.teacher).check();
      await page.getByRole('button', { name: auth.signUp }).click();
      await page.getByText(fields.longer(6)).waitFor();
      expect(await page.getByLabel(auth.password).getAttribute('aria-invalid')).to.equal('true');
      await page.getByRole('alert').getByText(faults.INVALID_REQUEST).waitFor();
      await judge(page, language);

      await page.getByLabel(auth.password).fill('long enough');
      await page.getByRole('button', { name: auth.signUp }).click();
      await page.getByRole('link', { name: nav.account }).click();
      await page.getByRole('heading', { name: account.title, level: 1 }).waitFor();
      await judge(page, language);

      const change = async (current: string, next: string) => {
        await page.getByLabel(account.currentPassword).fill(current);
        await page.getByLabel(account.newPassword).fill(next);
        await page.getByRole('button', { name: account.changePassword }).click();
      };
      await change('not mine', 'another one');
      await page.getByRole('alert').getByText(faults.WRONG_PASSWORD).waitFor();
      await change('long enough', 'é'.repeat(40));
      await page.getByText(fields.bytes).waitFor();
      await judge(page, language);
      await change('long enough', 'another one');
      await page.getByRole('status').getByText(account.passwordChanged(0)).waitFor();

      await page.getByRole('button', { name: nav.signOut }).click();
      await page.getByText(auth.leftNote).waitFor();
      await judge(page, language);
      // Refused requests are told in the console by the browser itself.
      expect(complaints.filter((text) => !/status of 40[01]/.test(text))).to.deep.equal([]);
    });

  it('is found by those who cannot read the page that they sign in at', async () => {
    const page = await (await web.context({ locale: 'en' })).newPage();
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'العربية' }).click();
    await page.getByRole('button', { name: ar.auth.signIn }).waitFor();
    expect(await page.getByRole('button', { name: 'العربية' }).getAttribute('aria-pressed')).to.equal('true');
    await page.reload();
    await page.getByRole('button', { name: ar.auth.signIn }).waitFor();
    await judge(page, 'ar');
  });

  it('is chosen by whoever sits there, kept, and not changed by what the browser prefers', async () => {
    const student = await web.hub.school.person('student');
    const page = await web.signedIn({ ...student, name: 'Ada Byron' }, '/account', { locale: 'es' });
    await page.getByRole('heading', { name: es.account.title }).waitFor();
    // It is checked once its texts are there.
    await page.getByLabel('العربية').click();
    await page.getByRole('heading', { name: ar.account.title }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: ar.account.title }).waitFor();
    await judge(page, 'ar');
  });
});
