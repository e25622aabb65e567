import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Response } from 'express';
import { FAULTS, Fault, type FaultCode } from '../../shared/faults.ts';
import type { Failure } from '../../shared/rest/common.ts';
import { describeError, isStoreAway } from '../kit/describe-error.ts';
import type { Log } from '../kit/log.ts';
import type { Declaration } from './route.ts';
import { isInLines, sendLine } from './upload.ts';

/** Where the route that is being answered is kept on a response. */
export const declarationOf = (response: Response): Declaration | undefined => response.locals.declaration;

/** The HTTP status of a fault in a route: the route's own word, else the fault's. */
export const statusOf = (code: FaultCode, declaration: Declaration | undefined): number =>
  declaration?.statusFor?.[code] ?? FAULTS[code].http;

/** The only place where REST catches. Whatever is not a fault of ours is INTERNAL, with an id that the log carries. */
export const answerFaults =
  ({ log }: { log: Log }): ErrorRequestHandler =>
  (error, request, response, _next) => {
    const inLines = isInLines(response);
    if (response.headersSent && !inLines) {
      // Half an answer is on its way: nobody may take it for a whole one.
      log.warn({ route: declarationOf(response)?.path, error: describeError(error) }, 'answer broken off');
      response.destroy();
      return;
    }
    const fault = asFault(error);
    const declaration = declarationOf(response);
    const status = statusOf(fault.code, declaration);
    const id = status >= 500 ? randomUUID() : undefined;
    if (id !== undefined) {
      const where = { id, code: fault.code, method: request.method, route: declaration?.path ?? 'none' };
      const cause = fault.code === 'INTERNAL' ? error : (fault.cause ?? fault);
      if (fault.code === 'INTERNAL') log.error({ ...where, error: describeError(cause) }, 'request failed');
      else log.warn({ ...where, error: describeError(cause) }, 'request failed');
    }
    const body: Failure = {
      success: false,
      error: declaration?.textFor?.[fault.code] ?? fault.message,
      code: fault.code,
      ...(fault.details === undefined ? {} : { details: [...fault.details] }),
      ...(id === undefined ? {} : { id }),
    };
    if (inLines) {
      sendLine(response, body);
      response.end();
      return;
    }
    response.set('Cache-Control', 'no-store');
    if (fault.kind.retry) response.set('Retry-After', String(Math.ceil((fault.retryAfterMs ?? 1000) / 1000)));
    if (status === 401) response.set('WWW-Authenticate', 'Bearer');
    response.status(status).json(declaration?.envelope ? declaration.envelope.failure(body) : body);
  };

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (isStoreAway(error)) return new Fault('STORE_UNAVAILABLE', { cause: error });
  const status = httpStatusOf(error);
  if (status === 413) return new Fault('BODY_TOO_LARGE');
  // What Express and its body parser blame on the request: broken JSON, a broken percent sign, an unknown charset.
  if (status !== undefined && status >= 400 && status < 500)
    return new Fault('INVALID_REQUEST', { details: [{ path: '', message: 'could not be read' }] });
  return new Fault('INTERNAL', { cause: error });
}

function httpStatusOf(error: unknown): number | undefined {
  const isHttp = error instanceof Error && 'status' in error && 'statusCode' in error;
  return isHttp && typeof error.status === 'number' ? error.status : undefined;
}
