import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const idsIn = (part: string): string[] =>
  [...part.matchAll(/^(?:- \*\*|\| )([A-Z][A-Z-]*-\d+)\b/gm)].map(([, id]) => id!);
const [built, planned] = text('docs/domain.md').split('\n# Planned\n').map(idsIn) as [string[], string[]];

/** The ids that begin the names of tests. */
const proved = new Set(
  globSync('{apps,libs,test}/**/*.{spec,cases}.ts', { cwd: root, exclude: ['**/node_modules/**'] })
    .flatMap((path) => [...text(path).matchAll(/['"`]((?:[A-Z][A-Z-]*-\d+(?:, )?)+): /g)])
    .flatMap(([, ids]) => ids!.split(', ')),
);

describe('the rules of docs/domain.md', () => {
  it('have each an id of their own', () => {
    const all = [...built, ...planned];
    expect(all.filter((id, nth) => all.indexOf(id) !== nth)).toEqual([]);
    expect(built.length).toBeGreaterThan(150);
  });

  it('are proved by a test that names them, once they are built', () => {
    expect(built.filter((id) => !proved.has(id))).toEqual([]);
  });

  it('have no test while they are planned', () => expect(planned.filter((id) => proved.has(id))).toEqual([]));

  it('are all that tests name', () => {
    const known = new Set([...built, ...planned]);
    expect([...proved].filter((id) => !known.has(id))).toEqual([]);
  });
});
