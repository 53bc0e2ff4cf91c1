/** Checks that a value is an existing date, as YYYY-MM-DD. */
export function isCalendarDate(given: unknown): given is string {
  if (typeof given !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(given)) return false;
  const time = Date.parse(given);
  // `Date.parse` takes the 30th of February for a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given);
}
