import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How many mails with a link were sent to an address on request, and when the last one was (Unix ms). */
export interface SentLinks {
  readonly count: number;
  readonly lastAt: number;
}

/** Counts the mails with a link that were sent on request, by the hash of the address. Takes part in the outbox's transactions. */
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

  /** Returns the count of an address, or undefined if there is none. */
  find(addressHash: string): SentLinks | undefined {
    return this.statements.find.get(addressHash) as SentLinks | undefined;
  }

  /** Saves the count of an address; `undefined` deletes it. */
  save(addressHash: string, sent: SentLinks | undefined): void {
    if (sent) this.statements.save.run(addressHash, sent.count, sent.lastAt);
    else this.statements.delete.run(addressHash);
  }

  /** Deletes the counts of addresses to which nothing was sent since this time (Unix ms). */
  deleteBefore(time: number): void {
    this.statements.deleteBefore.run(time);
  }
}
