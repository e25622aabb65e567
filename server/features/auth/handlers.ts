import { Fault } from '../../../shared/faults.ts';
import { renew } from '../../../shared/protocol/index.ts';
import { type Handler, on } from '../../hub/on.ts';
import type { Auth } from './auth.ts';

/** A fresh token for a connection that stays: of the same user and log-in, or it is refused. */
export const authHandlers = ({ auth }: { auth: Pick<Auth, 'authenticate'> }): Handler[] => [
  on(renew, async ({ token }, who) => {
    const fresh = await auth.authenticate(token);
    if (fresh.userId !== who.userId || fresh.loginId !== who.loginId) throw new Fault('UNAUTHORIZED');
    who.renewed(fresh.expiresAt);
    return { expiresAt: new Date(fresh.expiresAt).toISOString() };
  }),
];
