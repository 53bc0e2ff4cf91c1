import { sql, type Engine, type Statement } from './engine/engine.js';

/** How many mails with a link were sent to an address on request, and when the last one was (Unix ms). */
export interface SentLinks {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Counts the mails with a password link that were sent on request, by the hash of the e-mail address. Its changes are
 * statements, to be run with those of the outbox by `MailOutbox.save`.
 */
export class LinkRequests {
  /** @internal part of the vault */
  constructor(private readonly engine: Engine) {}

  /** Returns how many such mails were sent to an address and when the last one was, or undefined if none is recorded. */
  async find(addressHash: string): Promise<SentLinks | undefined> {
    const find = sql('SELECT count, last_at AS "lastAt" FROM link_request WHERE address = ?', addressHash);
    return (await this.engine.query<SentLinks>(find))[0];
  }

  /** Saves how many such mails were sent to an address, and when; `undefined` deletes the record. */
  save(addressHash: string, sent: SentLinks | undefined): Statement[] {
    if (!sent) return [sql('DELETE FROM link_request WHERE address = ?', addressHash)];
    const save =
      'INSERT INTO link_request (address, count, last_at) VALUES (?, ?, ?) ON CONFLICT (address) DO UPDATE SET count = excluded.count, last_at = excluded.last_at';
    return [sql(save, addressHash, sent.count, sent.lastAt)];
  }

  /** Deletes the records of addresses to which no such mail was sent since this time (Unix ms). */
  deleteBefore(time: number): Statement[] {
    return [sql('DELETE FROM link_request WHERE last_at < ?', time)];
  }
}
