/** How long statements may take, in milliseconds. */
export interface StatementLimits {
  /** A statement of a request. */
  readonly queryMs: number;
  /** A statement of a projection batch, of preparing tables, or of a tool. */
  readonly batchMs: number;
}

export const defaultLimits: StatementLimits = { queryMs: 4_000, batchMs: 60_000 };

/** How long, in milliseconds, a statement may take that reads or sorts a whole table: to create an index, to compute a digest. */
export const BUILD_STATEMENT_MS = 3_600_000;

/**
 * How long, in milliseconds, a transaction of a projection or tool may do nothing before PostgreSQL ends it. Less than a lease
 * lasts: a process that was stopped in a batch must not keep the next holder from taking over.
 */
export const IDLE_IN_TRANSACTION_MS = 5_000;
