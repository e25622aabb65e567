import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import sirv from 'sirv';

/** Where the built app is, seen from the compiled server and from its sources. */
const PLACES = ['../../app/', '../../dist/app/'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

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
