/**
 * How values come back where the drivers would differ, by type OID. Both drivers read `jsonb` as what it holds,
 * `numeric` (also `sum` of a bigint) as text, and JavaScript arrays as parameters of `jsonb` differently: stringify those.
 */
export const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8, so also `count(*)`: exact up to 2^53. */
  20: Number,
  /** date, as `YYYY-MM-DD`. */
  1082: String,
  /** timestamptz, as ISO 8601 in UTC with milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};
