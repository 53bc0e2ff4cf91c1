import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { help } from '../../apps/server/src/config.js';
import { compose, composeFile } from './compose.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'compose-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What the schema of compose files says against this file; not the linter's taste, which are warnings. */
function errorsOf(file: string): string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  // Its types don't resolve in ESM.
  const results = linter.lintFiles([file], false) as { messages: { type: string; message: string }[] }[];
  return results.flatMap(({ messages }) =>
    messages.filter(({ type }) => type === 'error').map(({ message }) => message),
  );
}

describe('docker/compose.yaml', () => {
  it('keeps to the compose schema', () => {
    expect(errorsOf(composeFile)).toEqual([]);
  });

  it.each([
    ['depends_on:', 'depend_on:'],
    ['condition: service_healthy', 'condition: healthy'],
    ['read_only: true', 'read_only: [always]'],
  ])('would not with %s as %s', (right, wrong) => {
    const file = join(directory, 'compose.yaml');
    writeFileSync(file, readFileSync(composeFile, 'utf8').replace(right, wrong));
    expect(errorsOf(file)).not.toEqual([]);
  });

  // The server ignores a variable that it doesn't know: a misspelt one would quietly leave it on its own store.
  it('gives the server settings that it has', () => {
    for (const name of Object.keys(compose.services.rollbook.environment))
      expect(help()).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('keeps on volumes of its own all that is durable', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    expect(mounted.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    const dataDir = /DATA_DIR=(\S+)/.exec(readFileSync('docker/Dockerfile', 'utf8'))![1];
    expect(compose.services.rollbook.volumes).toContain(`vault:${dataDir}`);
  });
});
