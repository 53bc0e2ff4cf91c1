import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

/**
 * Jest's transform for our own sources: replaces each source by the module that was built from it, which Node itself
 * loads as in production. So a worker loads and compiles the server once, not again for each spec file.
 */
export default {
  async processAsync(_, path) {
    const url = pathToFileURL(join(root, 'dist', relative(root, path).replace(/\.ts$/, '.js'))).href;
    const names = Object.keys(await import(url));
    return {
      code: [
        `const built = await importNatively(${JSON.stringify(url)});`,
        ...names.map((name) => `export const ${name} = built.${name};`),
      ].join('\n'),
    };
  },
  // A source may export the names of another file, so the key depends on the whole build.
  getCacheKey: (_, path) => `${relative(root, path)} ${statSync(join(root, 'dist/.built')).mtimeMs}`,
};
