/** How long statements may take, in milliseconds. */
export interface StatementLimits {
  /** A statement of a request. */
  readonly queryMs: number;
  /** A statement of a projection batch, of preparing tables, or of a tool. */
  readonly batchMs: number;
}

export const defaultLimits: StatementLimits = { queryMs: 4_000, batchMs: 60_000 };

/** How much longer than the server we wait for a statement, in milliseconds, so that the server's own refusal arrives first. */
export const GRACE_MS = 500;
