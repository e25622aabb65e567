import { z } from 'zod';

/** A reply to a command: the data, or what went wrong. */
export type Reply<T = unknown> =
  | { success: true; data: T }
  | { success: false; error: string; code: string; details?: { path: string; message: string }[] };

/** A plain WebSocket frame. With `id` it is answered by `{ event: 'ACK', id, data: <reply> }`. */
export const Frame = z.strictObject({
  event: z.string().min(1).max(64),
  data: z.unknown().optional(),
  id: z.union([z.number(), z.string().max(64)]).optional(),
});
export type Frame = z.infer<typeof Frame>;

/** Where Socket.IO and the plain WebSocket listen. */
export const SOCKET_IO_PATH = '/socket.io';
export const PLAIN_PATH = '/ws';

/**
 * The path of a plain WebSocket that is for one class: this, and the class's id. What it says without a `classId` means
 * that class, and it hears of no other (WS10).
 */
export const PLAIN_CLASS_PATH = '/ws/class/';

/** The largest message that either wire takes, in bytes; a longer one closes the connection with 1009. */
export const MAX_FRAME_BYTES = 64 * 1024;
