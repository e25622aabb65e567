import { z } from 'zod';
import { Status } from '../status.ts';

// The second system's shapes. Its failures are one sentence, so that every field says in its own words what is wrong.

const Id = z.string();

export const CodesNewClass = z.strictObject({
  name: z
    .string('Name must be a text')
    .trim()
    .min(1, 'Name must not be empty')
    .max(200, 'Name must have at most 200 characters'),
});
export const CodesClass = z.object({ id: Id, name: z.string() }).meta({ id: 'CodesClass' });

export const CodesPath = z.strictObject({ id: Id });
/** Parts of a minute are taken: 0.5 is half a minute. */
export const CodesNewSession = z.strictObject({
  duration_minutes: z
    .number('Duration must be a number of minutes')
    .positive('Duration must be greater than zero'),
});
/** Times are ISO 8601 UTC. */
export const CodesSession = z
  .object({ id: Id, code: z.string(), expires_at: z.string() })
  .meta({ id: 'CodesSession' });

/** Any text: one that cannot be a code is a code that nobody has. */
export const CodesSubmission = z.strictObject({ code: z.string('Code must be a text') });
/** `present`; another status where the session has a late rule, or the teacher has decided. */
export const CodesSubmitted = z
  .object({ status: Status.nullable(), submitted_at: z.string() })
  .meta({ id: 'CodesSubmitted' });
