/** How long statements may take, in milliseconds. */
export interface StatementLimits {
  /** A statement of a request. */
  readonly queryMs: number;
  /** A statement of a projection batch, of preparing tables, or of a tool. */
  readonly batchMs: number;
}

export const defaultLimits: StatementLimits = { queryMs: 4_000, batchMs: 60_000 };
