import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Adds compressed copies of each script and style. The server sends Brotli to browsers that accept it (over TLS and on localhost), else gzip. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  generateBundle: {
    // After Vite has put the final file names into the scripts.
    order: 'post',
    handler(_, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const content = file.type === 'chunk' ? file.code : file.source;
        this.emitFile({ type: 'asset', fileName: `${name}.gz`, source: gzipSync(content, { level: 9 }) });
        this.emitFile({ type: 'asset', fileName: `${name}.br`, source: brotliCompressSync(content) });
      }
    },
  },
};

/** In development (`npx vite apps/admin`) the API is that of a running server; with ROLLBOOK_TOKEN_FILE, requests carry that token. */
const tokenFile = process.env['ROLLBOOK_TOKEN_FILE'];
const api = {
  target: process.env['ROLLBOOK_URL'] ?? 'http://127.0.0.1:3000',
  ...(tokenFile && { headers: { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` } }),
};

/**
 * One file for what several pages need; without it a page would have 70 files, which compress worse. It leaves out what only
 * dialogs and forms need, which are loaded when they are first shown, and what only lists need, which is a file of its own.
 */
const shared =
  /node_modules.(?!@tanstack.(?:react-)?virtual|@mantine.form|@mantine.core.esm.components.(?:Modal|Select|Combobox|ScrollArea|SimpleGrid|List|Textarea|Input|PasswordInput|Checkbox|Collapse|Skeleton))/;
const base =
  /src.(?:api.|layout.remembered|audit.audit-search|user-list.user-list-search|user-page.moment-search|audit-items.field-values|audit-items.names|layout.preference-menus|user-actions.user-actions[.]|components.(?:lazy-component|lazy-code|code-load-boundary|links|notify|problems|icons|page|calendar-date|return-focus|user-name-cell|badges|locks|person-name|date-time|country-name)[.])/;
const list =
  /node_modules.@tanstack.(?:react-)?virtual|components.(?:list-table|slow-notice|skeleton-rows|use-list-place)/;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed],
  // The server replaces it by the nonce of each response.
  html: { cspNonce: 'CSP_NONCE' },
  server: { port: 5173, proxy: { '/api': api } },
  build: {
    outDir: '../../dist/admin',
    emptyOutDir: true,
    // No data: URLs and no polyfill, so that the content security policy stays narrow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Before compression; the browser test limits the compressed size to 250 kB.
    chunkSizeWarningLimit: 1_000,
    // Libraries mark code that React's server components must not run; browsers run all of it.
    rolldownOptions: {
      onLog: (level, log, report) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : report(level, log)),
      output: {
        codeSplitting: {
          groups: [
            { name: 'shared', test: shared, minShareCount: 3, priority: 1 },
            { name: 'list', test: list, includeDependenciesRecursively: false },
            // Small files that most pages need compress better as one.
            { name: 'base', test: base, minShareCount: 2, includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
});
