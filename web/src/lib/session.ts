import { Fault } from '../../../shared/faults.ts';
import type { LogIn, Me, SignUp, WebSession } from '../../../shared/rest/auth.ts';
import type { Claim, PasswordByLink } from '../../../shared/rest/invitations.ts';
import { request } from './api.ts';
import { observable } from './observable.ts';
import { forgetKnown, keepKnown, lastKnown } from './store.ts';

/** Somebody, the time zone in which their school counts its days, and how long a register may stay open there. */
type Here = { readonly user: Me; readonly timeZone: string; readonly maxSessionMinutes?: number };

/**
 * Who sits at this browser. `starting`: not known yet; `unreachable`: nobody could be asked and nobody was here before.
 * `in` with `confirmed: false`: who was last here, while the server cannot be reached. `out` says why, where there is one.
 */
export type SessionState =
  | { readonly status: 'starting' | 'unreachable' }
  | { readonly status: 'out'; readonly why?: 'left' | 'elsewhere' }
  | ({ readonly status: 'in'; readonly confirmed: boolean } & Here);

const WEB = '/api/v1/auth/session';
/** A token this close to its end, in ms, is replaced before it is used. */
const LEAD_MS = 30_000;
/** Says, without saying who, that somebody is signed in here: spares those who are not a question to the server. */
const HINT = 'rollcall here';
const hint = (here?: boolean): boolean => {
  try {
    if (here === true) localStorage.setItem(HINT, '1');
    if (here === false) localStorage.removeItem(HINT);
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
};
/** Says that somebody signed out here and the server has not been told yet. */
const LEAVING = 'rollcall leaving';
const leaving = (so?: boolean): boolean => {
  try {
    if (so === true) localStorage.setItem(LEAVING, '1');
    if (so === false) localStorage.removeItem(LEAVING);
    return localStorage.getItem(LEAVING) !== null;
  } catch {
    return so === true;
  }
};
/** How often the server is tried again that has not been told of a signing out, in ms. */
const TELL_AGAIN_MS = 5_000;
const LAST = { userId: 'browser', key: 'last here' };

type Held = { readonly token: string; readonly expiresAt: number };

/**
 * The log-in of this browser. Its secret is in a cookie that no script can read; the short access token is held in memory
 * and nowhere else (ADR 11).
 */
const createSession = () => {
  const state = observable<SessionState>({ status: 'starting' });
  const others = new BroadcastChannel('rollcall session');
  let held: Held | undefined;
  let asking: Promise<string> | undefined;
  /** Ends a request for a token that is under way: it is about whoever was here when it was made. */
  let stopAsking = new AbortController();
  const stop = () => {
    stopAsking.abort();
    stopAsking = new AbortController();
    asking = undefined;
  };

  const enter = ({ accessToken, expiresAt, user, timeZone, maxSessionMinutes }: WebSession): void => {
    held = { token: accessToken, expiresAt: Date.parse(expiresAt) };
    hint(true);
    const now = state.get();
    const here: Here = { user, timeZone, maxSessionMinutes };
    const isKnown = now.status === 'in' && now.confirmed && now.user.id === user.id;
    if (isKnown && now.timeZone === timeZone && now.maxSessionMinutes === maxSessionMinutes) return;
    state.set({ status: 'in', ...here, confirmed: true });
    void forgetKnown(user.id);
    void keepKnown(LAST.userId, LAST.key, here);
  };
  const leave = (why?: 'left' | 'elsewhere'): void => {
    stop();
    held = undefined;
    void forgetKnown();
    hint(false);
    state.set(why === undefined ? { status: 'out' } : { status: 'out', why });
  };

  let telling: Promise<void> | undefined;
  let tellAgain: ReturnType<typeof setTimeout> | undefined;
  /** Ends at the server the log-in that was left here; while the server is away, as soon as it is back. */
  const tellLeaving = (): Promise<void> => {
    telling ??= request('DELETE', WEB)
      .then(() => leaving(false))
      .catch((error: unknown) => {
        // Only these say that there is nothing to end; after anything else the log-in would go on unseen.
        const isOver = error instanceof Fault && ['UNAUTHORIZED', 'FORBIDDEN'].includes(error.code);
        if (isOver) leaving(false);
        else tellAgain = setTimeout(() => leaving() && void tellLeaving(), TELL_AGAIN_MS);
      })
      .then(() => {
        telling = undefined;
      });
    return telling;
  };
  /** Somebody signs in: what there was to tell is over with the cookie that theirs replaces. */
  const stopTelling = async (): Promise<void> => {
    clearTimeout(tellAgain);
    await telling;
    clearTimeout(tellAgain);
  };

  /** A fresh access token in any case; UNAUTHORIZED when the log-in is over. */
  const renew = (): Promise<string> => {
    if (asking) return asking;
    const { signal } = stopAsking;
    const mine = request<WebSession>('POST', `${WEB}/token`, { signal })
      .then((session) => {
        if (signal.aborted) throw new Fault('DISCONNECTED');
        enter(session);
        return session.accessToken;
      })
      .catch((error: unknown) => {
        if (!signal.aborted && error instanceof Fault && error.code === 'UNAUTHORIZED')
          leave(hint() ? 'elsewhere' : undefined);
        throw error;
      })
      .finally(() => {
        if (asking === mine) asking = undefined;
      });
    asking = mine;
    return mine;
  };

  others.onmessage = ({ data }: MessageEvent<'out' | 'in'>) => {
    if (data === 'out' && state.get().status === 'in') leave('left');
    if (data === 'in') void renew().catch(() => {});
  };

  return {
    state,
    renew,

    /** A token that is good for a while; a fresh one only where it must be. */
    token: async (): Promise<string> =>
      held && held.expiresAt - Date.now() > LEAD_MS ? held.token : await renew(),

    /** Finds out who sits here: by the server, or while that is away by who was here last. */
    async start(): Promise<void> {
      if (leaving()) void tellLeaving();
      if (!hint()) return leave();
      try {
        await renew();
      } catch (error) {
        if (state.get().status === 'out') return;
        if (error instanceof Fault && error.code === 'FORBIDDEN') return leave();
        const last = await lastKnown<Here>(LAST.userId, LAST.key);
        state.set(last ? { status: 'in', ...last.data, confirmed: false } : { status: 'unreachable' });
      }
    },

    async logIn(body: LogIn): Promise<void> {
      await stopTelling();
      const session = await request<WebSession>('POST', WEB, { body });
      leaving(false);
      stop();
      enter(session);
      others.postMessage('in');
    },

    async signUp(body: SignUp): Promise<void> {
      await request('POST', '/api/v1/auth/register', { body });
      await this.logIn({ email: body.email, password: body.password });
    },

    /** Makes an invitation an account, and signs its new owner in, in the place of whoever is. */
    async claim(body: Claim): Promise<void> {
      await request('POST', '/api/v1/auth/claim', { body });
      await this.logInInstead({ email: body.email, password: body.password });
    },

    /** Sets a new password by a link, and signs its owner in, in the place of whoever is. */
    async setPassword(body: PasswordByLink): Promise<void> {
      const { email } = await request<Me>('POST', '/api/v1/auth/new-password', { body });
      await this.logInInstead({ email, password: body.password });
    },

    /** The link is used up by now: whoever cannot be signed in just then is signed out, and does so at the next page. */
    async logInInstead(body: LogIn): Promise<void> {
      if (state.get().status === 'in') await this.logOut();
      await this.logIn(body).catch(() => {});
    },

    /**
     * Ends the log-in: here and in every tab at once, then at the server, now or when it can be reached. In this order,
     * since the hub closes the connection of an ended log-in and it would ask for a token once more.
     */
    async logOut(): Promise<void> {
      leave('left');
      others.postMessage('out');
      leaving(true);
      await tellLeaving();
    },
  };
};

/** This browser's session: there is one. */
export const session = createSession();

/** A request in the name of whoever is signed in; a token that has just ended is replaced once. */
export const authorized = async <T>(
  ...[method, path, options = {}]: Parameters<typeof request>
): Promise<T> => {
  const token = await session.token();
  try {
    return await request<T>(method, path, { ...options, token });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'UNAUTHORIZED') throw error;
    return await request<T>(method, path, { ...options, token: await session.renew() });
  }
};
