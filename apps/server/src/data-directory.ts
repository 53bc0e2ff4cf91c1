import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Where a restore puts things together; while it is there, the rest of the directory is not whole. */
export const restoringIn = (directory: string): string => join(directory, 'restoring');

/** What the server itself keeps or looks for in the data directory. */
const ownNames = /^(?:control|events|lock|mail|operator-token|read-store|restoring|vault)(?:[.-].*)?$/;

/** Whether this is the data directory, or a place in it that the server takes for its own. */
export function isOwnPlace(directory: string, path: string): boolean {
  const [first = ''] = relative(directory, path).split(sep);
  return first === '' || ownNames.test(first);
}

/** Makes a directory and those above it, mode 700. Node's own `recursive` never ends below such as /proc. */
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
 * Makes the data directory (mode 700) and keeps other processes out of it. The lock is the operating system's, through
 * SQLite: it goes with the process, however that ends. Throws one clear line.
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
  if (existsSync(restoringIn(directory))) {
    lock.close();
    throw new Error(`A restore into ${directory} was cut short: empty the directory and restore again.`);
  }
  return { release: () => lock.close() };
}
