import type { LogItem, Recorded } from '#libs/kernel';
import type { Kysely, Transaction } from 'kysely';
import type { RowWrite } from './row-writes.js';
import type { AnyTables } from './schema.js';

/** Folds a batch of events; returns what to write. Uses no database. */
export type FoldEvents = () => readonly RowWrite[];

/** Builds the tables of a read model from events. */
export interface Projection {
  /** Like `user-list`. Its checkpoint is stored under this name: a renamed projection would be built again. */
  readonly name: string;
  /** Each version has tables of its own. After a change, they are built from the start of the log, beside those of the former version. */
  readonly version: number;
  readonly tables: readonly string[];
  /** Creates the tables with the primary keys and constraints that `apply` needs. */
  createTables(db: Kysely<AnyTables>): Promise<void>;
  /** Creates the indexes that only queries need, once the tables are filled: that is faster than to fill tables that have them. */
  createIndexes?(db: Kysely<AnyTables>): Promise<void>;
  /** The event types that `apply` gets. */
  readonly events: readonly string[];
  /**
   * Applies a batch of events, in the order of the log, in the batch's transaction. It either writes by itself, or only loads
   * the rows that it needs and returns a function that folds the events: the rows that this returns are written while the
   * next projection folds. All projections load before the first one writes.
   */
  apply(events: readonly Recorded[], tx: Transaction<AnyTables>): Promise<FoldEvents | void>;
}

/**
 * Subscribes to the log after the position `from` (undefined: from the start) until `signal` aborts; throws when the
 * connection breaks. It is read by iteration only, for the sake of back-pressure.
 */
export type SubscribeToLog = (from: number | undefined, signal: AbortSignal) => AsyncIterable<LogItem>;
