import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * Remembers the request body with which an Idempotency-Key of a bulk command was first used: no single event has all
 * of it. Entries are kept for ever, as events are.
 */
export class BulkDigests {
  private readonly statements: Record<'save' | 'find', StatementSync>;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    // Vaults of older builds lack this table.
    db.exec(
      'CREATE TABLE IF NOT EXISTS bulk_key (command TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      save: db.prepare('INSERT INTO bulk_key (command, digest) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      find: db.prepare('SELECT digest FROM bulk_key WHERE command = ?'),
    };
  }

  /** Returns the digest that was first saved for a command; if there is none, saves and returns `digest`. It is on disk on return. */
  findOrSave(commandId: string, digest: string): string {
    this.statements.save.run(commandId, digest);
    return (this.statements.find.get(commandId) as { digest: string }).digest;
  }
}
