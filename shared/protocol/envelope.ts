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
