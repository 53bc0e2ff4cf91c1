import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './transaction.js';

/** Stores when each access token was last used (Unix ms). */
export class TokenUses {
  private readonly statements: Record<'save' | 'find', StatementSync>;

  /** @internal part of the vault */
  constructor(private readonly db: DatabaseSync) {
    // Vaults of older builds lack this table.
    db.exec(
      'CREATE TABLE IF NOT EXISTS token_use (token TEXT PRIMARY KEY, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      save: db.prepare(
        'INSERT INTO token_use (token, used_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET used_at = excluded.used_at',
      ),
      find: db.prepare('SELECT used_at AS usedAt FROM token_use WHERE token = ?'),
    };
  }

  /** Saves when tokens were last used, by their ids, in one transaction. */
  save(uses: ReadonlyMap<string, number>): void {
    inTransaction(this.db, () => {
      for (const [tokenId, usedAt] of uses) this.statements.save.run(tokenId, usedAt);
    });
  }

  /** Returns when a token was last used, or undefined if no use of it is stored. */
  find(tokenId: string): number | undefined {
    return (this.statements.find.get(tokenId) as { usedAt: number } | undefined)?.usedAt;
  }
}
