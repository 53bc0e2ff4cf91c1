import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { LogRow, LogState } from './log-row.js';

/** The keys of what clients hold. */
interface ClientKeys {
  /** Signs links and device cookies. */
  readonly sign: KeyObject;
  /** Encrypts cursors. */
  readonly seal: KeyObject;
}

/** The keys that the response to a leak replaces. Until the first leak, they derive from the key of hashes. */
export class ReplaceableKeys {
  private parsed: { readonly from: LogState; readonly clients: ClientKeys; readonly accessRows: KeyObject | undefined };

  constructor(
    private readonly row: LogRow,
    private readonly hashKey: KeyObject,
  ) {
    this.parsed = this.parse();
  }

  get clients(): ClientKeys {
    return this.current().clients;
  }

  /** The key of the MACs of sessions and tokens; undefined: that of all rows. */
  get accessRows(): KeyObject | undefined {
    return this.current().accessRows;
  }

  private current() {
    const { state } = this.row;
    const { from } = this.parsed;
    if (from.clientKey !== state.clientKey || from.accessRowKey !== state.accessRowKey) this.parsed = this.parse();
    return this.parsed;
  }

  private parse() {
    const { state } = this.row;
    const sign = state.clientKey === undefined ? this.hashKey : createSecretKey(state.clientKey, 'hex');
    const seal = createSecretKey(createHmac('sha256', sign).update('seal\0').digest());
    const accessRows = state.accessRowKey === undefined ? undefined : createSecretKey(state.accessRowKey, 'hex');
    return { from: state, clients: { sign, seal }, accessRows };
  }
}
