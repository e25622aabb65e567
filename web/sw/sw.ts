declare const self: ServiceWorkerGlobalScope;

/** Answers navigations while there is no network, and files that never change from what is kept. */
const CACHE = 'rollcall app';
const SHELL = '/';

const isFile = (url: URL) => url.pathname.startsWith('/assets/');

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const files = (await (await fetch('/files.json', { cache: 'no-store' })).json()) as string[];
      await cache.addAll([SHELL, ...files]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const files = new Set((await (await fetch('/files.json', { cache: 'no-store' })).json()) as string[]);
      // What an earlier version left behind.
      for (const request of await cache.keys()) {
        const url = new URL(request.url);
        if (isFile(url) && !files.has(url.pathname)) await cache.delete(request);
      }
      await self.clients.claim();
    })().catch(() => {}),
  );
});

const fresh = async (request: Request): Promise<Response> => {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok && response.headers.get('content-type')?.startsWith('text/html'))
      await cache.put(SHELL, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(SHELL);
    if (kept) return kept;
    throw error;
  }
};
const kept = async (request: Request): Promise<Response> => {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
};

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (
    event.request.mode === 'navigate' &&
    !/^\/(docs|redoc|openapi|asyncapi|health|metrics)/.test(url.pathname)
  )
    event.respondWith(fresh(event.request));
  else if (isFile(url)) event.respondWith(kept(event.request));
});

export {};
