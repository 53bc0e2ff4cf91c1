import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How many mails with a link were sent to an address on request, and when the last one was (Unix ms). */
export interface SentLinks {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Counts the mails with a password link that were sent on request, by the hash of the e-mail address. Its writes belong to
 * the transaction if they are made inside `MailOutbox.transaction`.
 */
export class LinkRequests {
  private readonly statements: Record<'find' | 'save' | 'delete' | 'deleteBefore', StatementSync>;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    // Vaults of older builds lack this table.
    db.exec(
      'CREATE TABLE IF NOT EXISTS link_request (address TEXT PRIMARY KEY, count INTEGER NOT NULL, last_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      find: db.prepare('SELECT count, last_at AS lastAt FROM link_request WHERE address = ?'),
      save: db.prepare(
        'INSERT INTO link_request (address, count, last_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count, last_at = excluded.last_at',
      ),
      delete: db.prepare('DELETE FROM link_request WHERE address = ?'),
      deleteBefore: db.prepare('DELETE FROM link_request WHERE last_at < ?'),
    };
  }

  /** Returns how many such mails were sent to an address and when the last one was, or undefined if none is recorded. */
  find(addressHash: string): SentLinks | undefined {
    return this.statements.find.get(addressHash) as SentLinks | undefined;
  }

  /** Saves how many such mails were sent to an address, and when; `undefined` deletes the record. */
  save(addressHash: string, sent: SentLinks | undefined): void {
    if (sent) this.statements.save.run(addressHash, sent.count, sent.lastAt);
    else this.statements.delete.run(addressHash);
  }

  /** Deletes the records of addresses to which no such mail was sent since this time (Unix ms). */
  deleteBefore(time: number): void {
    this.statements.deleteBefore.run(time);
  }
}
