/** Returns the value below which this share of the values is; `NaN` if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Formats a number for a table. */
export const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(3)) : value);

/** Measures how long a function takes, in ms. */
export interface LatencyRow {
  readonly what: string;
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export const row = (what: string, times: readonly number[]): LatencyRow => ({
  what,
  requests: times.length,
  p50: percentile(times, 0.5),
  p95: percentile(times, 0.95),
  p99: percentile(times, 0.99),
});
