import { Refusal, calendarDateIn, endOfDate, isCalendarDate, parseTime } from '#libs/kernel';

/** The last moment of a replay, inclusive: a time (Unix ms) or a revision of the user's stream. */
export type Moment = { readonly time: number } | { readonly revision: number };

interface Asked {
  readonly at?: string;
  readonly tz?: string;
  readonly revision?: number;
}

/**
 * Parses the moment of a replay from the query's fields; `now` is ISO 8601.
 * @throws Refusal `at.invalid`
 */
export function parseReplayMoment({ at, tz = 'UTC', revision }: Asked, now: string): Moment {
  if (revision !== undefined && at !== undefined) throw invalidMoment('Ask for `at` or for `revision`, not for both.');
  if (revision !== undefined) return { revision };
  if (at === undefined) return { time: Date.parse(now) };
  // Deprecated: a revision in `at`.
  if (/^(?:0|[1-9]\d{0,14})$/.test(at)) return { revision: Number(at) };
  return { time: isCalendarDate(at) ? endOf(at, tz, Date.parse(now)) : pastTime(at, Date.parse(now)) };
}

/** The last millisecond of a date; of today's, now. */
function endOf(date: string, zone: string, now: number): number {
  const today = calendarDateIn(zone, now);
  if (date > today) throw invalidMoment('This date is in the future.');
  return date === today ? now : endOfDate(date, zone) - 1;
}

function pastTime(at: string, now: number): number {
  const time = parseTime(at);
  if (!time) throw invalidMoment('`at` takes a time like 2026-01-31T12:00:00Z, or a date like 2026-01-31.');
  if (time.ms > now || (time.ms === now && !time.isExact)) throw invalidMoment('This time is in the future.');
  return time.ms;
}

/** Returns the refusal `at.invalid` of a replay's moment; `detail` says what is wrong. */
export const invalidMoment = (detail: string): Refusal => new Refusal('at.invalid', 'invalid', detail);
