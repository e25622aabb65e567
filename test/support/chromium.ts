import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** Where this machine's Chromium is. */
export const findChromium = (): string => {
  const dirs = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  for (const path of [process.env.CHROMIUM, ...dirs.map((dir) => join(dir, 'chromium'))]) {
    try {
      if (path === undefined) continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not this one
    }
  }
  throw new Error(
    'The tests of the pages need Chromium: install it (apt-get install chromium) or name one by CHROMIUM.',
  );
};

/** A page in a real browser with an authenticator that is not there, of which a test says whether it knows its user. */
export const openBrowser = async () => {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const page = await browser.newPage();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  /** Plugs in a fresh authenticator, empty, which can verify its user or cannot. */
  const plugIn = async (hasUserVerification: boolean): Promise<string> => {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification,
        isUserVerified: hasUserVerification,
        automaticPresenceSimulation: true,
      },
    });
    return authenticatorId;
  };
  let authenticatorId = await plugIn(true);
  type Options = Record<string, unknown>;
  return {
    goto: (url: string) => page.goto(url),
    /** Whether the finger fits from now on. */
    verifies: (isUserVerified: boolean) =>
      cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    /** Another device, which has no passkeys yet. */
    async another({ verifies = true } = {}) {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
      authenticatorId = await plugIn(verifies);
    },
    /** Runs a script in the page; what it resolves with, as JSON has it. */
    run: (script: string): Promise<unknown> => page.evaluate(script),
    /** What the page's script gets when it makes a passkey. */
    create: (options: Options): Promise<Options> =>
      page.evaluate(
        `navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)}) }).then((made) => made.toJSON())`,
      ),
    /** What the page's script gets when it answers a challenge. */
    get: (options: Options): Promise<Options> =>
      page.evaluate(
        `navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)}) }).then((made) => made.toJSON())`,
      ),
    close: () => browser.close(),
  };
};
export type Browser = Awaited<ReturnType<typeof openBrowser>>;
