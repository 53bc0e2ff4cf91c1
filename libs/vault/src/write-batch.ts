import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { inTransaction } from './transaction.js';

/** Runs the writes that are asked for in the same turn of the event loop in one transaction: together they cost one fsync. */
export class WriteBatch {
  private writes: (() => void)[] = [];
  private next: Promise<void> | undefined;

  constructor(private readonly db: DatabaseSync) {}

  /** Adds a write. Resolves with its result once it is on disk. If a write of the batch fails, none is done and all reject. */
  async add<T>(write: () => T): Promise<T> {
    let result: T;
    this.writes.push(() => (result = write()));
    this.next ??= setImmediate().then(() => this.run());
    await this.next;
    return result!;
  }

  private run(): void {
    const { writes } = this;
    this.writes = [];
    this.next = undefined;
    inTransaction(this.db, () => {
      for (const write of writes) write();
    });
  }
}
