import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

// Synchronous, because all of it happens when a process starts or in the command line programs.

/** Calls fsync on a file or a directory, so that its bytes or its entries survive a power cut. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Calls fsync on a directory and on its parent, so that the directory and its entries survive a power cut. */
export function syncNewDirectory(directory: string): void {
  syncPath(directory);
  syncPath(dirname(directory));
}

/** Renames a file within its directory and makes the new name survive a power cut. The bytes must be synced already. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncPath(dirname(to));
}

/** Creates or replaces a file of mode 600. After a crash or a power cut the file has the old content or all of the new one. */
export function writeFileDurably(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600, flush: true });
  renameDurably(`${file}.new`, file);
}
