/** How long statements may take, in milliseconds. */
export interface StatementLimits {
  /** One of a request. */
  readonly queryMs: number;
  /** One of a batch of projections, of preparing tables, or of a tool. */
  readonly batchMs: number;
}

export const defaultLimits: StatementLimits = { queryMs: 4_000, batchMs: 60_000 };

/** How much later than the server we give a statement up ourselves, in milliseconds. */
export const GRACE = 500;
