import { mustChange, sql, type Engine, type Statement } from './engine/engine.js';
import type { RowMacs } from './row-macs.js';

/** The position of a process that has not saved any: before all events. */
export const beforeFirst = -1;

/** The checkpoint of a process is missing or was changed outside of Rollbook. */
class ForeignCheckpointError extends Error {
  readonly code = 'vault.foreign-checkpoint';

  constructor(process: string) {
    super(`the checkpoint of the process ${process} is missing or was changed outside of Rollbook`);
  }
}

/** Returns the statement that saves the position of a process. */
export const saveCheckpoint = (process: string, position: number, macs: RowMacs): Statement =>
  sql(
    'INSERT INTO process (name, position, mac) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position, mac = excluded.mac',
    process,
    position,
    macs.compute('process', [process, position]),
  );

/** Stores the position in the log up to which a process has handled the events. */
export class ProcessCheckpoint {
  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly macs: RowMacs,
    private readonly process: string,
  ) {}

  /**
   * Returns the position, or undefined before the first {@link save}.
   *
   * A foreign or missing row does not count as "no position yet": a process that starts at the beginning of the log would
   * repeat old work, here send mails again that the outbox has forgotten, and one that starts at its end would skip
   * events. No position is safe, so the process must stop.
   * @throws Error with code `vault.foreign-checkpoint` if the row is missing or foreign
   */
  async find(): Promise<number | undefined> {
    const position = await this.read();
    if (position === undefined) throw new ForeignCheckpointError(this.process);
    return position === beforeFirst ? undefined : position;
  }

  /**
   * Saves the position, if the stored one still is `before` (undefined: before all events). Otherwise the transaction is
   * rolled back: another server has gone on.
   */
  advance(before: number | undefined, position: number): Statement[] {
    const mac = this.macs.compute('process', [this.process, position]);
    const save = 'UPDATE process SET position = ?, mac = ? WHERE name = ? AND position = ?';
    return [mustChange(sql(save, position, mac, this.process, before ?? beforeFirst))];
  }

  /** Lowers a later position to this one. A foreign row stays as it is, so that {@link find} still recognises it. */
  async lower(position: number): Promise<void> {
    const saved = await this.read();
    if (saved !== undefined && saved > position)
      await this.engine.run([saveCheckpoint(this.process, position, this.macs)]);
  }

  /** Returns the position in the row, or undefined if the row is missing or foreign. */
  private async read(): Promise<number | undefined> {
    const find = sql('SELECT position, mac FROM process WHERE name = ?', this.process);
    const [row] = await this.engine.query<{ position: number; mac: unknown }>(find);
    if (!row) this.macs.countForeignRow('process');
    return row && this.macs.check('process', [this.process, row.position], row.mac) ? row.position : undefined;
  }
}
