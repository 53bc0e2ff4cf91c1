import { createSecretKey } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { unwrap, wrap } from '../../libs/vault/src/wrapping.js';

/** The version of the last vault whose rows had no MACs. */
export const versionWithoutRowMacs = 2;

/** What somebody can do by SQL to convert a vault to the version before the table of addresses. */
export const dropAddresses = `DROP TABLE address; DROP INDEX owner_key_hidden_owner;
  ALTER TABLE owner_key DROP COLUMN hidden_owner; PRAGMA user_version = 3`;

/** What somebody can do by SQL to convert a vault to the version before row MACs. The box of the key of hashes stays as it is. */
export const dropRowMacs = `${dropAddresses}; ALTER TABLE token DROP COLUMN mac; ALTER TABLE session DROP COLUMN mac; ALTER TABLE process DROP COLUMN mac;
  DELETE FROM process WHERE position < 0; PRAGMA user_version = ${versionWithoutRowMacs}`;

/** Converts a vault that is not open to the version before row MACs, as that build left it. `key` is the vault key. */
export function convertToVaultWithoutRowMacs(db: DatabaseSync, key: Buffer): void {
  const vaultKey = createSecretKey(key);
  const rename = (box: Uint8Array, from: string, to: string) => wrap(unwrap(box, vaultKey, from), vaultKey, to);
  db.exec(dropRowMacs);
  db.exec("DELETE FROM secret WHERE name = 'log'; DROP TABLE foreign_range; DROP TABLE changed_stream");
  const { box: hashKey } = db.prepare("SELECT box FROM secret WHERE name = 'hash'").get() as { box: Uint8Array };
  db.prepare("UPDATE secret SET box = ? WHERE name = 'hash'").run(
    rename(hashKey, 'secret:hash of a vault with row MACs', 'secret:hash'),
  );
  for (const row of db.prepare('SELECT user, command, box FROM password').all()) {
    const { user, command, box } = row as { user: string; command: string; box: Uint8Array };
    db.prepare('UPDATE password SET box = ? WHERE user = ? AND command = ?').run(
      rename(box, `password:${JSON.stringify([user, command])}`, `password:${user}`),
      user,
      command,
    );
  }
}
