import { once } from 'node:events';
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
  try {
    let piece = await walk.next();
    response.set({ 'Content-Type': type, 'Content-Disposition': `attachment; filename="${filename}"` });
    for (; !piece.done && !response.destroyed; piece = await walk.next()) {
      if (response.write(piece.value) || response.destroyed) continue;
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  } finally {
    await walk.return?.();
  }
};
