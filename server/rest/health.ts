import { type Response, Router } from 'express';
import { describeError } from '../kit/describe-error.ts';
import type { Log } from '../kit/log.ts';

/** Resolves when a part works; a text that it resolves with is shown beside it. */
export type Check = () => Promise<unknown>;

/** How long a check may take, and how long its answer is kept so that nobody can load the parts by asking, in ms. */
const CHECK_MS = 2_000;
const KEEP_MS = 1_000;

type Finding = { status: 'ok' | 'down'; ms: number; note?: string };

/** `/health` for balancers (503 while draining) and `/health/detailed`, which looks at every part. */
export const healthPages = ({
  checks,
  draining,
  version,
  log,
}: {
  checks: Readonly<Record<string, Check>>;
  draining: () => boolean;
  version: string;
  log: Log;
}): Router => {
  let kept: { at: number; findings: Promise<Record<string, Finding>> } | undefined;

  const look = async (name: string, check: Check): Promise<Finding> => {
    const from = performance.now();
    const ms = () => Math.round(performance.now() - from);
    try {
      const note = await withinTime(check());
      return { status: 'ok', ms: ms(), ...(typeof note === 'string' ? { note } : {}) };
    } catch (error) {
      log.warn({ check: name, error: describeError(error) }, 'health check failed');
      return { status: 'down', ms: ms() };
    }
  };
  const lookAtAll = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await look(name, check)] as const),
      ),
    );

  const router = Router();
  router.get('/health', (_request, response) => {
    if (draining()) send(response, 503, { status: 'draining' });
    else send(response, 200, { status: 'ok' });
  });
  router.get('/health/detailed', async (_request, response) => {
    const now = performance.now();
    if (!kept || now - kept.at > KEEP_MS) kept = { at: now, findings: lookAtAll() };
    const found = await kept.findings;
    const allWell = Object.values(found).every((finding) => finding.status === 'ok');
    const status = draining() ? 'draining' : allWell ? 'ok' : 'degraded';
    send(response, status === 'ok' ? 200 : 503, {
      status,
      version,
      uptimeSeconds: Math.round(process.uptime()),
      checks: found,
    });
  });
  return router;
};

function send(response: Response, status: number, body: object): void {
  response.set('Cache-Control', 'no-store').status(status).json(body);
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS} ms`)), CHECK_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
