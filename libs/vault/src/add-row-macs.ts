import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { passwordBoxName } from './password-hashes.js';
import { RowMacs } from './row-macs.js';
import { unwrap, wrap } from './wrapping.js';

/** The columns that the MACs of this version cover, the primary key first. A later migration that adds one computes new MACs. */
const columns = {
  token: ['hash', 'id'],
  session: [
    'hash',
    'id',
    'holder',
    'kind',
    'revision',
    'started_at',
    'used_at',
    'authenticated_at',
    'authenticated_by',
    'agent',
  ],
  process: ['name', 'position'],
} as const;

/**
 * Adds MACs to the rows of tokens, sessions and checkpoints, and binds the boxes of passwords to the command that set each.
 * It belongs to a migration and runs in its transaction.
 */
export function addRowMacs(db: DatabaseSync, vaultKey: KeyObject, hashKey: KeyObject): void {
  const macs = new RowMacs(hashKey);
  // With a row from the beginning on, a deleted checkpoint is recognised. -1 is a checkpoint before all events.
  db.exec("INSERT INTO process (name, position) VALUES ('mail', -1) ON CONFLICT DO NOTHING");
  for (const table of ['token', 'session', 'process'] as const) {
    const [primaryKey] = columns[table];
    db.exec(`ALTER TABLE ${table} ADD COLUMN mac BLOB NOT NULL DEFAULT x''`);
    const save = db.prepare(`UPDATE ${table} SET mac = ? WHERE ${primaryKey} = ?`);
    for (const row of db.prepare(`SELECT ${columns[table].join(', ')} FROM ${table}`).all()) {
      const values = columns[table].map((column) => row[column] as string | number);
      save.run(macs.compute(table, values), values[0]!);
    }
  }
  bindPasswords(db, vaultKey);
}

/** Binds the boxes of passwords, which earlier builds bound to the user only, to the command as well. */
function bindPasswords(db: DatabaseSync, vaultKey: KeyObject): void {
  const save = db.prepare('UPDATE password SET box = ? WHERE user = ? AND command = ?');
  const rows = db.prepare('SELECT user, command, box FROM password').all() as unknown as PasswordRow[];
  for (const { user, command, box } of rows) {
    let hash;
    try {
      hash = unwrap(box, vaultKey, `password:${user}`);
    } catch {
      continue; // A box of another user. It stays as it is, and is foreign when it is read.
    }
    save.run(wrap(hash, vaultKey, passwordBoxName(user, command)), user, command);
  }
}

interface PasswordRow {
  readonly user: string;
  readonly command: string;
  readonly box: Uint8Array;
}
