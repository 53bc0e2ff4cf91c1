import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** "RBev": marks the file as an event store of Rollbook. */
const APPLICATION_ID = 0x52426576;
const LAYOUT_VERSION = 2;
/** How long to wait for another connection's lock on the file, in milliseconds. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * `frame` is the event as readers get it, ready for the socket; `checksum` is its CRC-32 (null for events of layout 1).
 * Ids are unique neither in the log nor in a stream.
 */
const SCHEMA = `
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL, type TEXT NOT NULL, frame BLOB NOT NULL, checksum INTEGER) STRICT;
  CREATE UNIQUE INDEX by_revision ON events (stream, revision);
  CREATE INDEX by_id ON events (stream, id);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LAYOUT_VERSION};
`;

/**
 * Creates `directory` and its files if they are missing, and locks them against other processes until the lock is closed or
 * the process ends.
 * @throws Error of one line: the directory is not writable or in use
 */
export function lockDirectory(directory: string): { close(): void } {
  const path = databasePath(directory);
  const lockPath = `${path}-lock`;
  createFiles(resolve(directory), path, lockPath);
  const lock = new DatabaseSync(lockPath);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw toReadableError(error, path);
  }
}

/**
 * Opens `directory`/events.db for writing. A commit returns when it is on disk: WAL with `synchronous = FULL`.
 * @throws Error of one line: it is not an event store, of another version, or corrupted
 */
export function openLogFile(directory: string): DatabaseSync {
  const path = databasePath(directory);
  const lengths = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    if (readValue(database, 'SELECT count(*) FROM sqlite_schema') === 0) database.exec(SCHEMA);
    if (readValue(database, 'PRAGMA application_id') !== APPLICATION_ID)
      throw new Error(`${path} is a database of another application`);
    // SQLite does not notice a truncated file: it takes a partial page for a page. With a WAL, or in the first page, a partial
    // page is legitimate: the WAL completes it.
    const [length, wal] = lengths as [number, number];
    const page = Number(readValue(database, 'PRAGMA page_size'));
    if (wal === 0 && length > page && length % page !== 0) throw new Error(`${path} is corrupted: it was cut off`);
    if (readValue(database, 'PRAGMA user_version') === 1)
      database.exec(`ALTER TABLE events ADD COLUMN checksum INTEGER; PRAGMA user_version = ${LAYOUT_VERSION}`);
    if (readValue(database, 'PRAGMA user_version') !== LAYOUT_VERSION)
      throw new Error(`${path} was written by another version of the event store`);
    database.exec('COMMIT');
    syncDirectory(dirname(path));
    return database;
  } catch (error) {
    database?.close();
    throw toReadableError(error, path);
  }
}

/** Opens `directory`/events.db for reading, after {@link openLogFile} has opened it for writing; commits do not block reads. */
export function openForReading(directory: string): DatabaseSync {
  return new DatabaseSync(databasePath(directory), { readOnly: true, timeout: LOCK_TIMEOUT_MS });
}

/** Returns the error as one line that names the file if it comes from the database; otherwise the error itself. */
export function describeDatabaseError(error: Error, directory: string): Error {
  return toReadableError(error, databasePath(directory));
}

function databasePath(directory: string): string {
  return join(resolve(directory), 'events.db');
}

function createFiles(directory: string, ...paths: string[]): void {
  try {
    const created = mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK);
    for (const path of paths) closeSync(openSync(path, 'a', 0o600));
    if (created) syncDirectory(dirname(created));
  } catch (error) {
    throw new Error(`the event store can't write to ${directory}: ${(error as Error).message}`, { cause: error });
  }
}

/** Syncs a directory to disk: only then a new file in it survives a power cut. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns the first column of the first row. */
function readValue(database: DatabaseSync, sql: string): unknown {
  return Object.values(database.prepare(sql).get() ?? {})[0];
}

/** Returns an Error of one line for an error of SQLite: https://www.sqlite.org/rescode.html */
function toReadableError(error: unknown, path: string): Error {
  const code = (error as { errcode?: number }).errcode;
  if (code === undefined) return error as Error;
  const texts: Record<number, string> = {
    5: `${path} is in use by another process`,
    11: `${path} is corrupted: ${(error as Error).message}`,
    26: `${path} is not an event store`,
  };
  return new Error(texts[code & 255] ?? `${path} can't be used: ${(error as Error).message}`, { cause: error });
}
