declare const self: ServiceWorkerGlobalScope & {
  /** What this version of the app consists of; the build writes it at the head of this file, which so changes with it. */
  readonly built: { readonly version: string; readonly files: readonly string[] };
};

/**
 * Opens the app without a network, and nothing more: pages come from the server wherever it answers, what the API says
 * is never kept here. Each version has a cache of its own, from which its pages are served for as long as one is open.
 */
const NAME = 'rollcall app ';
const CACHE = NAME + self.built.version;
const SHELL = '/';
/** How long until it is looked again whether pages of an earlier version are open, in ms. */
const AGAIN_MS = 1_000;
/** How long a page may wait for a server that does not answer, in ms, before what is kept is shown. */
const PATIENCE_MS = 4_000;

const isFile = (url: URL) => url.pathname.startsWith('/assets/');
/** The app's own addresses. */
const isPage = (url: URL) =>
  /^\/($|(sign-in|sign-up|claim|new-password|check-in|account)$|(analytics|teach|my|board|admin)(\/|$))/.test(
    url.pathname,
  );

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      // The page past the browser's own cache; the files are named by what is in them.
      await cache.add(new Request(SHELL, { cache: 'reload' }));
      await Promise.all(
        self.built.files.map(async (file) => {
          const known = await caches.match(file);
          return known ? await cache.put(file, known) : await cache.add(file);
        }),
      );
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith('rollcall app') && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

/** A page of this version asks: if it is the only one that is open, nobody needs the earlier version any more. */
self.addEventListener('message', (event) => {
  const { script } = Object(event.data) as { script?: string };
  if (script === undefined || !self.built.files.includes(script)) return;
  event.waitUntil(
    (async () => {
      // A page that was just closed is counted for a moment longer.
      for (let tries = 0; tries < 5; tries += 1) {
        const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
        if (open.length <= 1) return await self.skipWaiting();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    })(),
  );
});

const late = async (): Promise<undefined> => {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return undefined;
};
/** The page from the server; where that is away, silent or broken, the page that is kept. */
const page = async (request: Request): Promise<Response> => {
  const fresh = fetch(request);
  const kept = async () => await (await caches.open(CACHE)).match(SHELL);
  try {
    const first = await Promise.race([fresh, late()]);
    if (first && first.status < 500) return first;
    return (await kept()) ?? (await fresh);
  } catch (error) {
    const last = await kept();
    if (last) return last;
    throw error;
  }
};
/** A file of any version that is kept; names say what is in them. */
const file = async (request: Request): Promise<Response> =>
  (await caches.match(request)) ?? (await fetch(request));

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && isPage(url)) event.respondWith(page(event.request));
  else if (isFile(url)) event.respondWith(file(event.request));
});

export {};
