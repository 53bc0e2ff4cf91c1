import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Each script and style beside itself, compressed: the server sends that to whoever takes it. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  generateBundle: {
    // After Vite has put the last names into the scripts.
    order: 'post',
    handler(_, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        this.emitFile({
          type: 'asset',
          fileName: `${name}.gz`,
          source: gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }),
        });
      }
    },
  },
};

/** In development (`npx vite apps/admin`) the API is a running server's; ROLLBOOK_TOKEN_FILE speaks to it as whoever holds that token. */
const tokenFile = process.env['ROLLBOOK_TOKEN_FILE'];
const api = {
  target: process.env['ROLLBOOK_URL'] ?? 'http://127.0.0.1:3000',
  ...(tokenFile && { headers: { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` } }),
};

/**
 * What several pages need comes as one file; without it a page is made of 70, which compress worse. Not in it: what only
 * dialogs and forms need, which are loaded when they are first shown, and what only lists do, which have a file of their own.
 */
const shared =
  /node_modules.(?!@tanstack.(?:react-)?virtual|@mantine.form|@mantine.core.esm.components.(?:Modal|Select|Combobox|ScrollArea|SimpleGrid|List|Textarea|Input|PasswordInput|Checkbox|Collapse|Skeleton))/;
const base =
  /src.(?:api.|layout.remembered|audit-items.field-values|user-actions.user-actions[.]|components.(?:lazy-component|links|notify|problems|icons|page|user-name-cell|badges|date-time|country-name)[.])/;
const list = /node_modules.@tanstack.(?:react-)?virtual|components.list-table/;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed],
  // The server puts a nonce of each answer in its place.
  html: { cspNonce: 'CSP_NONCE' },
  server: { port: 5173, proxy: { '/api': api } },
  build: {
    outDir: '../../dist/admin',
    emptyOutDir: true,
    // No data: URLs, no polyfill: the content security policy stays narrow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Before compression; the browser test holds what is sent to 250 kB.
    chunkSizeWarningLimit: 1_000,
    // Libraries mark what React's server components may not run; here all is run by browsers.
    rolldownOptions: {
      onLog: (level, log, report) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : report(level, log)),
      output: {
        codeSplitting: {
          groups: [
            { name: 'shared', test: shared, minShareCount: 3, priority: 1 },
            { name: 'list', test: list, includeDependenciesRecursively: false },
            // Small files that most pages need compress better as one.
            { name: 'base', test: base, minShareCount: 3, includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
});
