import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

type Find = (id: string) => { importers: readonly string[] } | null;
const isMain = (id: string) => id.endsWith('/web/src/main.tsx');
/** Whether main comes to a module without a dynamic import: it is needed from the start. */
const isFirst = (id: string, find: Find, seen = new Set<string>()): boolean => {
  if (seen.has(id)) return false;
  seen.add(id);
  return (find(id)?.importers ?? []).some((importer) => isMain(importer) || isFirst(importer, find, seen));
};

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The web app. It goes to dist/app, from where the server serves it; `npm run dev:web` serves it beside a running server. */
export default defineConfig({
  root: here('.'),
  plugins: [react()],
  build: {
    outDir: here('../dist/app'),
    emptyOutDir: true,
    target: ['chrome109', 'safari16', 'firefox115'],
    // Nothing inline: the content security policy lets no data: script or style in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: here('index.html'), sw: here('sw/sw.ts') },
      output: {
        // What is needed from the start comes as one file, which spares half a dozen answers with their headers. Main is not
        // in it: it waits for the language, whose file imports from this one.
        codeSplitting: {
          groups: [
            {
              debugName: 'first',
              name: (id, modules) => (isFirst(id, (one) => modules.getModuleInfo(one)) ? 'first' : null),
            },
          ],
        },
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8000', '/socket.io': { target: 'http://127.0.0.1:8000', ws: true } },
  },
});
