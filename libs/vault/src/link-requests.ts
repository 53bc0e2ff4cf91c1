import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How many mails with a link an address was sent on request, and when the last; Unix ms. */
export interface SentLinks {
  readonly count: number;
  readonly lastAt: number;
}

/** The mails with a link that strangers have asked for, by the hash of the address; part of {@link Mails}' transactions. */
export class LinkRequests {
  private readonly statements: Record<'find' | 'keep' | 'forget' | 'forgetBefore', StatementSync>;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    // A vault of an older build has no such table.
    db.exec(
      'CREATE TABLE IF NOT EXISTS link_request (address TEXT PRIMARY KEY, count INTEGER NOT NULL, last_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      find: db.prepare('SELECT count, last_at AS lastAt FROM link_request WHERE address = ?'),
      keep: db.prepare(
        'INSERT INTO link_request (address, count, last_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count, last_at = excluded.last_at',
      ),
      forget: db.prepare('DELETE FROM link_request WHERE address = ?'),
      forgetBefore: db.prepare('DELETE FROM link_request WHERE last_at < ?'),
    };
  }

  find(address: string): SentLinks | undefined {
    return this.statements.find.get(address) as SentLinks | undefined;
  }

  /** Keeps the count of an address, or with `undefined` none. */
  save(address: string, sent: SentLinks | undefined): void {
    if (sent) this.statements.keep.run(address, sent.count, sent.lastAt);
    else this.statements.forget.run(address);
  }

  /** Forgets the addresses that were sent nothing since. */
  deleteBefore(time: number): void {
    this.statements.forgetBefore.run(time);
  }
}
