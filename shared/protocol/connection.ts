import { z } from 'zod';
import { command, event } from './define.ts';

/** A failure that nobody asked to have acknowledged. */
export const error = event('ERROR', {
  summary: 'The last message failed.',
  data: z.object({ message: z.string(), code: z.string() }),
  audience: ['one'],
});

/** Puts a fresh access token of the same log-in in place of one that is about to expire. */
export const renew = command('RENEW', {
  summary: 'Go on with a fresh access token, without reconnecting.',
  from: ['teacher', 'student', 'admin'],
  data: z.strictObject({ token: z.string().min(1).max(4096) }),
  reply: z.object({ expiresAt: z.string() }),
  limit: { perSecond: 1, burst: 5 },
  answers: true,
});
