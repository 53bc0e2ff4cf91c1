import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RowMacs } from './row-macs.js';
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
    private readonly macs: RowMacs,
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
    this.statements.save.run(userId, commandId, wrap(Buffer.from(hash), this.key, passwordBoxName(userId, commandId)));
  }

  /** Returns the hash of the password that a command set for a user, or undefined if there is none or its row is foreign. */
  find(userId: string, commandId: string): string | undefined {
    const row = this.statements.find.get(userId, commandId) as { box: Uint8Array } | undefined;
    if (!row) return undefined;
    try {
      return unwrap(row.box, this.key, passwordBoxName(userId, commandId)).toString();
    } catch {
      this.macs.countForeignRow('password');
      return undefined;
    }
  }

  /** Deletes a hash whose command failed, or that was replaced by a newer password. */
  delete(userId: string, commandId: string): void {
    this.statements.delete.run(userId, commandId);
  }
}

/**
 * Returns the name to which the box of a password is bound. It contains the command as well as the user, so that a copy of
 * the box of an older password does not open.
 */
export const passwordBoxName = (userId: string, commandId: string): string =>
  `password:${JSON.stringify([userId, commandId])}`;
