import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Headers that keep a browser from doing more with our answers than they are for. No inline script or style anywhere. */
export const securityHeaders = (): RequestHandler[] => [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  }),
  (request, response, next) => {
    // Behind TLS only: over plain HTTP (a school's own network) it would mean nothing.
    if (request.secure) response.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
    next();
  },
];

/** Lets pages of the listed origins (`*`: of any) call us; others get no leave from the browser. Cookies never come along. */
export const corsFor = (origins: readonly string[]): RequestHandler =>
  cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Device-Key'],
    exposedHeaders: ['Retry-After'],
    maxAge: 600,
  });

/** Express's `trust proxy` from the configured text: a hop count, addresses, or nobody. */
export const trustedProxies = (text: string): number | false | string[] => {
  const trimmed = text.trim();
  if (trimmed === '') return false;
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  return trimmed.split(',').map((part) => part.trim());
};
