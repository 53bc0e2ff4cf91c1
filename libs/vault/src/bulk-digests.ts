import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** With what body an Idempotency-Key first came for many users at once: no event says it of all of them. Kept for ever, as the events are. */
export class BulkDigests {
  private readonly statements: Record<'keep' | 'find', StatementSync>;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    // A vault of an older build has no such table.
    db.exec(
      'CREATE TABLE IF NOT EXISTS bulk_key (command TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      keep: db.prepare('INSERT INTO bulk_key (command, digest) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      find: db.prepare('SELECT digest FROM bulk_key WHERE command = ?'),
    };
  }

  /** The digest of the body that this command first came with, which is on disk: this one, if none did. */
  findOrSave(command: string, digest: string): string {
    this.statements.keep.run(command, digest);
    return (this.statements.find.get(command) as { digest: string }).digest;
  }
}
