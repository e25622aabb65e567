import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { Fault } from '../../shared/faults.ts';

/** The one cookie: the web app's log-in. */
const NAME = 'rollcall';

/** The browser's own log-in, for the few routes that may see it. */
export type BrowserLogin = {
  /** What the cookie holds; undefined without one. */
  readonly cookie: string | undefined;
  /** Keeps another until then (ms since 1970), or with null none. */
  set(cookie: string | null, expiresAt?: number): void;
};

/**
 * The cookie of a request, out of the reach of scripts and of other sites' pages. FORBIDDEN to pages of any other origin,
 * also of the same site: what they ask would be asked in the name of whoever sits there.
 */
export const browserLoginOf = (path: string, request: Request, response: Response): BrowserLogin => {
  const origin = request.get('origin');
  const site = request.get('sec-fetch-site');
  // `host` is what the browser asked for: behind a trusted proxy its X-Forwarded-Host, where it sends one.
  const elsewhere =
    (site !== undefined && site !== 'same-origin') ||
    (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.host));
  if (elsewhere) throw new Fault('FORBIDDEN');
  const rules = { httpOnly: true, sameSite: 'strict', secure: request.secure, path } as const;
  return {
    cookie: parseCookie(request.get('cookie') ?? '')[NAME],
    set(cookie, expiresAt = 0) {
      if (cookie === null) response.clearCookie(NAME, rules);
      else response.cookie(NAME, cookie, { ...rules, expires: new Date(expiresAt) });
    },
  };
};
