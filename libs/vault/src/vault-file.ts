import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { renameDurably } from '#libs/kernel';
import { inTransaction } from './transaction.js';

/** "Roll" in ASCII. SQLite's header holds it, so that files of other applications are recognised. */
const APPLICATION_ID = 0x526f6c6c;

/** "Rolm": the vault was moved into PostgreSQL. */
const MOVED_ID = 0x526f6c6d;

const SCHEMA = `
  -- The vault's own keys, by purpose, wrapped.
  CREATE TABLE secret (name TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
  -- The key of a subject or an actor, wrapped; a tombstone after its owner was erased.
  CREATE TABLE owner_key (
    owner TEXT PRIMARY KEY,
    box BLOB,
    erased_at TEXT,
    CHECK ((box IS NULL) = (erased_at IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  -- The SHA-256 of an access token → the token's id.
  CREATE TABLE token (hash TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX token_id ON token (id);
  -- Hashes of passwords, wrapped, by the command that set them.
  CREATE TABLE password (user TEXT NOT NULL, command TEXT NOT NULL, box BLOB NOT NULL, PRIMARY KEY (user, command)) STRICT, WITHOUT ROWID;
  -- The SHA-256 of a session's secret → the session.
  CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    holder TEXT NOT NULL,
    kind TEXT NOT NULL,
    revision INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    agent TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_holder ON session (holder);
  CREATE INDEX session_used_at ON session (used_at);
  -- The checkpoint of a process in the log.
  CREATE TABLE process (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- Mails, by the id of the event that caused each.
  CREATE TABLE mail (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    user TEXT NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('owed', 'sent', 'void', 'parked')),
    attempts INTEGER NOT NULL,
    since INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    problem TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mail_due ON mail (state, next_attempt_at);
  CREATE INDEX mail_since ON mail (state, since, id);
  -- Which user waits for approval in which account, and when its administrators are reminded.
  CREATE TABLE waiting (user TEXT PRIMARY KEY, account TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX waiting_account ON waiting (account);
  CREATE TABLE reminder (account TEXT PRIMARY KEY, due_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX reminder_due ON reminder (due_at);
`;

/** The parts of making and migrating a vault that need its key. Each is called in the transaction of its step. */
interface VaultSteps {
  /** Adds the vault's own keys to a new vault. */
  readonly initialize: (db: DatabaseSync) => void;
  /** Authenticates the rows of tokens, sessions, checkpoints and passwords, and adds the keys that authenticate the log. */
  readonly addMacs: (db: DatabaseSync) => void;
  /** Adds the table of addresses, and opaque names to the owners of keys. */
  readonly addAddresses: (db: DatabaseSync) => void;
}

/**
 * The SQL, or the step, that brings a vault from version n to n + 1; the first entry leads from 1 to 2. A new vault starts at version 1
 * and runs all of it. Entries are never changed or removed, so that a copy of an old vault can always be opened.
 */
const MIGRATIONS: readonly (string | ((db: DatabaseSync, steps: VaultSteps) => void))[] = [
  // When and how a session's holder last authenticated: for older sessions, when they started.
  `ALTER TABLE session ADD COLUMN authenticated_at INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN authenticated_by TEXT NOT NULL DEFAULT 'password';
   UPDATE session SET authenticated_at = started_at, authenticated_by = CASE kind WHEN 'access-token' THEN 'token' ELSE 'password' END`,
  // From here on, rows and events are authenticated. An older build, which would write both without a MAC, refuses this vault.
  (db, { addMacs }) => addMacs(db),
  (db, { addAddresses }) => addAddresses(db),
  // Builds up to version 4 created these where they were missing.
  `CREATE TABLE IF NOT EXISTS accepted_stream (stream TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS foreign_range (stream TEXT NOT NULL, first INTEGER NOT NULL, box BLOB NOT NULL, PRIMARY KEY (stream, first)) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS changed_stream (stream TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS link_request (address TEXT PRIMARY KEY, count INTEGER NOT NULL, last_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS token_use (token TEXT PRIMARY KEY, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS bulk_key (command TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID;
   -- Why sessions have ended. It knows neither the holder nor the browser of a session.
   CREATE TABLE IF NOT EXISTS ended_session (hash TEXT PRIMARY KEY, because TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS mail_locked ON mail (user) WHERE problem = 'user.locked';
   -- An open notice is one that was not sent yet.
   CREATE TABLE IF NOT EXISTS approval_notice (account TEXT PRIMARY KEY, due_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS approval_notice_due ON approval_notice (due_at);
   CREATE TABLE IF NOT EXISTS noticed_user (user TEXT PRIMARY KEY, account TEXT NOT NULL, notice INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS noticed_user_notice ON noticed_user (account, notice)`,
  // The formats in which events were ever written, and the build that wrote each first.
  `CREATE TABLE IF NOT EXISTS event_format (type TEXT NOT NULL, schema INTEGER NOT NULL, build TEXT NOT NULL, PRIMARY KEY (type, schema)) STRICT, WITHOUT ROWID`,
];

/** The version of the tables that this build works with. */
const VERSION = MIGRATIONS.length + 1;

/** Returns the path of the vault's file in a directory. */
export const vaultFileIn = (directory: string): string => join(directory, 'vault.db');

/** Returns whether a directory holds a vault. An empty file, left when creation was interrupted, does not count. */
export const vaultExists = (directory: string): boolean =>
  existsSync(vaultFileIn(directory)) && statSync(vaultFileIn(directory)).size > 0;

/**
 * Opens the vault's file and brings its tables to this build's version.
 * @param create whether to create the file where there is none
 * @throws Error of one line: there is no vault and it is not to be created, or the file is not a vault
 */
export function openVaultFile(directory: string, create: boolean, steps: VaultSteps): DatabaseSync {
  const file = vaultFileIn(directory);
  if (!vaultExists(directory)) {
    if (!create)
      throw new Error(
        `there is no vault at ${file}: it holds the keys to the log and can't be made anew for an old one`,
      );
    createVaultFile(directory, file, steps);
  }
  chmodSync(file, 0o600); // SQLite gives its side files the same mode
  const db = new DatabaseSync(file, { timeout: 5000 });
  try {
    checkIsVault(db, file);
    db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    // A write-ahead log needs one fsync per commit, a rollback journal three.
    db.exec('PRAGMA journal_mode = WAL');
    migrate(db, steps);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens the vault's file for reading. Other connections can write meanwhile.
 * @throws Error of one line: there is no vault, or it is of another version than this build's
 */
export function openVaultFileForReading(directory: string): DatabaseSync {
  const file = vaultFileIn(directory);
  if (!vaultExists(directory)) throw new Error(`there is no vault at ${file}`);
  // Not `readOnly`: the last connection of that kind would leave the side files of the write-ahead log.
  const db = new DatabaseSync(file, { timeout: 5000 });
  try {
    db.exec('PRAGMA query_only = ON');
    checkIsVault(db, file);
    if (versionOf(db) < VERSION)
      throw new Error(`${file} is a vault of an earlier build: start the server of this build first`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Marks a vault's file as moved into PostgreSQL: no build opens it any more. */
export const markMoved = (db: DatabaseSync): void => db.exec(`PRAGMA application_id = ${MOVED_ID}`);

/** Creates the file under a second name, so that a crash leaves a complete vault or none. */
function createVaultFile(directory: string, file: string, { initialize }: VaultSteps): void {
  const draft = `${file}.new`;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const left of [draft, `${draft}-journal`]) rmSync(left, { force: true });
  closeSync(openSync(draft, 'a', 0o600));
  const db = new DatabaseSync(draft);
  try {
    db.exec(
      `PRAGMA synchronous = FULL; BEGIN; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`,
    );
    initialize(db);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
  renameDurably(draft, file);
}

/**
 * Copies a vault to a new file of mode 600, as it is at the first read. It uses its own connection, so no writer waits.
 * @throws Error if the file exists or `signal` aborts
 */
export async function copyVaultFile(from: string, to: string, signal?: AbortSignal): Promise<void> {
  closeSync(openSync(to, 'wx', 0o600));
  const db = new DatabaseSync(from, { readOnly: true });
  try {
    db.exec('BEGIN; SELECT count(*) FROM secret');
    await backup(db, to, { progress: () => signal?.throwIfAborted() });
  } finally {
    db.close();
  }
  const copied = new DatabaseSync(to);
  try {
    // One file, without a journal beside it.
    copied.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copied.close();
  }
}

function checkIsVault(db: DatabaseSync, file: string): void {
  let id: unknown;
  try {
    id = db.prepare('PRAGMA application_id').get()?.['application_id'];
  } catch {
    // SQLite said "file is not a database"
  }
  if (id === MOVED_ID) throw new Error(`${file} was moved into PostgreSQL: set STATE_URL, or restore a backup`);
  if (id !== APPLICATION_ID) throw new Error(`${file} is not a vault`);
  const version = versionOf(db);
  if (version < 1 || version > VERSION)
    throw new Error(`${file} is a vault of version ${version}, made by a newer build`);
}

const versionOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

/** Brings the tables to this build's version. Each step and its number are in one transaction, so that a crash repeats or skips none. */
function migrate(db: DatabaseSync, steps: VaultSteps): void {
  for (let version = versionOf(db); version < VERSION; version++) {
    const step = MIGRATIONS[version - 1]!;
    inTransaction(db, () => {
      if (typeof step === 'string') db.exec(step);
      else step(db, steps);
      db.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}
