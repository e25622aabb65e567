import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { newPerson, type Person } from '../support/http.ts';
import { startWeb, type Web } from '../support/web.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = `${root}web/parts.js`;
/** The app's own parts without its screens, and one that shows what a path answers. */
const PARTS = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClientProvider } from '@tanstack/react-query';
import { queryClient, useShown } from '${root}web/src/lib/queries.ts';
export { session } from '${root}web/src/lib/session.ts';
export { database } from '${root}web/src/lib/store.ts';
export { indexedDbOutbox } from '${root}web/src/lib/outbox.ts';
const Shown = ({ path }) => JSON.stringify(useShown(path).data?.data ?? null);
export const show = (path) => createRoot(document.body).render(
  createElement(QueryClientProvider, { client: queryClient }, createElement(Shown, { path })));
`;

describe('the web app: several people at one browser', function () {
  this.timeout(60_000);
  let web: Web;
  let parts: string;
  before(async () => {
    const made = await build({
      configFile: false,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [
        {
          name: 'parts',
          enforce: 'pre',
          resolveId: (id) => (id === ENTRY ? id : null),
          load: (id) => (id === ENTRY ? PARTS : null),
        },
      ],
      build: { write: false, lib: { entry: ENTRY, formats: ['iife'], name: 'lib' } },
    });
    const [first] = [made].flat();
    if (first === undefined || !('output' in first)) throw new Error('nothing was built');
    parts = first.output[0].code;
    web = await startWeb('embedded');
  });
  after(() => web?.stop());

  /** A tab without the app, where its parts can be tried. */
  const tab = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    await page.goto('/health');
    await page.evaluate(parts);
    return page;
  };
  const signIn = (page: Page, { email, password }: Person) =>
    page.evaluate(`lib.session.logIn(${JSON.stringify({ email, password })})`);
  const text = (page: Page) => page.evaluate<string>('document.body.textContent');
  const people = async () =>
    [await newPerson(web.url, 'teacher'), await newPerson(web.url, 'teacher')] as const;

  it('[WA4] the second is shown nothing of the first, in whatever tab they sign in', async () => {
    const [ann, ben] = await people();
    const context = await web.context();
    const [one, two] = [await tab(context), await tab(context)];
    await signIn(one, ann);
    await one.evaluate("lib.show('/api/v1/auth/me')");
    await one.getByText(ann.email).waitFor();
    await one.evaluate('lib.session.logOut()');
    await signIn(one, ben);
    expect(await text(one)).to.not.contain(ann.email);
    await one.getByText(ben.email).waitFor();
    await signIn(two, ann);
    await one.getByText(ann.email).waitFor();
    expect(await text(one)).to.not.contain(ben.email);
  });

  it('nothing of the first is kept after them', async () => {
    const [ann, ben] = await people();
    const context = await web.context();
    const page = await tab(context);
    const kept = (of: Page) =>
      of.evaluate<string>("lib.database().then((db) => db.getAll('known')).then(JSON.stringify)");
    await signIn(page, ann);
    await page.evaluate("lib.show('/api/v1/auth/me')");
    await page.getByText(ann.email).waitFor();
    expect(await kept(page)).to.contain(ann.email);
    await signIn(page, ben);
    await page.getByText(ben.email).waitFor();
    expect(await kept(page))
      .to.contain(ben.email)
      .and.not.contain(ann.email);
    // Their log-in ends while the browser is closed.
    await context.clearCookies();
    const later = await tab(context);
    await later.evaluate('lib.session.start()');
    expect(await kept(later)).to.equal('[]');
  });

  it('who has signed out stays out, whatever answer was still on its way', async () => {
    const [ann] = await people();
    const page = await tab(await web.context());
    await signIn(page, ann);
    const held = new Promise<() => void>((resolve) =>
      page.route('**/session/token', async (route) => {
        const response = await route.fetch();
        await new Promise<void>((go) => resolve(go));
        await route.fulfill({ response }).catch(() => {});
      }),
    );
    await page.evaluate('void (globalThis.late = lib.session.renew().catch(() => {}))');
    const go = await held;
    await page.evaluate('lib.session.logOut()');
    go();
    await page.evaluate('globalThis.late');
    expect(await page.evaluate('lib.session.state.get().status')).to.equal('out');
  });

  it('[TC3] marks that waited when their teacher signed out are taken up when they sign in again', async () => {
    const page = await tab(await web.context());
    const left = await page.evaluate(`(async () => {
      const first = lib.indexedDbOutbox('ann');
      await first.load();
      await first.keep({ opId: 'one', classId: 'c', studentId: 's', status: 'late', at: 'now' });
      await first.close();
      return (await lib.indexedDbOutbox('ann').load()).map(({ opId }) => opId);
    })()`);
    expect(left).to.deep.equal(['one']);
  });

  it('[TC3] what a tab leaves that is closed is taken up by one that was open already', async () => {
    const context = await web.context();
    const [closing, staying] = [await tab(context), await tab(context)];
    await closing.evaluate(`(async () => {
      const box = lib.indexedDbOutbox('ann');
      await box.load();
      await box.keep({ opId: 'kept', classId: 'c', studentId: 's', status: 'late', at: 'now' });
      box.note({ opId: 'noted', classId: 'c', studentId: 't', status: 'late', at: 'now' });
    })()`);
    const came = await staying.evaluate(`(async () => {
      const box = lib.indexedDbOutbox('ann');
      globalThis.later = new Promise((resolve) => {
        globalThis.before = box.load((marks) => resolve(marks.map(({ opId }) => opId)));
      });
      return (await globalThis.before).length;
    })()`);
    expect(came).to.equal(0);
    await closing.close();
    expect(await staying.evaluate('globalThis.later')).to.deep.equal(['kept', 'noted']);
    expect(
      await staying.evaluate('Object.keys(localStorage).filter((key) => /marks/.test(key))'),
    ).to.deep.equal([]);
  });
});
