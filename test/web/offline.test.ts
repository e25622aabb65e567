import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { nth } from '../support/check-in.ts';
import { findChromium } from '../support/chromium.ts';
import { call } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { axe, SIZES, startWeb, type Web } from '../support/web.ts';

const APP = fileURLToPath(new URL('../../dist/app/', import.meta.url));

/** Waits until the service worker answers for the page. */
const controlled = (page: Page) =>
  page.evaluate(
    'navigator.serviceWorker.controller ? 0 : new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done))' +
      '.then(() => 0)',
  );
/** The paths of all that the browser has kept for times without a network. */
const keptPaths = (page: Page) =>
  page.evaluate<string[]>(
    `(async () => (await Promise.all((await caches.keys()).map(async (name) =>
      (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat())()`,
  );

describe('the web app: installed, and without a network', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  const ask = async (group: SchoolClass, method: string, path: string, body?: unknown) => {
    const { success, data, code } = await call(web.hub.url, method, path, group.teacher.token, body);
    if (!success || !data) throw new Error(code);
    return data;
  };

  it('can be installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-chromium-'));
    let context: BrowserContext | undefined;
    try {
      // A profile that stays: nothing is installed from a window that forgets.
      context = await chromium.launchPersistentContext(folder, {
        executablePath: findChromium(),
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
      const page = await context.newPage();
      await page.goto(web.url);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await controlled(page);
      const cdp = await context.newCDPSession(page);
      const manifest = await cdp.send('Page.getAppManifest');
      expect(manifest.errors).to.deep.equal([]);
      const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
      expect(installabilityErrors).to.deep.equal([]);
    } finally {
      await context?.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('[WA6] opens offline with what was last known, says so, and is up to date again by itself', async () => {
    const group = await web.hub.school.class(2, 'private');
    await ask(group, 'PATCH', `/api/v1/classes/${group.id}`, { className: 'Biology' });
    const session = (await ask(group, 'POST', '/api/v1/sessions', { classId: group.id })) as { id?: string };
    const rest = (status: string) =>
      ask(group, 'POST', `/api/v1/sessions/${session.id}/mark-rest`, { status });
    await rest('present');
    const student = nth(group.students, 0);
    const page = await web.signedIn(student, '/', { viewport: SIZES.phone });
    await page.getByText('Present').waitFor();
    await controlled(page);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole('heading', { name: 'Biology' }).waitFor();
    await page.getByText(/As of /).waitFor();
    await page.getByText(/Last known at /).waitFor();
    await page.getByText('Present').waitFor();
    await page.getByText('Offline').waitFor();
    expect(await axe(page)).to.deep.equal([]);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/offline.png` });
    // Pages that were never open here, too.
    await page.goto('/check-in');
    await page.getByLabel('The six digits on the board').fill('123456');
    await page.getByRole('alert').getByText('No connection').waitFor();
    await page.goto('/');
    await page.getByRole('heading', { name: 'Biology' }).waitFor();
    await ask(group, 'POST', `/api/v1/sessions/${session.id}/close`);
    await page.context().setOffline(false);
    await page.getByText('No class is running just now').waitFor();
    await page.getByText(/As of /).waitFor({ state: 'detached' });
    await page.getByText('Live').waitFor();
  });

  it('opens while the hub is away, too, and comes back with it', async () => {
    const student = await web.hub.school.person('student');
    const page = await web.signedIn(student);
    await page.getByText('You are in no class yet').waitFor();
    await controlled(page);
    await web.stopHub();
    try {
      await page.reload();
      await page.getByText('You are in no class yet').waitFor();
      await page.getByText(/As of /).waitFor();
    } finally {
      await web.startHubAgain();
    }
    await page.getByText(/As of /).waitFor({ state: 'detached' });
    await page.getByText('Live').waitFor();
  });

  it('[WA6] keeps nothing of what the API says in the worker, nor anything else than the app', async () => {
    const page = await web.signedIn(await web.hub.school.person('student'));
    await page.getByText('You are in no class yet').waitFor();
    await controlled(page);
    const kept = await keptPaths(page);
    expect(kept)
      .to.include('/')
      .and.to.satisfy((paths: string[]) => paths.length > 5);
    expect(kept.filter((path) => path !== '/' && !path.startsWith('/assets/'))).to.deep.equal([]);
  });

  describe('a new version', () => {
    let folder: string;
    let server: Server;
    let url: string;
    /** Serves a copy of the app, of which a test makes another version. */
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rollcall-app-'));
      cpSync(APP, folder, { recursive: true });
      server = createServer((request, response) => {
        const path = new URL(request.url ?? '/', 'http://x').pathname;
        const name = path.includes('.') ? path : '/index.html';
        try {
          const types = { js: 'text/javascript', css: 'text/css', html: 'text/html' } as Record<
            string,
            string
          >;
          const body = readFileSync(join(folder, name));
          response.setHeader(
            'content-type',
            types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
          );
          response.end(body);
        } catch {
          response.statusCode = 404;
          response.end('{}');
        }
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://localhost:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    });
    /** Every script gets another name and says which version it is; the earlier ones are gone from the server. */
    const release = (version: string) => {
      const assets = join(folder, 'assets');
      const names = readdirSync(assets).filter((name) => name.endsWith('.js'));
      const renamed = (text: string) =>
        names.reduce(
          (all, name) => all.replaceAll(name, name.replace(/(\.v\w+)?\.js$/, `.${version}.js`)),
          text,
        );
      for (const name of names) {
        const text = renamed(readFileSync(join(assets, name), 'utf8'));
        rmSync(join(assets, name));
        writeFileSync(join(assets, renamed(name)), text);
      }
      for (const file of ['index.html', 'sw.js'])
        writeFileSync(join(folder, file), renamed(readFileSync(join(folder, file), 'utf8')));
      const worker = readFileSync(join(folder, 'sw.js'), 'utf8');
      writeFileSync(join(folder, 'sw.js'), worker.replace(/"version":"[^"]*"/, `"version":"${version}"`));
    };
    const scriptOf = (page: Page) => page.locator('script[type=module]').first().getAttribute('src');

    it('[WA6] is there at the next load, while a page of the earlier one keeps working, also what it has not loaded yet', async () => {
      const context = await web.context({ baseURL: url });
      const old = await context.newPage();
      await old.goto('/');
      await old.getByRole('button', { name: 'Sign in' }).waitFor();
      await controlled(old);
      release('v2');
      const next = await context.newPage();
      await next.goto('/');
      await next.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await scriptOf(next)).to.match(/\.v2\.js$/);
      // The new worker has all it needs, and waits for the old page.
      await next.evaluate(
        `(async () => {
          const { installing, waiting } = await navigator.serviceWorker.getRegistration().then(async (r) => (await r.update(), r));
          const coming = waiting ?? installing;
          if (coming.state !== 'installed')
            await new Promise((done) => coming.addEventListener('statechange', () => coming.state === 'installed' && done()));
        })()`,
      );
      await old.goto(`${url}/#`);
      // A part that the old page asks for only now, which the server does not have any more.
      const files = readdirSync(join(APP, 'assets'));
      const part = files.find((name) => /^check-in-.*\.js$/.test(name));
      const status = await old.evaluate<number>(
        `fetch('/assets/${part}').then(async (answer) => (await answer.text(), answer.status))`,
      );
      expect(status).to.equal(200);
      // The newest that is kept whole opens offline, although a page of the earlier one still is open.
      await context.setOffline(true);
      await next.reload();
      await next.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await scriptOf(next)).to.match(/\.v2\.js$/);
      await context.setOffline(false);
      // With the last page of the earlier version its files go, too.
      await old.close();
      const versions = async () => {
        const page = await context.newPage();
        await page.goto('/');
        await page.getByRole('button', { name: 'Sign in' }).waitFor();
        const names = await page.evaluate<string[]>('caches.keys()');
        await page.close();
        return names;
      };
      await next.close();
      while ((await versions()).some((name) => !name.endsWith(' v2')));
      await context.setOffline(true);
      const last = await context.newPage();
      await last.goto('/');
      await last.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await scriptOf(last)).to.match(/\.v2\.js$/);
    });
  });
});
