import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { unwrap, wrap } from './wrapping.js';

/** A generation as stored; its key in hexadecimal digits. */
export interface StoredGeneration {
  readonly number: number;
  readonly key: string;
  readonly after: number;
  readonly last?: number | undefined;
}

/** How much of the log the witness has seen. */
export interface WitnessState {
  /** The position of the last event that it has seen; -1 before the first. */
  readonly position: number;
  /** How many authentic events there are up to it. */
  readonly events: number;
  /** A digest over all of them, in the order of the log; hexadecimal digits. */
  readonly digest: string;
  /** The digest of the event at `position`, '' before the first. */
  readonly lastEvent: string;
  /** How many rows its lists have, so that none can be removed unnoticed. */
  readonly foreignRanges: number;
  readonly changedStreams: number;
}

/** What the vault knows about the log. One row, so that no part of it can be removed or exchanged alone. */
export interface LogState {
  readonly generations: readonly StoredGeneration[];
  /** Up to which position events without a MAC count; `null` while it is not known yet. */
  readonly unsignedUntil: number | null;
  /** The key of the next generation, while a rotation has created it and not begun it; hexadecimal digits. */
  readonly preparedKey?: string | undefined;
  readonly witness: WitnessState;
}

const rowName = 'log';
const boxName = 'secret:log';

/** The row with what the vault knows about the log, encrypted and authenticated under the vault key. */
export class LogRow {
  private current: LogState;

  /**
   * @internal part of the vault
   * @throws Error of one line if the row is missing or is not of this vault
   */
  constructor(
    private readonly db: DatabaseSync,
    private readonly vaultKey: KeyObject,
  ) {
    this.current = this.read();
  }

  /** Adds the row to a vault, unless it has one. */
  static create(db: DatabaseSync, vaultKey: KeyObject, state: LogState): void {
    const box = wrap(Buffer.from(JSON.stringify(state)), vaultKey, boxName);
    db.prepare('INSERT OR IGNORE INTO secret (name, box) VALUES (?, ?)').run(rowName, box);
  }

  get state(): LogState {
    return this.current;
  }

  /** Reads the row again, after a transaction that changed it was rolled back. */
  reload(): void {
    this.current = this.read();
  }

  /** Changes parts of the row, in the caller's transaction if there is one. */
  update(change: Partial<LogState>): void {
    const next = { ...this.current, ...change };
    const box = wrap(Buffer.from(JSON.stringify(next)), this.vaultKey, boxName);
    this.db.prepare('UPDATE secret SET box = ? WHERE name = ?').run(box, rowName);
    this.current = next;
  }

  private read(): LogState {
    const find = this.db.prepare('SELECT box FROM secret WHERE name = ?');
    const stored = find.get(rowName) as { box: Uint8Array } | undefined;
    if (!stored) throw new Error('the vault has lost what it knows about the log: restore a backup of it');
    try {
      return JSON.parse(unwrap(stored.box, this.vaultKey, boxName).toString()) as LogState;
    } catch (error) {
      throw new Error('what the vault knows about the log was changed: restore a backup of it', { cause: error });
    }
  }
}
