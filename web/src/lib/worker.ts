/**
 * Has the app open without a network. Without a service worker (plain HTTP on another machine than this) it works, but
 * not offline.
 */
export const startWorker = async (): Promise<void> => {
  await navigator.serviceWorker?.register('/sw.js').catch(() => undefined);
};
