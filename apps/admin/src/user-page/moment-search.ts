import { isCalendarDate } from '../components/calendar-date';

/** The moment that the address of the page names: a revision, or a time (ISO 8601); none: now. */
export interface MomentSearch {
  readonly at?: number | string;
}

/** Of a day, with its zone. */
const timePattern = /^T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Takes a moment from an address, and drops the rest. */
export function parseMomentSearch({ at }: Record<string, unknown>): MomentSearch {
  if (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) return { at };
  return typeof at === 'string' &&
    isCalendarDate(at.slice(0, 10)) &&
    timePattern.test(at.slice(10)) &&
    !Number.isNaN(Date.parse(at))
    ? { at }
    : {};
}
