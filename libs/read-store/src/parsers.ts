/**
 * How values come back where the drivers would differ, by type OID. Both read `jsonb` as what it holds, and `numeric`
 * (so also the `sum` of bigints) as text. As a parameter of `jsonb` they take an array differently: stringify it.
 */
export const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8, so also `count(*)`: exact up to 2^53. */
  20: Number,
  /** date, as `YYYY-MM-DD`. */
  1082: String,
  /** timestamptz, as ISO 8601 in UTC with milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};
