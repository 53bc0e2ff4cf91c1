import { isCalendarDate } from '../components/calendar-date';

/** The moment in the page's address: a revision, or a time (ISO 8601). Without it the page shows the user now. */
export interface MomentSearch {
  readonly at?: number | string;
}

/** The time of day, with its zone. */
const timePattern = /^T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Parses the moment in a page's query string; anything else is dropped. */
export function parseMomentSearch({ at }: Record<string, unknown>): MomentSearch {
  if (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) return { at };
  return typeof at === 'string' &&
    isCalendarDate(at.slice(0, 10)) &&
    timePattern.test(at.slice(10)) &&
    !Number.isNaN(Date.parse(at))
    ? { at }
    : {};
}
