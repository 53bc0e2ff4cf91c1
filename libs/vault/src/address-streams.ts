import type { DatabaseSync } from 'node:sqlite';
import { Refusal } from '#libs/kernel';
import { sql, type Engine } from './engine/engine.js';
import type { LogRow } from './log-row.js';
import type { RowMacs } from './row-macs.js';

/** Creates the table. It belongs to a migration and runs in its transaction. */
export function createAddressTable(db: DatabaseSync): void {
  db.exec(
    'CREATE TABLE address (hmac TEXT PRIMARY KEY, stream TEXT NOT NULL, mac BLOB NOT NULL) STRICT, WITHOUT ROWID',
  );
}

interface AddressRow {
  readonly stream: string;
  readonly mac: unknown;
}

/**
 * Which stream holds the claims of an e-mail address, by the keyed hash of the address. The names of these streams are
 * random, so that the log alone does not lead from an address to a person. Rows are never changed.
 */
export class AddressStreams {
  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly macs: RowMacs,
    private readonly row: LogRow,
  ) {}

  /**
   * The position of the log up to which all claims have rows: that of the witness, since a row is written before its claim.
   * -1 if the claims of an earlier build are not entered yet.
   */
  get enteredUntil(): number {
    return this.row.state.addressesEntered ? this.row.state.witness.position : -1;
  }

  /** Saves that the claims of earlier builds are entered. */
  async markEntered(): Promise<void> {
    if (!this.row.state.addressesEntered) await this.row.update(() => ({ change: { addressesEntered: true } }));
  }

  /**
   * Returns the stream of an address, or undefined if the address has none.
   * @throws Refusal `log.tampered` if the row was inserted or changed without the vault key
   */
  async find(hmac: string): Promise<string | undefined> {
    return this.check(hmac, await this.read(hmac));
  }

  /**
   * Returns the stream of an address; gives it `stream` if it has none. The row is on disk (fsynced) before the promise
   * resolves.
   * @throws Refusal `log.tampered` if the row was inserted or changed without the vault key
   */
  async findOrAdd(hmac: string, stream: string): Promise<string> {
    const add = 'INSERT INTO address (hmac, stream, mac) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    await this.engine.run([sql(add, hmac, stream, this.macs.compute('address', [hmac, stream]))]);
    return this.check(hmac, await this.read(hmac))!;
  }

  private async read(hmac: string): Promise<AddressRow | undefined> {
    return (await this.engine.query<AddressRow>(sql('SELECT stream, mac FROM address WHERE hmac = ?', hmac)))[0];
  }

  private check(hmac: string, row: AddressRow | undefined): string | undefined {
    if (row && !this.macs.check('address', [hmac, row.stream], row.mac))
      throw new Refusal(
        'log.tampered',
        'conflict',
        'What the vault knows about this address was changed from outside.',
      );
    return row?.stream;
  }
}
