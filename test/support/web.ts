import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { createHashing } from '../../server/features/auth/hashing.ts';
import { findChromium } from './chromium.ts';
import { type Mode, startHub, type TestHub } from './hub.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The password of everybody whom a test lets into a browser. */
export const PASSWORD = 'correct horse';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Sizes that every page is to look well in. */
export const SIZES = {
  phone: { width: 360, height: 740 },
  tablet: { width: 820, height: 1180 },
  wide: { width: 1180, height: 820 },
  projector: { width: 1920, height: 1080 },
} as const;

/** A hub under `http://localhost:<port>` with the built app, and a real browser. */
export const startWeb = async (mode: Mode = 'redis', env: Record<string, string> = {}) => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const mongo: { url?: string } = {};
  const start = async (): Promise<TestHub> => {
    const hub = await startHub({
      mode,
      port,
      env: { PUBLIC_URL: url, LIMIT_SCALE: '100', ...env },
      ...(mongo.url !== undefined && { mongoUrl: mongo.url }),
    });
    mongo.url = hub.mongoUrl;
    return hub;
  };
  let hub = await start();
  const hashing = createHashing();
  const hash = await hashing.hash(PASSWORD);
  await hashing.close();
  const browser: Browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      // Names under which this machine is reached as another one would: no localhost, hence nothing that needs TLS.
      '--host-resolver-rules=MAP *.school.test 127.0.0.1',
    ],
  });
  const contexts: BrowserContext[] = [];

  return {
    url,
    browser,
    get hub() {
      return hub;
    },
    /** Ends the hub, as an operator's restart does, and starts another on the same port and database. */
    async restart() {
      await hub.stop();
      hub = await start();
    },
    stopHub: () => hub.stop(),
    async startHubAgain() {
      hub = await start();
    },

    /** A browser of its own: cookies, storage, service worker. */
    async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
      const context = await browser.newContext({
        viewport: SIZES.wide,
        locale: 'en-GB',
        reducedMotion: 'reduce',
        baseURL: url,
        ...options,
      });
      context.setDefaultTimeout(10_000);
      contexts.push(context);
      return context;
    },

    /** A page in a browser of its own where this person is signed in; their name may be given. */
    async signedIn(
      person: { id: string; name?: string },
      path = '/',
      options: BrowserContextOptions = {},
    ): Promise<Page> {
      const context = await this.context(options);
      const email = `${person.id}@example.org`;
      await hub.connection
        .collection('users')
        .updateOne(
          { _id: oid(person.id) },
          { $set: { email, passwordHash: hash, ...(person.name !== undefined && { name: person.name }) } },
        );
      const answer = await context.request.post('/api/v1/auth/session', {
        data: { email, password: PASSWORD },
        headers: { origin: url },
      });
      if (!answer.ok()) throw new Error(`not signed in: ${answer.status()} ${await answer.text()}`);
      // What the app itself notes when somebody signs in.
      await context.addInitScript("localStorage.setItem('rollcall here', '1')");
      const page = await context.newPage();
      await page.goto(path);
      return page;
    },

    async stop() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await hub.stop();
    },
  };
};
export type Web = Awaited<ReturnType<typeof startWeb>>;

/** What axe finds on a page by WCAG 2.2 AA, one line each with the places; nothing is to be found. */
export const axe = async (
  page: Page,
  rules: readonly string[] = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
): Promise<string[]> => {
  await page.evaluate(AXE);
  return await page.evaluate(async (runOnly) => {
    type Found = { id: string; help: string; nodes: { target: unknown; failureSummary: string }[] };
    const { axe } = globalThis as unknown as { axe: { run(o: object): Promise<{ violations: Found[] }> } };
    const { violations } = await axe.run({ runOnly });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${String(target)} (${failureSummary})`).join(' | ')}`,
    );
  }, rules);
};
/** The same in light and in dark, where only the colours are others. */
export const axeInBoth = async (page: Page): Promise<string[]> => {
  const found = await axe(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  // What is drawn in the other colours, not what was drawn before.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const inDark = await axe(page, ['color-contrast']);
  await page.emulateMedia({ colorScheme: null });
  return [...found, ...inDark.map((one) => `in dark: ${one}`)];
};

/** Gathers what a page complains about in its console and what it throws. */
export const complaintsOf = (page: Page): string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
};
