import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { syncDirectory } from './durable.js';

/** "Roll" in ASCII; in the file's header, so that a foreign file is told apart. */
const APPLICATION_ID = 0x526f6c6c;

const SCHEMA = `
  -- Keys of the vault's own, by purpose, wrapped.
  CREATE TABLE secret (name TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
  -- A subject's or actor's key, wrapped; a tombstone once its owner is erased.
  CREATE TABLE owner_key (
    owner TEXT PRIMARY KEY,
    box BLOB,
    erased_at TEXT,
    CHECK ((box IS NULL) = (erased_at IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  -- The SHA-256 of an access token → the token's id.
  CREATE TABLE token (hash TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX token_id ON token (id);
`;

const fileIn = (directory: string): string => join(directory, 'vault.db');

/** Whether the directory holds a vault; one whose making was cut short is none. */
export const vaultExists = (directory: string): boolean =>
  existsSync(fileIn(directory)) && statSync(fileIn(directory)).size > 0;

/** Opens the file, or makes it with `found` called in the transaction that makes its tables. */
export function openVaultFile(directory: string, create: boolean, found: (db: DatabaseSync) => void): DatabaseSync {
  const file = fileIn(directory);
  const exists = vaultExists(directory);
  if (!exists && !create) throw new Error(`there is no vault at ${file}: it holds the keys to the log and can't be made anew for an old one`);
  if (!exists) makeEmpty(directory, file);
  chmodSync(file, 0o600); // SQLite gives its side files the same mode
  const db = new DatabaseSync(file, { timeout: 5000 });
  try {
    if (exists) check(db, file);
    db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    if (!exists) initialise(db, found);
    // One fsync a commit where a rollback journal needs three: they block the event loop.
    db.exec('PRAGMA journal_mode = WAL');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function makeEmpty(directory: string, file: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  syncDirectory(directory);
}

function initialise(db: DatabaseSync, found: (db: DatabaseSync) => void): void {
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  found(db);
  db.exec('COMMIT');
}

function check(db: DatabaseSync, file: string): void {
  let id: unknown;
  try {
    id = db.prepare('PRAGMA application_id').get()?.['application_id'];
  } catch {
    // "file is not a database": as foreign as another application's
  }
  if (id !== APPLICATION_ID) throw new Error(`${file} is not a vault`);
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version !== 1) throw new Error(`${file} is a vault of version ${String(version)}, made by a newer build`);
}
