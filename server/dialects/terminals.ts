import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { Fault } from '../../shared/faults.ts';
import { Serial } from '../../shared/rest/devices.ts';
import type { Device } from '../data/devices.ts';
import type { Terminals } from '../features/devices/terminals.ts';

type Deps = {
  readonly terminals: Terminals;
  /** Whether a terminal may call from this address. */
  readonly allowed: (address: string) => boolean;
  readonly onError: (error: unknown) => void;
};

/** The most that is read of a list of punches, and of what is thrown away, in bytes. */
const MOST_READ = 4 * 1024 * 1024;
const MOST_DISCARDED = 32 * 1024 * 1024;

const say = (response: Response, text: string, status = 200): void => {
  response.status(status).setHeader('Content-Type', 'text/plain');
  response.end(text);
};

/** Lets a body run out without looking at it: templates, photos, whatever else a terminal would like to tell. */
const discard = async (request: Request): Promise<void> => {
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_DISCARDED) throw new Fault('BODY_TOO_LARGE');
  }
};

/**
 * The terminals' push protocol under `/iclock` (DV8, DV9): plain text both ways, mostly without a Content-Type. Whoever is
 * not known or could not be served never reads OK, and so keeps what it has.
 */
export const terminalPages = ({ terminals, allowed, onError }: Deps): Router => {
  const router = Router();
  const read = express.raw({ type: () => true, limit: MOST_READ, inflate: false });
  const textOf = ({ body }: Request): string => (Buffer.isBuffer(body) ? body.toString('utf8') : '');
  const deviceOf = (response: Response): Device => response.locals.device;

  const known: RequestHandler = async (request, response, next) => {
    const address = request.ip ?? '';
    if (!allowed(address)) return say(response, 'FORBIDDEN\n', 403);
    const serial = Serial.safeParse(request.query.SN);
    if (!serial.success) return say(response, 'BAD REQUEST\n', 400);
    const device = await terminals.identify(serial.data, address);
    if (device === null) return say(response, 'UNKNOWN DEVICE\n', 403);
    response.locals.device = device;
    next();
  };

  router.use('/iclock', known);
  router.get('/iclock/cdata', (request, response) =>
    say(response, terminals.options(String(request.query.SN))),
  );
  router.post(
    '/iclock/cdata',
    async (request, response, next) => {
      const { table } = request.query;
      // Firmware differs in how it writes a table's name.
      if (typeof table === 'string' && table.toUpperCase() === 'ATTLOG') return next();
      await discard(request);
      say(response, 'OK\n');
    },
    read,
    async (request, response) => {
      say(response, `OK: ${await terminals.punches(deviceOf(response), textOf(request))}\n`);
    },
  );
  router.get('/iclock/getrequest', async (_request, response) => {
    say(response, `${(await terminals.next(deviceOf(response))) ?? 'OK'}\n`);
  });
  router.post('/iclock/devicecmd', read, async (request, response) => {
    await terminals.answered(deviceOf(response), textOf(request));
    say(response, 'OK\n');
  });
  router.get('/iclock/ping', (_request, response) => say(response, 'OK\n'));
  router.use('/iclock', (_request, response) => say(response, 'NOT FOUND\n', 404));
  router.use('/iclock', ((error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = (error as { status?: unknown }).status;
    const fault = error instanceof Fault ? error.kind.http : undefined;
    const blamed = typeof status === 'number' && status < 500 ? status : undefined;
    if (blamed === undefined) onError(error);
    say(response, 'ERROR\n', blamed ?? fault ?? 500);
  }) satisfies express.ErrorRequestHandler);
  return router;
};
