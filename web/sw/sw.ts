declare const self: ServiceWorkerGlobalScope & {
  /** What this version of the app consists of; the build writes it at the head of this file, which so changes with it. */
  readonly built: { readonly version: string; readonly files: readonly string[] };
};

/**
 * Opens the app without a network, and nothing more: pages come from the server wherever it answers, what the API says
 * is never kept here. Each version has a cache of its own, from which its pages are served for as long as one is open.
 * A new version takes over by itself when the last page is closed, never sooner: a worker that is replaced while a page
 * loads may leave that page waiting for ever.
 */
const NAME = 'rollcall app ';
const CACHE = NAME + self.built.version;
const SHELL = '/';
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
      await Promise.all(
        self.built.files.map(async (file) => {
          const known = await caches.match(file);
          return known ? await cache.put(file, known) : await cache.add(file);
        }),
      );
      // Past the browser's own cache, and last: where the page is kept, all that it needs is.
      const shell = await fetch(SHELL, { cache: 'reload' });
      const needed = (await shell.clone().text()).match(/\/assets\/[\w.-]+/g) ?? [];
      if (!shell.ok || !needed.every((path) => self.built.files.includes(path)))
        throw new Error('The page is not of this version; another one came meanwhile.');
      await cache.put(SHELL, shell);
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith(NAME) && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

const late = async (): Promise<undefined> => {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return undefined;
};
/** The page of the newest version that is kept whole, whichever version this worker is of. */
const kept = async (): Promise<Response | undefined> => {
  const versions = (await caches.keys()).filter((name) => name.startsWith(NAME));
  for (const name of versions.reverse()) {
    const shell = await (await caches.open(name)).match(SHELL);
    if (shell) return shell;
  }
  return undefined;
};
/** The page from the server; where that is away, silent or broken, the page that is kept. */
const page = async (request: Request): Promise<Response> => {
  const fresh = fetch(request);
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
