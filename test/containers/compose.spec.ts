import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { help } from '../../apps/server/src/config.js';
import { compose, composeErrors, composeFile } from './compose.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'compose-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('docker/compose.yaml', () => {
  it('keeps to the compose schema', () => {
    expect(composeErrors(composeFile)).toEqual([]);
  });

  it.each([
    ['depends_on:', 'depend_on:'],
    ['condition: service_healthy', 'condition: healthy'],
    ['read_only: true', 'read_only: [always]'],
  ])('would not with %s as %s', (right, wrong) => {
    const file = join(directory, 'compose.yaml');
    writeFileSync(file, readFileSync(composeFile, 'utf8').replace(right, wrong));
    expect(composeErrors(file)).not.toEqual([]);
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
