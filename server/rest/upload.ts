import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Fault } from '../../shared/faults.ts';
import { type Access, type Call, type Declaration, type Route, route } from './route.ts';

/** A body that is read as it comes, in place of JSON. */
export type Upload = { readonly type: string; readonly maxBytes: number };

/** An upload under way. */
export type Incoming = {
  /** BODY_TOO_LARGE beyond what the route takes, INVALID_REQUEST when the sender broke off. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How much has come, and how much is announced (null: not), in bytes. */
  readonly received: () => number;
  readonly announced: number | null;
  /** Sends a line of progress to those who asked for lines (`Accept: application/x-ndjson`); nothing to others. */
  readonly tell: (progress: object) => void;
};

const LINES = 'application/x-ndjson';

type ObjectOrNot = z.ZodObject | undefined;

/** Declares a route whose body is read as it comes. */
export const uploadRoute = <
  const A extends Access,
  R extends z.ZodType,
  P extends ObjectOrNot = undefined,
  Q extends ObjectOrNot = undefined,
>(
  declaration: Declaration<A, P, Q, undefined, R> & { readonly upload: Upload },
  handle: (call: Call<A, P, Q, undefined>, incoming: Incoming) => Promise<z.input<R>>,
): Route => ({
  declaration: declaration as unknown as Declaration,
  run: (raw) => {
    const { upload } = raw;
    if (upload === undefined) throw new Error('an upload route was called without an upload');
    return route<A, R, P, Q>(declaration, (call) => handle(call, upload)).run(raw);
  },
});

/** What a route with an upload gets; INVALID_REQUEST for another type, BODY_TOO_LARGE for more than it takes. */
export const incomingOf = (
  { type, maxBytes }: Upload,
  request: Request,
  response: Response,
): Incoming & { readonly lines: boolean } => {
  const wrong = (message: string) =>
    new Fault('INVALID_REQUEST', { details: [{ path: 'Content-Type', message }] });
  if (!request.is(type)) throw wrong(`must be ${type}`);
  if (request.get('content-encoding') !== undefined) throw wrong('must not be compressed');
  const announced =
    request.get('content-length') === undefined ? null : Number(request.get('content-length'));
  if (announced !== null && announced > maxBytes) throw new Fault('BODY_TOO_LARGE');
  const lines = request.accepts(['application/json', LINES]) === LINES;
  let received = 0;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const arriving = request.iterator({ destroyOnReturn: false });
    for (;;) {
      const next = await arriving.next().catch((cause: unknown) => {
        throw new Fault('INVALID_REQUEST', { cause, details: [{ path: '', message: 'broke off' }] });
      });
      if (next.done) return;
      const chunk: Uint8Array = next.value;
      received += chunk.length;
      if (received > maxBytes) throw new Fault('BODY_TOO_LARGE');
      yield chunk;
    }
  }

  return {
    chunks: chunks(),
    received: () => received,
    announced,
    lines,
    tell: (progress) => {
      if (lines) sendLine(response, { progress });
    },
  };
};

/** Sends one line of an answer in lines; the first sends the headers, too. */
export const sendLine = (response: Response, line: object): void => {
  if (!response.headersSent) response.status(200).set('Content-Type', `${LINES}; charset=utf-8`);
  response.write(`${JSON.stringify(line)}\n`);
};

/** True when the answer has begun to go out in lines: then its end is one, whatever became of it. */
export const isInLines = (response: Response): boolean =>
  response.headersSent && !response.writableEnded && String(response.get('Content-Type')).startsWith(LINES);
