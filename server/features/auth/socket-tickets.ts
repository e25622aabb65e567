import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { Tickets } from '../../data/tickets.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Auth } from './auth.ts';

/** How long a ticket waits to be used, in ms. */
const LIFE_MS = 30_000;

const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest('base64url');

/** Single-use tickets that open a socket without a token in its address. */
export const createSocketTickets = ({
  tickets,
  auth,
  clock,
}: {
  tickets: Tickets;
  auth: Pick<Auth, 'isAlive'>;
  clock: Clock;
}) => ({
  /** A new ticket for someone; `expiresAt` in ms since 1970. */
  async issue(who: Who): Promise<{ ticket: string; expiresAt: number }> {
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = clock.now() + LIFE_MS;
    const { userId, role, loginId, expiresAt: tokenExpiresAt } = who;
    await tickets.put(hashOf(ticket), { userId, role, loginId, tokenExpiresAt }, new Date(expiresAt));
    return { ticket, expiresAt };
  },

  /** Whose ticket it is, once; UNAUTHORIZED when it is unknown, used or over, or the log-in has ended since. */
  async redeem(ticket: string): Promise<Who> {
    const now = clock.now();
    const holder = ticket.length > 128 ? null : await tickets.take(hashOf(ticket), new Date(now));
    if (!holder || holder.tokenExpiresAt <= now || !(await auth.isAlive(holder)))
      throw new Fault('UNAUTHORIZED');
    const { tokenExpiresAt: expiresAt, ...rest } = holder;
    return { ...rest, expiresAt };
  },
});
export type SocketTickets = ReturnType<typeof createSocketTickets>;
