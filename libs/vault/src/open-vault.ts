import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { addRowMacs } from './add-row-macs.js';
import { createAddressTable } from './address-streams.js';
import { createLogKeys } from './log-keys.js';
import { SqliteEngine } from './engine/sqlite-engine.js';
import { sql, type Engine, type Statement } from './engine/engine.js';
import { openLogBox } from './log-row.js';
import { addHiddenOwners } from './owner-keys.js';
import { beforeFirst, saveCheckpoint } from './process-checkpoint.js';
import { RowMacs } from './row-macs.js';
import { openVaultFile, openVaultFileForReading } from './vault-file.js';
import { Vault } from './vault.js';
import { unwrap, wrap } from './wrapping.js';

/**
 * The names to which the box of the key of hashes is bound: in a vault of a version whose rows have no MACs, and in a later
 * one. Binding the box to the former name again takes the vault key. So an attacker cannot set the version of a vault
 * back to have the migration compute MACs of rows that they have inserted.
 */
export const hashKeyNames = { withoutRowMacs: 'secret:hash', withRowMacs: 'secret:hash of a vault with row MACs' };

/**
 * Opens the vault `vault.db` (SQLite, mode 600) in a directory.
 * @param options.key 32 bytes that wrap every secret in the vault
 * @param options.create whether to create a vault where there is none
 * @throws Error of one line: no vault and not to be created, created with another key, or not a vault
 */
export async function openVault(options: { directory: string; key: Buffer; create: boolean }): Promise<Vault> {
  const { directory, create } = options;
  if (options.key.length !== 32) throw new Error('the vault key must be 32 bytes');
  const key = createSecretKey(options.key);
  const db = openVaultFile(directory, create, {
    initialize: (created) => {
      created
        .prepare('INSERT INTO secret (name, box) VALUES (?, ?)')
        .run('hash', wrap(randomBytes(32), key, hashKeyNames.withoutRowMacs));
      execute(created, createLogKeys(key, 0));
    },
    addMacs: (old) => {
      if (hasSeenLog(old, key)) throw versionChanged();
      addRowMacs(old, key, bindHashKeyToRowMacs(old, key));
      // An earlier build has appended events without a MAC.
      execute(old, createLogKeys(key, null));
    },
    addAddresses: (old) => {
      if (old.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'address'").get()) throw versionChanged();
      addHiddenOwners(old, loadHashKey(old, key, hashKeyNames.withRowMacs));
      createAddressTable(old);
    },
  });
  try {
    db.exec('PRAGMA query_only = ON');
    return await loadVault(new SqliteEngine(db), key);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a vault for reading, also while a server uses it. What it knows about the log is that of one moment, and does not
 * change afterwards. Every method that writes throws.
 * @throws Error of one line: no vault, created with another key, of another version than this build's, or not a vault
 */
export async function openVaultForReading(options: { directory: string; key: Buffer }): Promise<Vault> {
  const key = createSecretKey(options.key);
  const db = openVaultFileForReading(options.directory);
  try {
    // One transaction, so that the row about the log and the lists belong together.
    db.exec('BEGIN');
    const vault = await loadVault(new SqliteEngine(db, true), key);
    db.exec('COMMIT');
    return vault;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Loads the vault that an engine holds.
 * @throws Error of one line if it was created with another key, or what it knows about the log was changed
 */
export async function loadVault(engine: Engine, key: KeyObject): Promise<Vault> {
  const [row] = await engine.query<{ box: Uint8Array }>(sql('SELECT box FROM secret WHERE name = ?', 'hash'));
  return Vault.load(engine, key, openHashKey(row, key, hashKeyNames.withRowMacs));
}

/** Returns the statements that add its own keys, and the row about the log, to a new vault with the tables of this version. */
export function newVaultStatements(key: KeyObject): Statement[] {
  const hashKey = randomBytes(32);
  const box = wrap(hashKey, key, hashKeyNames.withRowMacs);
  return [
    sql('INSERT INTO secret (name, box) VALUES (?, ?)', 'hash', box),
    createLogKeys(key, 0),
    saveCheckpoint('mail', beforeFirst, new RowMacs(createSecretKey(hashKey))),
  ];
}

function loadHashKey(db: DatabaseSync, key: KeyObject, name: string): KeyObject {
  const row = db.prepare('SELECT box FROM secret WHERE name = ?').get('hash') as { box: Uint8Array } | undefined;
  return openHashKey(row, key, name);
}

/** Returns the key that hashes are made with, whose box must be bound to `name`; fails if the vault was created with another vault key. */
function openHashKey(row: { readonly box: Uint8Array } | undefined, key: KeyObject, name: string): KeyObject {
  if (!row) throw new Error('the vault has lost the key that hashes are made with: restore a backup of it');
  const hashKey = unwrapOrUndefined(row.box, key, name);
  if (hashKey) return createSecretKey(hashKey);
  if (Object.values(hashKeyNames).some((other) => unwrapOrUndefined(row.box, key, other))) throw versionChanged();
  throw new Error('VAULT_KEY is not the key that this vault was made with');
}

const versionChanged = () => new Error("the vault's version was changed outside of Rollbook: restore a backup");

/** Returns whether the vault has authenticated a log already. A new vault and one of an earlier build have not. */
function hasSeenLog(db: DatabaseSync, key: KeyObject): boolean {
  const row = db.prepare("SELECT box FROM secret WHERE name = 'log'").get() as { box: Uint8Array } | undefined;
  return row !== undefined && openLogBox(row.box, key).witness.position >= 0;
}

const execute = (db: DatabaseSync, { text, values }: Statement): void => void db.prepare(text).run(...values);

/** Binds the key of hashes to the name that says that rows have MACs, and returns it. Fails if it is bound to it already. */
function bindHashKeyToRowMacs(db: DatabaseSync, key: KeyObject): KeyObject {
  const hashKey = loadHashKey(db, key, hashKeyNames.withoutRowMacs);
  db.prepare('UPDATE secret SET box = ? WHERE name = ?').run(
    wrap(hashKey.export(), key, hashKeyNames.withRowMacs),
    'hash',
  );
  return hashKey;
}

/** Returns the content of a box, or undefined if it is not bound to this name or was made with another key. */
function unwrapOrUndefined(box: Uint8Array, key: KeyObject, name: string): Buffer | undefined {
  try {
    return unwrap(box, key, name);
  } catch {
    return undefined;
  }
}
