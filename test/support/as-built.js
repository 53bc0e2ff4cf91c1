import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

/**
 * Jest's transform for our own sources: in place of each stands the module built from it, loaded by Node itself as
 * `npm start` loads it. So a worker loads and compiles the server once, not again for each file of specs.
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
  // What a source exports may be another's.
  getCacheKey: (_, path) => `${relative(root, path)} ${statSync(join(root, 'dist/.built')).mtimeMs}`,
};
