import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { createLogKeys } from './log-keys.js';
import { openVaultFile } from './vault-file.js';
import { Vault } from './vault.js';
import { unwrap, wrap } from './wrapping.js';

/**
 * Opens the vault `vault.db` (SQLite, mode 600) in a directory.
 * @param options.key 32 bytes that wrap every secret in the vault
 * @param options.create whether to create a vault where there is none
 * @throws Error of one line: no vault and not to be created, created with another key, or not a vault
 */
export function openVault(options: { directory: string; key: Buffer; create: boolean }): Vault {
  const { directory, create } = options;
  if (options.key.length !== 32) throw new Error('the vault key must be 32 bytes');
  const key = createSecretKey(options.key);
  const db = openVaultFile(directory, create, {
    initialize: (created) => {
      created
        .prepare('INSERT INTO secret (name, box) VALUES (?, ?)')
        .run('hash', wrap(randomBytes(32), key, 'secret:hash'));
      createLogKeys(created, key, 0);
    },
    // An earlier build has appended events without a MAC.
    addLogKeys: (migrated) => createLogKeys(migrated, key, null),
  });
  try {
    return new Vault(db, key, loadHashKey(db, key));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Loads the key that hashes are made with; fails if the vault was created with another vault key. */
function loadHashKey(db: DatabaseSync, key: KeyObject): KeyObject {
  const row = db.prepare('SELECT box FROM secret WHERE name = ?').get('hash') as { box: Uint8Array };
  try {
    return createSecretKey(unwrap(row.box, key, 'secret:hash'));
  } catch {
    throw new Error('VAULT_KEY is not the key that this vault was made with');
  }
}
