import { Fault } from '../faults.ts';
import type { Timers } from './timers.ts';

/** An access token, or what fetches a fresh one. */
export type TokenSource = string | (() => string | Promise<string>);

/** How long before its end a token is replaced, in ms; shorter-lived tokens are replaced at half their life. */
const LEAD_MS = 30_000;

/** The times in a JWT, ms since 1970, read without verifying: that is the server's affair. */
export const timesIn = (token: string): { issuedAt?: number; expiresAt?: number } => {
  try {
    const body = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(body)) as { iat?: unknown; exp?: unknown };
    return {
      ...(typeof iat === 'number' ? { issuedAt: iat * 1000 } : {}),
      ...(typeof exp === 'number' ? { expiresAt: exp * 1000 } : {}),
    };
  } catch {
    return {};
  }
};

/** Keeps the token in use. */
export type Tokens = {
  /** False when the source is one fixed token: asking again would bring the same. */
  readonly renewable: boolean;
  /** The token in use, or a fresh one when there is none or it is about to end. */
  current(): Promise<string>;
  /** A fresh one in any case. */
  fresh(): Promise<string>;
  /** The server refused it: the next `current` asks again. */
  refused(): void;
  /** Milliseconds until the token in use should be replaced; undefined when it has no end or cannot be. */
  renewIn(): number | undefined;
};

/** Keeps the token in use, and asks its source for another when it is time. */
export const createTokens = (source: TokenSource, timers: Timers): Tokens => {
  let token: string | undefined;
  let since = 0;

  const lead = ({ issuedAt, expiresAt }: ReturnType<typeof timesIn>) => {
    const life = (expiresAt ?? 0) - (issuedAt ?? since);
    return Math.min(LEAD_MS, Math.max(0, life) / 2);
  };
  const fresh = async () => {
    const given = typeof source === 'string' ? source : await source();
    if (typeof given !== 'string' || given === '') throw new Fault('UNAUTHORIZED');
    token = given;
    since = timers.now();
    return given;
  };
  return {
    renewable: typeof source === 'function',
    fresh,
    async current() {
      if (token === undefined || typeof source === 'string') return await fresh();
      const times = timesIn(token);
      const ending = times.expiresAt !== undefined && timers.now() >= times.expiresAt - lead(times);
      return ending ? await fresh() : token;
    },
    refused() {
      token = undefined;
    },
    renewIn() {
      if (token === undefined || typeof source === 'string') return undefined;
      const times = timesIn(token);
      if (times.expiresAt === undefined) return undefined;
      // On a machine whose clock is wrong every token may look old: do not ask without pause.
      const soonest = since + lead(times) / 4;
      return Math.max(times.expiresAt - lead(times), soonest) - timers.now();
    },
  };
};
