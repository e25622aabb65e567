import { Fault } from '../../../../shared/faults.ts';
import type { ScanTicket } from '../../../../shared/rest/checkin.ts';
import { isAway, request } from '../../lib/api.ts';
import { fragmentText } from '../../lib/fragment.ts';
import { observable } from '../../lib/observable.ts';

/**
 * A QR link that was scanned. `binding`: the server is being told (`away`: it cannot be reached just now); `bound`: the
 * scan counts until `expiresAt`, whoever signs in till then; `refused`: the picture was not one of a running class.
 * Times in ms since 1970.
 */
export type Scan =
  | { readonly status: 'none' }
  | { readonly status: 'binding'; readonly away: boolean }
  | {
      readonly status: 'bound';
      readonly ticket: string;
      readonly scannedAt: number;
      readonly expiresAt: number;
    }
  | { readonly status: 'refused'; readonly error: Fault };

const PAGE = '/check-in';
/** Over a reload and the sign-in of this tab, and no longer. */
const KEY = 'rollcall scan';
/** How long until the server is told again that could not be reached, in ms. */
const AGAIN_MS = 1_500;

const none: Scan = { status: 'none' };
export const scan = observable<Scan>(none);

const keep = (value: { token: string } | Extract<Scan, { status: 'bound' }> | undefined): void => {
  try {
    if (value === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // it holds for as long as the page stays then
  }
};
const kept = (): { token: string } | Extract<Scan, { status: 'bound' }> | undefined => {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
};

let latest = 0;
const bind = async (token: string): Promise<void> => {
  latest += 1;
  const mine = latest;
  scan.set({ status: 'binding', away: false });
  keep({ token });
  for (;;) {
    try {
      const bound = await request<ScanTicket>('POST', '/api/v1/attendance/scan-ticket', { body: { token } });
      if (mine !== latest) return;
      const next = {
        status: 'bound' as const,
        ticket: bound.ticket,
        scannedAt: Date.parse(bound.scannedAt),
        expiresAt: Date.parse(bound.expiresAt),
      };
      keep(next);
      return scan.set(next);
    } catch (error) {
      if (mine !== latest) return;
      if (!isAway(error)) {
        keep(undefined);
        return scan.set({
          status: 'refused',
          error: error instanceof Fault ? error : new Fault('INTERNAL', { cause: error }),
        });
      }
      scan.set({ status: 'binding', away: true });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (mine !== latest) return;
    }
  }
};

/** Forgets the scan: it was used, or is of no use. */
export const dropScan = (): void => {
  latest += 1;
  keep(undefined);
  scan.set(none);
};

const take = (): void => {
  if (location.pathname !== PAGE || location.hash.length < 2) return;
  const token = fragmentText(location.hash);
  // Out of the address bar and the history: it is nobody else's.
  history.replaceState(history.state, '', PAGE);
  void bind(token);
};

/**
 * Takes the scan that this page was opened with, before anything is drawn or anybody is signed in: what was scanned
 * changes every few seconds.
 */
export const startScan = (): void => {
  window.addEventListener('hashchange', take);
  const before = kept();
  take();
  if (scan.get().status !== 'none' || before === undefined) return;
  if ('token' in before) void bind(before.token);
  else if (before.expiresAt > Date.now()) scan.set(before);
  else keep(undefined);
};
