import { type RequestHandler, Router } from 'express';
import type { Metrics } from '../kit/metrics.ts';
import { declarationOf } from './faults.ts';

/** Times every request, under its route's template. */
export const timeRequests =
  ({ httpSeconds }: Pick<Metrics, 'httpSeconds'>): RequestHandler =>
  (request, response, next) => {
    const stop = httpSeconds.startTimer();
    response.once('close', () => {
      const route = declarationOf(response)?.path ?? response.locals.page ?? 'none';
      stop({ method: request.method, route, status: String(response.statusCode) });
    });
    next();
  };

/** `/metrics` in Prometheus's text format. */
export const metricsPage = ({ registry }: Pick<Metrics, 'registry'>): Router => {
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    const text = await registry.metrics();
    response.set('Cache-Control', 'no-store').type(registry.contentType).send(text);
  });
  return router;
};
