import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Request, type RequestHandler, Router } from 'express';
import sirv from 'sirv';
import type { Route } from './route.ts';

/** Where the built app is, seen from the compiled server and from its sources. */
const PLACES = ['../../app/', '../../dist/app/'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

/** What is served beside the declared routes, by the first part of its path. */
const BESIDE = [
  'api',
  'assets',
  'asyncapi',
  'docs',
  'health',
  'iclock',
  'metrics',
  'redoc',
  'socket.io',
  'ws',
];

/** The app's own addresses; all others that are not there stay the API's 404. */
const PAGES = [
  '/',
  '/sign-in',
  '/sign-up',
  '/claim',
  '/new-password',
  '/check-in',
  '/account',
  '/analytics{/*rest}',
  '/teach/*rest',
  '/my/*rest',
  '/board/*rest',
  '/admin/*rest',
];

/** Whether a request is a person's who looks for a page, and no client's of the API. */
const wantsPage: (routes: readonly Route[]) => (request: Request) => boolean = (routes) => {
  const first = (path: string) => path.split('/')[1] ?? '';
  // Below what the API has, or what is served beside it, answers stay the API's.
  const taken = new Set([...routes.map(({ declaration }) => first(declaration.path)), ...BESIDE]);
  return (request) =>
    ['GET', 'HEAD'].includes(request.method) &&
    request.accepts(['json', 'html']) === 'html' &&
    !taken.has(first(request.path));
};

/** Answers people who look for a page that is not there with the app, which says so; the status stays 404. */
export const missingPages = (routes: readonly Route[]): RequestHandler => {
  const file = PLACES.map((place) => `${place}index.html`).find((one) => existsSync(one));
  const page = file === undefined ? undefined : readFileSync(file, 'utf8');
  const wanted = wantsPage(routes);
  return (request, response, next) => {
    if (page === undefined || !wanted(request)) return next();
    response.locals.page = 'app';
    response.status(404).set('Cache-Control', 'no-cache').vary('Accept').type('html').send(page);
  };
};

/** The web app: its pages, all one file, and the files that they load. Files whose name holds a hash are kept for ever. */
export const webApp = (): Router => {
  const router = Router();
  const place = PLACES.find((one) => existsSync(`${one}index.html`));
  if (place === undefined) {
    router.get(PAGES, (_request, response) => {
      response.status(503).type('text').send('The web app is not built: npm run build');
    });
    return router;
  }
  const files = sirv(place, {
    gzip: true,
    brotli: true,
    etag: true,
    setHeaders: (response, path) =>
      response.setHeader(
        'Cache-Control',
        path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
  const page: RequestHandler = (request, response, next) => {
    response.locals.page = 'app';
    request.url = '/index.html';
    files(request, response, next);
  };
  const file: RequestHandler = (request, response, next) => {
    response.locals.page = 'app files';
    files(request, response, next);
  };
  router.get(PAGES, page);
  router.get('/assets/*file', file);
  for (const name of [
    'sw.js',
    'manifest.webmanifest',
    'icon.svg',
    'icon-180.png',
    'icon-192.png',
    'icon-512.png',
    'icon-maskable-512.png',
  ])
    router.get(`/${name}`, file);
  return router;
};
