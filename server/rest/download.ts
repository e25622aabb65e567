import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { z } from 'zod';

/** A file that is sent while it is made. */
export type Download = {
  /** Without quotes and controls. */
  readonly filename: string;
  /** Its content type. */
  readonly type: string;
  readonly pieces: AsyncIterable<string>;
};

const downloads = new WeakSet<z.ZodType>();

/** The reply of a route that answers with a file, in place of the envelope. */
export const downloadReply = (): z.ZodType<Download, Download> => {
  const reply = z.custom<Download>();
  downloads.add(reply);
  return reply;
};

/** Whether a route's reply is a file. */
export const isDownload = (reply: z.ZodType): boolean => downloads.has(reply);

/**
 * Sends a file piece by piece, the next one when the reader has taken the last. Nothing is sent before the first piece is
 * there, so that a failure until then is answered as any other; a later one breaks the connection off, so that nobody
 * takes half a file for a whole one.
 */
export const sendDownload = async (
  response: Response,
  { filename, type, pieces }: Download,
): Promise<void> => {
  const walk = pieces[Symbol.asyncIterator]();
  const first = await walk.next();
  const whole = async function* () {
    try {
      for (let piece = first; !piece.done; piece = await walk.next()) yield piece.value;
    } finally {
      await walk.return?.();
    }
  };
  response.set({ 'Content-Type': type, 'Content-Disposition': `attachment; filename="${filename}"` });
  await pipeline(Readable.from(whole(), { highWaterMark: 1 }), response).catch((error: unknown) => {
    const hasLeft = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!hasLeft) throw error;
  });
};
