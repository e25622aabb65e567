import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { complaintsOf, startWeb, type Web } from '../support/web.ts';

/** What the first load may take, in bytes of what is sent, compressed by gzip. */
const LIMIT = 150_000;
const ASSETS = fileURLToPath(new URL('../../dist/app/assets/', import.meta.url));

/** Every address of the app, with something in place of what is named in it. */
const PAGES = [
  ...[
    '/',
    '/sign-in',
    '/sign-up',
    '/claim',
    '/new-password',
    '/check-in',
    '/account',
    '/analytics',
    '/analytics/x',
  ],
  ...['/teach/x', '/my/x', '/board/x', '/admin/people', '/admin/x/y'],
];

type Sent = { url: string; bytes: number };

describe('the web app: what it sends', function () {
  this.timeout(60_000);
  let web: Web;
  before(async () => {
    web = await startWeb('embedded');
  });
  after(() => web?.stop());

  /** Opens an address in a browser that has nothing yet, and adds up what came, up to the moment when nothing more does. */
  const loaded = async (page: Page, path: string, ready: () => Promise<unknown>): Promise<Sent[]> => {
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setExtraHTTPHeaders', { headers: { 'Accept-Encoding': 'gzip' } });
    const answers = new Map<string, { url: string; length: number }>();
    const encodings = new Set<string>();
    const sent: Sent[] = [];
    client.on('Network.responseReceived', ({ requestId, response }) => {
      const length = Number(response.headers['Content-Length'] ?? 0);
      answers.set(requestId, { url: response.url.replace(web.url, ''), length });
      if (response.url.endsWith('.js')) encodings.add(response.headers['Content-Encoding'] ?? 'none');
    });
    client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const { url, length } = answers.get(requestId) ?? { url: requestId, length: 0 };
      // Of a font Chromium now and then counts the head alone.
      const bytes = encodedDataLength < length ? encodedDataLength + length : encodedDataLength;
      sent.push({ url, bytes });
    });
    await page.goto(path, { waitUntil: 'networkidle' });
    await ready();
    await page.evaluate('document.fonts.ready.then(() => true)');
    while (!sent.some(({ url }) => url.endsWith('.woff2')))
      await once(client as never, 'Network.loadingFinished');
    expect([...encodings]).to.deep.equal(['gzip']);
    return sent;
  };
  const sum = (sent: Sent[]) => sent.reduce((all, { bytes }) => all + bytes, 0);
  const lines = (sent: Sent[]) => sent.map(({ url, bytes }) => `${bytes} ${url}`).join('\n');

  it('[WA8] is at most 150 kB until one can sign in', async () => {
    const page = await (await web.context()).newPage();
    const sent = await loaded(page, '/', () => page.getByRole('button', { name: 'Sign in' }).waitFor());
    console.log(
      `      first load, signed out: ${(sum(sent) / 1000).toFixed(1)} kB in ${sent.length} answers`,
    );
    expect(sent.map(({ url }) => url)).to.include('/');
    expect(sum(sent), lines(sent)).to.be.within(50_000, LIMIT);
  });

  it('brings nothing of what comes later: no live client, no charts, no QR codes, no other language', async () => {
    const page = await (await web.context()).newPage();
    const sent = await loaded(page, '/', () => page.getByRole('button', { name: 'Sign in' }).waitFor());
    const scripts = sent.flatMap(({ url }) =>
      url.endsWith('.js') && url.startsWith('/assets/') ? [url] : [],
    );
    const text = scripts
      .map((url) => readFileSync(`${ASSETS}${url.slice('/assets/'.length)}`, 'utf8'))
      .join('\n');
    expect(text, 'it is our code that is looked at').to.include('/api/v1/auth/session');
    for (const [what, sign] of [
      ['Socket.IO', 'websocket_error'],
      ['uPlot', 'u-over'],
      ['TanStack Query', 'invalidateQueries'],
      ['zod', 'invalid_union'],
      ['Spanish', 'contraseña'],
    ] as const)
      expect(text.includes(sign), what).to.equal(false);
  });

  it('says what a teacher’s first page takes', async () => {
    const teacher = await web.hub.school.person('teacher');
    const page = await web.signedIn(teacher, '/health');
    const sent = await loaded(page, '/', () => page.getByRole('heading', { level: 1 }).waitFor());
    console.log(
      `      first load, a teacher's home: ${(sum(sent) / 1000).toFixed(1)} kB in ${sent.length} answers`,
    );
    expect(sum(sent), lines(sent)).to.be.within(50_000, 2 * LIMIT);
  });

  it('has a page for each of its addresses, under a policy without exceptions, never kept unasked', async () => {
    for (const path of PAGES) {
      const response = await fetch(web.url + path);
      expect([response.status, response.headers.get('content-type')], path).to.deep.equal([
        200,
        'text/html;charset=utf-8',
      ]);
      expect(response.headers.get('cache-control'), path).to.equal('no-cache');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy, path).to.include("default-src 'none'").and.to.include("script-src 'self'");
      expect(policy, path).not.to.match(/unsafe|\*|https?:|script-src[^;]*data:/);
      const html = await response.text();
      expect(html.match(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:/gi), path).to.equal(
        null,
      );
      expect(html.match(/(?:src|href)="(?:https?:)?\/\//g), path).to.equal(null);
    }
  });

  it('lets files whose name holds a hash be kept for ever, and knows no others', async () => {
    const names = readdirSync(ASSETS).filter((name) => !/\.(gz|br)$/.test(name));
    expect(names.length).to.be.greaterThan(10);
    for (const name of names) {
      const response = await fetch(`${web.url}/assets/${name}`, { method: 'HEAD' });
      expect([response.status, response.headers.get('cache-control')], name).to.deep.equal([
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(name, 'a name for ever').to.match(/-[\w-]{8}\.\w+$/);
    }
    const [script = ''] = names.filter((name) => name.endsWith('.js'));
    const asked = await fetch(`${web.url}/assets/${script}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(asked.headers.get('content-encoding')).to.equal('gzip');
    for (const path of [
      '/assets/no-such.js',
      '/assets/',
      '/assets/..%2findex.html',
      '/assets/%2e%2e/index.html',
    ])
      expect((await fetch(web.url + path)).status, path).to.equal(404);
    for (const path of ['/sw.js', '/manifest.webmanifest', '/icon.svg'])
      expect((await fetch(web.url + path)).headers.get('cache-control'), path).to.equal('no-cache');
    // The source of the files is not among them.
    expect(names.filter((name) => name.endsWith('.map'))).to.deep.equal([]);
  });

  it('leaves every other address to the API, whose answers are never kept', async () => {
    for (const path of ['/no-such', '/teach', '/signup.html', '/index.html', '/admin', '/files.json.gz']) {
      const response = await fetch(web.url + path);
      expect(response.status, path).to.equal(404);
      expect(((await response.json()) as { code: string }).code, path).to.equal('ROUTE_NOT_FOUND');
    }
    const { token } = await web.hub.school.person('teacher');
    for (const path of ['/api/v1/classes', '/api/v1/auth/me', '/api/v1/analytics/attendance-trends']) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(web.url + path, { headers });
      expect([response.status, response.headers.get('cache-control')], path).to.deep.equal([200, 'no-store']);
    }
    expect((await fetch(`${web.url}/api/v1/classes`)).headers.get('cache-control')).to.equal('no-store');
  });

  for (const role of ['teacher', 'student', 'admin'] as const)
    it(`breaks its policy on no page of a ${role}, and complains of nothing`, async () => {
      const person = await web.hub.school.person(role);
      const page = await web.signedIn(person);
      const complaints = complaintsOf(page);
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      const links = await page.getByRole('navigation').getByRole('link').all();
      const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
      for (const path of [...paths, '/account', '/claim']) {
        await page.goto(path ?? '/');
        await page.getByRole('heading').first().waitFor();
      }
      expect(paths.length).to.be.greaterThan(1);
      expect(complaints).to.deep.equal([]);
    });

  it('runs no script that got into the page', async () => {
    const page = await (await web.context()).newPage();
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const refused = page.waitForEvent('console', (message) => /Content Security Policy/.test(message.text()));
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
    })()`);
    await refused;
    expect(await page.title()).not.to.equal('taken over');
  });
});
