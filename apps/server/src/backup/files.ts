import { createHash } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { makeDirectory } from '../data-directory.js';

/** By what a file's content is known. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** Whether an entry may lie in a directory that is empty for us: a disk's own, and our lock. */
const isIgnored = (entry: Dirent): boolean =>
  entry.isDirectory()
    ? entry.name === 'lost+found'
    : entry.isFile() && (entry.name === 'lock' || entry.name === 'lock-journal');

/**
 * Makes a directory (mode 700), or accepts an empty one.
 * @throws Error of one line if the directory is not empty or can not be made
 */
export async function makeEmptyDirectory(directory: string): Promise<void> {
  try {
    makeDirectory(directory);
    const found = await readdir(directory, { withFileTypes: true });
    if (found.every((entry) => isIgnored(entry))) return;
  } catch (error) {
    throw new Error(`${directory} can not be written to (${(error as NodeJS.ErrnoException).code}).`, { cause: error });
  }
  throw new Error(`${directory} is not empty.`);
}

/** Returns the size and the digest of a file; never follows a symbolic link. */
export async function describeFile(path: string): Promise<FileFacts> {
  await using from = await openFile(path);
  return await passOn(from, async () => {});
}

/**
 * Copies a file (mode 600, synced) and checks that it has the known size and digest; never follows a symbolic link.
 * @throws Error of one line
 */
export async function copyVerified(path: string, to: string, known: FileFacts): Promise<void> {
  await using from = await openFile(path);
  await using copy = await open(to, 'wx', 0o600);
  const { bytes, sha256 } = await passOn(from, (chunk) => copy.appendFile(chunk));
  await copy.sync();
  if (bytes !== known.bytes || sha256 !== known.sha256) throw new Error(`${path} was changed while it was restored.`);
}

const openFile = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);

async function passOn(from: FileHandle, take: (chunk: Buffer) => Promise<void>): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (let read = await from.read(buffer); read.bytesRead > 0; read = await from.read(buffer)) {
    const chunk = buffer.subarray(0, read.bytesRead);
    hash.update(chunk);
    bytes += chunk.length;
    await take(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}
