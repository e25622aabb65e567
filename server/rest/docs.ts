import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';

const pages = fileURLToPath(new URL('./pages/', import.meta.url));
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** What Swagger UI's page needs of its package, and nothing else of it. */
const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const page =
  (directory: string, file: string): RequestHandler =>
  (_request, response) => {
    response.locals.page = file;
    response.sendFile(join(directory, file), { maxAge: '1h' });
  };

/** Swagger UI at `/docs`, and `/openapi.json`. */
export const docsPages = ({ openapi }: { openapi: object }): Router => {
  const router = Router();
  router.get('/docs', page(pages, 'docs.html'));
  router.get('/docs/docs.css', page(pages, 'docs.css'));
  router.get('/docs/docs.js', page(pages, 'docs.js'));
  for (const file of SWAGGER_FILES) router.get(`/docs/${file}`, page(swagger, file));
  router.get('/openapi.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache').json(openapi);
  });
  return router;
};
