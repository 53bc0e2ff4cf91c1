import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** "RBev": marks the file as ours. */
const APPLICATION_ID = 0x52426576;
const LAYOUT = 2;
/** How long to wait for somebody's lock on the file, in milliseconds. */
const PATIENCE = 5000;

/**
 * `frame` is the event as readers get it, ready for the socket, `checksum` its CRC-32 (absent from events of the first layout).
 * Ids are looked up within a stream and may repeat.
 */
const SCHEMA = `
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL, type TEXT NOT NULL, frame BLOB NOT NULL, checksum INTEGER) STRICT;
  CREATE UNIQUE INDEX by_revision ON events (stream, revision);
  CREATE INDEX by_id ON events (stream, id);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LAYOUT};
`;

/**
 * Makes `directory` and its files where they are missing, and keeps other processes' nodes from them until it is closed, or the process ends.
 * @throws Error of one line: the directory isn't writable, or in use
 */
export function lockDirectory(directory: string): { close(): void } {
  const path = pathOf(directory);
  const lockPath = `${path}-lock`;
  makeFiles(resolve(directory), path, lockPath);
  const lock = new DatabaseSync(lockPath);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw reason(error, path);
  }
}

/**
 * Opens `directory`/events.db for whoever writes. A commit returns when it is on disk: WAL with `synchronous = FULL`.
 * @throws Error of one line: it is not an event store
 */
export function openLogFile(directory: string): DatabaseSync {
  const path = pathOf(directory);
  const lengths = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: PATIENCE });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    if (value(database, 'SELECT count(*) FROM sqlite_schema') === 0) database.exec(SCHEMA);
    if (value(database, 'PRAGMA application_id') !== APPLICATION_ID)
      throw new Error(`${path} is a database of another application`);
    // SQLite takes a part of a page for a page, and its first bytes alone for one without events. Beside a WAL it may be one, which that makes whole; so may the very first.
    const [length, wal] = lengths as [number, number];
    const page = Number(value(database, 'PRAGMA page_size'));
    if (wal === 0 && length > page && length % page !== 0) throw new Error(`${path} is corrupted: it was cut off`);
    if (value(database, 'PRAGMA user_version') === 1)
      database.exec(`ALTER TABLE events ADD COLUMN checksum INTEGER; PRAGMA user_version = ${LAYOUT}`);
    if (value(database, 'PRAGMA user_version') !== LAYOUT)
      throw new Error(`${path} was written by another version of the event store`);
    database.exec('COMMIT');
    syncDirectory(dirname(path));
    return database;
  } catch (error) {
    database?.close();
    throw reason(error, path);
  }
}

/** Opens the file that {@link openLogFile} has opened, for reading: commits don't hold it up. */
export function openForReading(directory: string): DatabaseSync {
  return new DatabaseSync(pathOf(directory), { readOnly: true, timeout: PATIENCE });
}

/** The error as one line that names the file, where it is the database's. */
export function explain(error: Error, directory: string): Error {
  return reason(error, pathOf(directory));
}

function pathOf(directory: string): string {
  return join(resolve(directory), 'events.db');
}

function makeFiles(directory: string, ...paths: string[]): void {
  try {
    const created = mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK);
    for (const path of paths) closeSync(openSync(path, 'a', 0o600));
    if (created) syncDirectory(dirname(created));
  } catch (error) {
    throw new Error(`the event store can't write to ${directory}: ${(error as Error).message}`, { cause: error });
  }
}

/** A new file survives a power cut once its directory is synced. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function value(database: DatabaseSync, sql: string): unknown {
  return Object.values(database.prepare(sql).get() ?? {})[0];
}

/** https://www.sqlite.org/rescode.html */
function reason(error: unknown, path: string): Error {
  const code = (error as { errcode?: number }).errcode;
  if (code === undefined) return error as Error;
  const texts: Record<number, string> = {
    5: `${path} is in use by another process`,
    11: `${path} is corrupted: ${(error as Error).message}`,
    26: `${path} is not an event store`,
  };
  return new Error(texts[code & 255] ?? `${path} can't be used: ${(error as Error).message}`, { cause: error });
}
