import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A copy of the build with the changes of {@link createOlderBuild}. */
export interface OlderBuild {
  /** The directory, for `startServerProcess`. */
  readonly root: string;
  remove(): void;
}

/** The event that the older build does not know: `PATCH` of a user's country writes it. */
export const unknownToOlderBuild = 'UserCountryChanged';

/** Copies the build, as an earlier one would be: without one type of event, and with an older version of the list of users. */
export function createOlderBuild(): OlderBuild {
  const root = mkdtempSync(join(tmpdir(), 'rollbook-older-build-'));
  cpSync('dist', join(root, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  cpSync('package.json', join(root, 'package.json'));
  const edit = (file: string, from: RegExp, to: string) => {
    const path = join(root, file);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, after);
  };
  edit('package.json', /"version": "[^"]+"/, '"version": "0.0.9"');
  edit('dist/libs/users/src/domain/user.events.js', new RegExp(`${unknownToOlderBuild}: \\{\\},`), '');
  edit('dist/apps/server/src/build.js', new RegExp(`'${unknownToOlderBuild}',`), '');
  edit('dist/libs/users/src/read/user-list.projection.js', /version: [1-9]\d*,/, 'version: 0,');
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
