import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { unwrap, wrap } from './wrapping.js';

/**
 * Stores the hashes of passwords, encrypted by the vault key. A hash is saved under the id of the command that sets the
 * password, before the event is appended; the id in the user's stream says which hash is valid.
 */
export class PasswordHashes {
  private readonly statements: Record<'save' | 'find' | 'delete', StatementSync>;

  /** @internal part of the vault */
  constructor(
    db: DatabaseSync,
    private readonly key: KeyObject,
  ) {
    this.statements = {
      save: db.prepare(
        'INSERT INTO password (user, command, box) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET box = excluded.box',
      ),
      find: db.prepare('SELECT box FROM password WHERE user = ? AND command = ?'),
      delete: db.prepare('DELETE FROM password WHERE user = ? AND command = ?'),
    };
  }

  /** Saves the hash (a PHC string) of a user's password for the command that set it, replacing the command's earlier hash. It is on disk on return. */
  save(userId: string, commandId: string, hash: string): void {
    this.statements.save.run(userId, commandId, wrap(Buffer.from(hash), this.key, boxName(userId)));
  }

  /** Returns the hash of the password that a command set for a user, or undefined. */
  find(userId: string, commandId: string): string | undefined {
    const row = this.statements.find.get(userId, commandId) as { box: Uint8Array } | undefined;
    return row && unwrap(row.box, this.key, boxName(userId)).toString();
  }

  /** Deletes a hash whose command failed, or that was replaced by a newer password. */
  delete(userId: string, commandId: string): void {
    this.statements.delete.run(userId, commandId);
  }
}

const boxName = (userId: string): string => `password:${userId}`;
