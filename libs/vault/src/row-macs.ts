import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** The tables whose rows are authenticated: those of `password` and `owner_key` by their sealed boxes, the others by MACs. */
export type AuthenticatedTable = 'token' | 'session' | 'process' | 'password' | 'address' | 'owner_key';

/** Returns whether the rows of a table give access: the response to a leak replaces their key, and can, since it leaves no row. */
const isAccessTable = (table: AuthenticatedTable): boolean => table === 'session' || table === 'token';

/** The length of a MAC in bytes. */
const macLength = 32;

/**
 * Computes and checks the MACs (HMAC-SHA-256) of rows, so that a row which was inserted or changed without the vault key is
 * recognised. Such a row is called foreign: it counts as absent, and as one in {@link foreignRows}.
 */
export class RowMacs {
  private readonly key: KeyObject;
  private readonly counts: Record<AuthenticatedTable, number> = {
    token: 0,
    session: 0,
    process: 0,
    password: 0,
    address: 0,
    owner_key: 0,
  };

  /**
   * @param hashKey the vault's key of hashes, from which the key of the MACs is derived
   * @param replaceable the key of sessions and tokens after a leak
   */
  constructor(
    hashKey: KeyObject,
    private readonly replaceable: { readonly accessRows?: KeyObject | undefined } = {},
  ) {
    // The same as `Vault.hash` does for the purpose 'row', which no other hash has.
    this.key = createSecretKey(createHmac('sha256', hashKey).update('row\0').digest());
  }

  /** How many times a foreign row was read since the vault was opened, by table. */
  get foreignRows(): Readonly<Record<AuthenticatedTable, number>> {
    return { ...this.counts };
  }

  /** Returns the MAC (32 bytes) of a row. `values` are all its columns but the MAC, always in the same order. */
  compute(table: AuthenticatedTable, values: readonly (string | number)[]): Buffer {
    // Each part is preceded by its length, so that no two rows have the same text.
    const text = [table, ...values].map((value) => `${Buffer.byteLength(String(value))}:${value}`).join('');
    const key = (isAccessTable(table) && this.replaceable.accessRows) || this.key;
    return createHmac('sha256', key).update(text).digest();
  }

  /** Returns whether `mac` is the MAC of this row. Counts the row as foreign if not. */
  check(table: AuthenticatedTable, values: readonly (string | number)[], mac: unknown): boolean {
    const isOwn =
      ArrayBuffer.isView(mac) &&
      mac.byteLength === macLength &&
      timingSafeEqual(this.compute(table, values), mac as Uint8Array);
    if (!isOwn) this.countForeignRow(table);
    return isOwn;
  }

  /** Counts a row as foreign that {@link check} does not know: one that is missing, or whose box does not open. */
  countForeignRow(table: AuthenticatedTable): void {
    this.counts[table]++;
  }
}
