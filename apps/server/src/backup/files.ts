import { open, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from '../data-directory.js';

/** What may lie in a directory that is empty for us: a disk's own, and our lock. */
const ignored = new Set(['lost+found', 'lock', 'lock-journal']);

/**
 * Makes a directory (mode 700), or takes one that is empty.
 * @throws Error of one line where something lies there, or it can't be made
 */
export async function takeEmpty(directory: string): Promise<void> {
  try {
    makeDirectory(directory);
    const found = await readdir(directory);
    if (found.every((name) => ignored.has(name))) return;
  } catch (error) {
    throw new Error(`${directory} can not be written to (${(error as NodeJS.ErrnoException).code}).`, { cause: error });
  }
  throw new Error(`${directory} is not empty.`);
}

/** Makes a file's bytes, or a directory's names, survive a power cut. */
export async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** Makes a directory survive a power cut, with the names in it. */
export async function syncDirectory(directory: string): Promise<void> {
  await sync(directory);
  await sync(dirname(directory));
}
