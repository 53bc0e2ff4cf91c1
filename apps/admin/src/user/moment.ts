import { isDay } from '../parts/day';

/** The moment that the address of the page names: a revision, or a time (ISO 8601); none: now. */
export interface MomentSearch {
  readonly at?: number | string;
}

/** Of a day, with its zone. */
const time = /^T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Takes a moment from an address, and drops the rest. */
export function momentSearch({ at }: Record<string, unknown>): MomentSearch {
  if (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) return { at };
  return typeof at === 'string' && isDay(at.slice(0, 10)) && time.test(at.slice(10)) && !Number.isNaN(Date.parse(at))
    ? { at }
    : {};
}
