import { sql, type Engine } from './engine/engine.js';

/**
 * Remembers the request body with which an Idempotency-Key of a bulk command was first used: no single event has all
 * of it. Entries are kept for ever, as events are.
 */
export class BulkDigests {
  /** @internal part of the vault */
  constructor(private readonly engine: Engine) {}

  /** Returns the digest that was first saved for a command; if there is none, saves and returns `digest`. It is on disk then. */
  async findOrSave(commandId: string, digest: string): Promise<string> {
    const save = 'INSERT INTO bulk_key (command, digest) VALUES (?, ?) ON CONFLICT DO NOTHING';
    await this.engine.run([sql(save, commandId, digest)]);
    const find = sql('SELECT digest FROM bulk_key WHERE command = ?', commandId);
    return (await this.engine.query<{ digest: string }>(find))[0]!.digest;
  }
}
