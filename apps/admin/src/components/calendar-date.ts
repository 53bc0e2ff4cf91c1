/** Whether this is a day of the calendar, as YYYY-MM-DD. */
export function isCalendarDate(given: unknown): given is string {
  if (typeof given !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(given)) return false;
  const time = Date.parse(given);
  // The 30th of February is taken for a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given);
}
