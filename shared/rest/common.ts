import { z } from 'zod';

/** What every failed request is answered with; `code` is for machines, `error` for people. */
export const Failure = z
  .object({
    success: z.literal(false),
    error: z.string(),
    code: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** For failures that are ours: what the server's log knows it by. */
    id: z.string().optional(),
  })
  .meta({ id: 'Failure' });
export type Failure = z.infer<typeof Failure>;

/** Which part of a list is asked for: at most `limit` entries after the one that `cursor` names. */
export const Paging = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be a nextCursor from an earlier page')
    .optional(),
});
export type Paging = z.infer<typeof Paging>;

/** One page; `nextCursor` is null on the last. */
export const paged = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
