import express, { type Express, type RequestHandler } from 'express';
import { Fault } from '../../shared/faults.ts';
import { addressKey } from '../kit/address.ts';
import { type Limiter, type Limiters, memoryLimiters } from '../kit/limiter.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import { type Authenticate, admit } from './auth.ts';
import { browserLoginOf } from './cookie.ts';
import { docsPages } from './docs.ts';
import { type Download, isDownload, sendDownload } from './download.ts';
import { answerFaults } from './faults.ts';
import { type Check, healthPages } from './health.ts';
import { metricsPage, timeRequests } from './metrics.ts';
import { describeApi } from './openapi.ts';
import type { Declaration, Route } from './route.ts';
import { corsFor, securityHeaders, trustedProxies } from './security.ts';
import { incomingOf, sendLine } from './upload.ts';
import { missingPages, webApp } from './web-app.ts';

/** The longest body that is read, in bytes. */
export const MAX_BODY_BYTES = 100 * 1024;

export type AppOptions = {
  /** Every route of every feature and dialect. */
  routes: readonly Route[];
  authenticate: Authenticate;
  /** Whose key the header X-Device-Key holds; without this there are no devices. */
  authenticateDevice?: Authenticate;
  config: { CORS_ORIGINS: readonly string[]; TRUST_PROXY: string; LIMIT_SCALE: number };
  log: Log;
  metrics: Pick<Metrics, 'registry' | 'httpSeconds'>;
  version: string;
  /** What `/health/detailed` looks at. */
  checks?: Readonly<Record<string, Check>>;
  /** True once the process has begun to shut down. */
  draining?: () => boolean;
  /** What speaks something else than this API, with headers of its own. */
  mounts?: readonly RequestHandler[];
  /** Where rate limits are counted; in this process by default. */
  limiters?: Limiters;
};

/** The REST side: declared routes, docs, health and metrics, as a handler for an HTTP server. */
export const createApp = (options: AppOptions): Express => {
  const { routes, authenticate, authenticateDevice, config, log, metrics, version } = options;
  const { checks = {}, draining = () => false, mounts = [], limiters = memoryLimiters } = options;

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustedProxies(config.TRUST_PROXY));

  app.use((_request, response, next) => {
    if (draining()) response.set('Connection', 'close');
    next();
  });
  app.use(timeRequests(metrics), ...mounts);
  app.use(...securityHeaders(), corsFor(config.CORS_ORIGINS));
  app.use(healthPages({ checks, draining, version, log }), metricsPage(metrics));
  app.use(webApp());
  app.use(docsPages({ openapi: describeApi({ routes, version }) }));

  const json = express.json({ limit: MAX_BODY_BYTES, strict: true });
  const form = express.urlencoded({ limit: MAX_BODY_BYTES, extended: false, parameterLimit: 20 });
  for (const { declaration, run } of routes) {
    const limit = limiterOf(declaration, limiters, config.LIMIT_SCALE);
    const admitted: RequestHandler = async (request, response, next) => {
      response.locals.declaration = declaration;
      response.set('Cache-Control', 'no-store');
      if (declaration.limit?.by === 'ip') await take(limit, addressKey(request.ip ?? ''));
      response.locals.who = await admit(declaration, request, authenticate, authenticateDevice);
      if (declaration.limit?.by === 'account') await take(limit, response.locals.who?.userId ?? '');
      next();
    };
    const answered: RequestHandler = async (request, response) => {
      const { params, query, body, ip = '' } = request;
      const upload = declaration.upload && incomingOf(declaration.upload, request, response);
      const browser =
        declaration.cookie === undefined ? undefined : browserLoginOf(declaration.cookie, request, response);
      const data = await run({ params, query, body, who: response.locals.who, ip, upload, browser });
      if (isDownload(declaration.reply)) return await sendDownload(response, data as Download);
      if (upload?.lines) {
        sendLine(response, { success: true, data });
        response.end();
        return;
      }
      const wrapped = declaration.envelope ? declaration.envelope.success(data) : { success: true, data };
      response.status(declaration.status ?? 200).json(wrapped);
    };
    const meant: RequestHandler = (request, _response, next) =>
      declaration.takes?.(request.body) === false ? next('route') : next();
    // The body is read only of those who may send one: 401 and 403 come before any fault of the body's.
    const { maxBodyBytes } = declaration;
    const read = maxBodyBytes === undefined ? json : express.json({ limit: maxBodyBytes, strict: true });
    const readers = [...(declaration.body ? [read] : []), ...(declaration.form ? [form] : [])];
    // What is shared by two routes is read first, to see whose it is.
    const steps = declaration.takes ? [...readers, meant, admitted] : [admitted, ...readers];
    app[declaration.method](declaration.path, ...steps, answered);
  }

  app.use(missingPages(routes));
  app.use(() => {
    throw new Fault('ROUTE_NOT_FOUND');
  });
  app.use(answerFaults({ log }));
  return app;
};

function limiterOf(declaration: Declaration, limiters: Limiters, scale: number): Limiter | undefined {
  if (declaration.limit === undefined) return undefined;
  const name = `${declaration.method}:${declaration.path}`;
  return limiters(name, Math.max(1, Math.ceil(declaration.limit.perMinute * scale)), 60);
}

async function take(limit: Limiter | undefined, key: string): Promise<void> {
  const taken = await limit?.take(key);
  if (taken && !taken.ok) throw new Fault('RATE_LIMITED', { retryAfterMs: taken.retryAfterMs });
}
