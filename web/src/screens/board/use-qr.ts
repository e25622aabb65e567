import { useEffect, useState } from 'react';
import { Fault } from '../../../../shared/faults.ts';
import type { QrView as Shown } from '../../../../shared/rest/checkin.ts';
import { authorized } from '../../lib/session.ts';

/** The picture of the moment; `old`: the one that there is counts no more. `offset`: the server's clock less ours, in ms. */
export type QrNow = { readonly shown: Shown | undefined; readonly old: boolean; readonly offset: number };

/** A failed fetch is tried again after this, in ms, and after at most LONGEST_MS where it fails on. */
const AGAIN_MS = 500;
const LONGEST_MS = 5_000;

/** Fetches the picture of a session, and each next one in time; where that fails it goes on trying. */
export const useQr = (sessionId: string, wanted: boolean): QrNow => {
  const [now, setNow] = useState<QrNow>({ shown: undefined, old: false, offset: 0 });
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    let aging: ReturnType<typeof setTimeout>;
    let failures = 0;
    const next = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void fetchIt(), ms);
    };
    const fetchIt = async (): Promise<void> => {
      try {
        const shown = await authorized<Shown>('GET', `/api/v1/sessions/${sessionId}/qr`);
        if (gone) return;
        failures = 0;
        const { validForMs, validUntil, stepSeconds } = shown;
        setNow({ shown, old: false, offset: Date.parse(validUntil) - validForMs - Date.now() });
        clearTimeout(aging);
        // The server takes a picture for one step more: what is shown is never one that is refused.
        aging = setTimeout(() => setNow((last) => ({ ...last, old: true })), validForMs + stepSeconds * 500);
        next(validForMs);
      } catch (error) {
        if (gone) return;
        if (error instanceof Fault && ['SESSION_ENDED', 'METHOD_NOT_TAKEN'].includes(error.code)) return;
        failures += 1;
        next(Math.min(LONGEST_MS, AGAIN_MS * failures));
      }
    };
    const awake = () => {
      if (document.visibilityState === 'visible') next(0);
    };
    void fetchIt();
    // A machine that slept, or whose network is back, shows the new one at once.
    document.addEventListener('visibilitychange', awake);
    window.addEventListener('online', awake);
    return () => {
      gone = true;
      clearTimeout(timer);
      clearTimeout(aging);
      document.removeEventListener('visibilitychange', awake);
      window.removeEventListener('online', awake);
    };
  }, [sessionId, wanted]);
  return now;
};
