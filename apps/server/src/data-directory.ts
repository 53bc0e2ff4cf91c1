import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Returns the path where a restore builds its files; while it exists, the data directory is not complete. */
export const restoreDraftPath = (directory: string): string => join(directory, 'restoring');

/** The names that the server uses in the data directory. */
const ownNames = /^(?:control|events|lock|mail|operator-token|read-store|restoring|vault|worker)(?:[.-].*)?$/;

/** Returns whether a path is the data directory, or one that the server uses in it. */
export function isReservedPath(directory: string, path: string): boolean {
  const [first = ''] = relative(directory, path).split(sep);
  return first === '' || ownNames.test(first);
}

/** Creates a directory and its missing parents, mode 700. Node's `recursive` option never returns for paths below /proc. */
export function makeDirectory(path: string): void {
  const directory = resolve(path);
  if (!existsSync(dirname(directory))) makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(directory).isDirectory()) throw error;
  }
}

/**
 * Creates the data directory (mode 700) if it is missing, and locks it against other processes. The operating system holds
 * the lock, through SQLite, so it is released when the process ends, even if it is killed.
 * @throws Error of one line
 */
export function lockDataDirectory(directory: string): { release(): void } {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw new Error(
      `The data directory ${directory} can not be written to (${(error as NodeJS.ErrnoException).code}).`,
      { cause: error },
    );
  }
  const lock = new DatabaseSync(join(directory, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new Error(`The data directory ${directory} is in use by another process.`);
  }
  if (existsSync(restoreDraftPath(directory))) {
    lock.close();
    throw new Error(`A restore into ${directory} was cut short: empty the directory and restore again.`);
  }
  return { release: () => lock.close() };
}
