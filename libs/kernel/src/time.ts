const day = 86_400_000;

/** RFC 3339, of the years 1 to 9999; `T` and `Z` in either case. */
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Parses an RFC 3339 time with any number of fraction digits to Unix ms; returns `undefined` for any other text. Digits
 * beyond milliseconds are cut off; `isExact` is whether all of them were 0.
 */
export function parseTime(text: string): { readonly ms: number; readonly isExact: boolean } | undefined {
  const [, date, minutes, typedSeconds, fraction = '', zone] = rfc3339.exec(text) ?? [];
  if (date === undefined || !isCalendarDate(date)) return undefined;
  // As in Unix time, a leap second equals the second after it.
  const isLeap = typedSeconds === '60';
  const seconds = isLeap ? '59' : typedSeconds;
  const ms =
    Date.parse(`${date}T${minutes}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${zone!.toUpperCase()}`) +
    (isLeap ? 1_000 : 0);
  if (Number.isNaN(ms) || minutes!.startsWith('24') || (isLeap && !isLastMinuteOfDay(ms - 1_000))) return undefined;
  return { ms, isExact: !/[1-9]/.test(fraction.slice(3)) };
}

const isLastMinuteOfDay = (ms: number): boolean => new Date(ms).toISOString().slice(11, 16) === '23:59';

/** Returns whether a text is a date of the calendar, like 2026-01-31. */
export function isCalendarDate(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Returns whether a text is a time zone of the IANA database, like `Europe/Warsaw`. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Returns the date in a time zone at a time (Unix ms), like 2026-01-31. */
export const calendarDateIn = (zone: string, ms: number): string =>
  new Date(ms + offsetOf(zone, ms)).toISOString().slice(0, 10);

/** Returns the first moment after a date in a time zone, Unix ms, also if clocks change at midnight or skip a day. */
export function endOfDate(date: string, zone: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`) + day;
  const ends = [midnight - day, midnight + day].map((around) => midnight - offsetOf(zone, around));
  return Math.max(...ends.filter((end) => calendarDateIn(zone, end - 1) <= date));
}

/** Returns how far a time zone's clock is ahead of UTC at a time, ms. */
function offsetOf(zone: string, ms: number): number {
  // There were no time zones then, and the calendar of `Intl` has no year 0.
  if (ms < Date.UTC(1800, 0)) return 0;
  const parts = clockOf(zone).formatToParts(ms);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)!.value);
  const second = Math.floor(ms / 1_000) * 1_000;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - second;
}

const clockOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
