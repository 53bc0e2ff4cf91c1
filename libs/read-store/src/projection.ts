import type { LogItem, Recorded } from '#libs/kernel';
import type { Kysely, Transaction } from 'kysely';
import type { RowWrite } from './row-writes.js';
import type { AnyTables } from './schema.js';

/** What a transaction changes in the tables of a projection: rows are loaded when events need them, folded in memory, and written at its end, each once. */
export interface Fold {
  /** Loads the rows that these events need. */
  load(events: readonly Recorded[], tx: Transaction<AnyTables>): Promise<void>;
  /**
   * Folds the events whose rows were loaded last, in the order of the log; uses no database. Returns rows that no later event
   * changes: they are written at once.
   */
  fold(events: readonly Recorded[]): readonly RowWrite[];
  /** Returns what to write at the end of the transaction. */
  changes(): readonly RowWrite[];
  /** How many characters it keeps of the events before the last ones. */
  readonly size: number;
}

/** Builds the tables of a read model from events. */
export interface Projection {
  /** Like `user-list`. Its checkpoint is stored under this name: a renamed projection would be built again. */
  readonly name: string;
  /** Each version has tables of its own. After a change, they are built from the start of the log, beside those of the former version. */
  readonly version: number;
  readonly tables: readonly string[];
  /** Creates the tables with the primary keys and constraints that folds need. */
  createTables(db: Kysely<AnyTables>): Promise<void>;
  /** Creates the indexes that only queries need, once the tables are filled: that is faster than to fill tables that have them. */
  createIndexes?(db: Kysely<AnyTables>): Promise<void>;
  /** The types of the events that are applied. */
  readonly events: readonly string[];
  /** Begins a transaction, which applies events to the tables. */
  begin(): Fold;
}

/**
 * Subscribes to the log after the position `from` (undefined: from the start) until `signal` aborts; throws when the
 * connection breaks. It is read by iteration only, for the sake of back-pressure.
 */
export type SubscribeToLog = (from: number | undefined, signal: AbortSignal) => AsyncIterable<LogItem>;
