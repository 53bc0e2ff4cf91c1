import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { unwrap, wrap } from './wrapping.js';

/**
 * Hashes of passwords, wrapped. A hash is kept under the id of the command that set it, before the event says so: the
 * user's own stream tells which one counts.
 */
export class PasswordHashes {
  private readonly statements: Record<'keep' | 'find' | 'forget', StatementSync>;

  /** @internal part of the vault */
  constructor(
    db: DatabaseSync,
    private readonly key: KeyObject,
  ) {
    this.statements = {
      keep: db.prepare(
        'INSERT INTO password (user, command, box) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET box = excluded.box',
      ),
      find: db.prepare('SELECT box FROM password WHERE user = ? AND command = ?'),
      forget: db.prepare('DELETE FROM password WHERE user = ? AND command = ?'),
    };
  }

  /** Keeps a hash (a PHC string), on disk when it returns; takes the place of one under the same command. */
  save(user: string, command: string, hash: string): void {
    this.statements.keep.run(user, command, wrap(Buffer.from(hash), this.key, owner(user)));
  }

  /** The hash that this command set. */
  find(user: string, command: string): string | undefined {
    const row = this.statements.find.get(user, command) as { box: Uint8Array } | undefined;
    return row && unwrap(row.box, this.key, owner(user)).toString();
  }

  /** Forgets a hash whose command came to nothing, or that another took the place of. */
  delete(user: string, command: string): void {
    this.statements.forget.run(user, command);
  }
}

const owner = (user: string): string => `password:${user}`;
