import type { LogItem, Recorded } from '#libs/kernel';
import type { Kysely, Transaction } from 'kysely';
import type { AnyTables } from './schema.js';

/** What a read model is built from: which events, into which tables. */
export interface Projection {
  /** As in `user-list`; names its checkpoint, so it stays for as long as the tables do. */
  readonly name: string;
  /** A changed version drops the tables and builds them again from the start of the log. */
  readonly version: number;
  readonly tables: readonly string[];
  /** Creates its tables and indexes. */
  create(db: Kysely<AnyTables>): Promise<void>;
  /** The types of events that it wants; others never reach `apply`. */
  readonly events: readonly string[];
  /** Applies events, in the order of the log, inside the batch's transaction. */
  apply(events: readonly Recorded[], tx: Transaction<AnyTables>): Promise<void>;
}

/**
 * Reads the log after the position `from` (from the start without one) until `signal` aborts; ends with an error
 * when the connection does. Only iterated, so that whoever reads sets the pace.
 */
export type SubscribeToLog = (from: number | undefined, signal: AbortSignal) => AsyncIterable<LogItem>;
