import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from './engine/engine.js';
import type { LeakRun, LogRow } from './log-row.js';

const newKey = (): string => randomBytes(32).toString('hex');

/**
 * The response to a leak: what replaces the keys of a vault that others have read. It is stored when it begins, so that it can
 * be continued after a crash.
 */
export class LeakResponse {
  /** @internal part of the vault */
  constructor(private readonly row: LogRow) {}

  /** The response that was begun and has not ended. */
  get unfinished(): LeakRun | undefined {
    return this.row.state.leakRun;
  }

  /**
   * Begins a response, or returns the one that has not ended. In one transaction, links, device cookies and cursors get a new
   * key, and a prepared key of the log, which others may have read as well, is forgotten. The count of mailed links begins
   * anew, so that users need not wait for another one.
   */
  async begin(reason: string): Promise<LeakRun> {
    const clientKey = newKey();
    const begun = { id: randomUUID(), reason };
    await this.row.update(({ leakRun, generations }) =>
      leakRun
        ? { change: {} }
        : {
            change: { clientKey, preparedKey: undefined, leakRun: { ...begun, generation: generations.length } },
            statements: [sql('DELETE FROM link_request')],
          },
    );
    return this.row.state.leakRun!;
  }

  /** Begins a new key for the MACs of sessions and tokens. Those that are stored become foreign. */
  replaceAccessRowKey(): Promise<void> {
    const accessRowKey = newKey();
    return this.row.update(() => ({ change: { accessRowKey } }));
  }

  /** Saves that the response has ended. */
  end(): Promise<void> {
    return this.row.update(() => ({ change: { leakRun: undefined } }));
  }
}
