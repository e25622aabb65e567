/**
 * Has the app open without a network. Without a service worker (plain HTTP on another machine than this) it works, but
 * not offline. `script`: the path of this page's own script, which says of which version the page is.
 */
export const startWorker = async (script: string): Promise<void> => {
  const registration = await navigator.serviceWorker?.register('/sw.js').catch(() => undefined);
  if (registration === undefined) return;
  // A version that waits takes over once it has no page of an earlier one to care for.
  const offer = (worker: ServiceWorker | null) => worker?.postMessage({ script });
  offer(registration.waiting);
  document.addEventListener('visibilitychange', () => offer(registration.waiting));
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed') offer(coming);
    });
  });
};
