import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RowMacs } from './row-macs.js';

/** The position of a process that has not saved any: before all events. */
const beforeFirst = -1;

/** The checkpoint of a process is missing or was changed outside of Rollbook. */
class ForeignCheckpointError extends Error {
  readonly code = 'vault.foreign-checkpoint';

  constructor(process: string) {
    super(`the checkpoint of the process ${process} is missing or was changed outside of Rollbook`);
  }
}

/** Stores the position in the log up to which a process has handled the events. */
export class ProcessCheckpoint {
  private readonly statements: Record<'find' | 'save', StatementSync>;

  /** @internal part of the vault */
  constructor(
    db: DatabaseSync,
    private readonly macs: RowMacs,
    private readonly process: string,
  ) {
    this.statements = {
      find: db.prepare('SELECT position, mac FROM process WHERE name = ?'),
      save: db.prepare(
        'INSERT INTO process (name, position, mac) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, mac = excluded.mac',
      ),
    };
  }

  /**
   * Returns the position, or undefined before the first {@link save}.
   *
   * A foreign or missing row does not count as "no position yet": a process that starts at the beginning of the log would
   * repeat old work, here send mails again that the outbox has forgotten, and one that starts at its end would skip
   * events. No position is safe, so the process must stop.
   * @throws Error with code `vault.foreign-checkpoint` if the row is missing or foreign
   */
  find(): number | undefined {
    const position = this.read();
    if (position === undefined) throw new ForeignCheckpointError(this.process);
    return position === beforeFirst ? undefined : position;
  }

  /** Saves the position. */
  save(position: number): void {
    this.statements.save.run(this.process, position, this.macs.compute('process', [this.process, position]));
  }

  /** Lowers a later position to this one. A foreign row stays as it is, so that {@link find} still recognises it. */
  lower(position: number): void {
    const saved = this.read();
    if (saved !== undefined && saved > position) this.save(position);
  }

  /** Returns the position in the row, or undefined if the row is missing or foreign. */
  private read(): number | undefined {
    const row = this.statements.find.get(this.process) as { position: number; mac: unknown } | undefined;
    if (!row) this.macs.countForeignRow('process');
    return row && this.macs.check('process', [this.process, row.position], row.mac) ? row.position : undefined;
  }
}
