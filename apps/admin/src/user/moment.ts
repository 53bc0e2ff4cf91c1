/** The moment that the address of the page names: a revision, or a time (ISO 8601); none: now. */
export interface MomentSearch {
  readonly at?: number | string;
}

/** Takes a moment from an address, and drops the rest. */
export function momentSearch({ at }: Record<string, unknown>): MomentSearch {
  if (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) return { at };
  return typeof at === 'string' && /^\d{4}-\d\d-\d\dT/.test(at) && !Number.isNaN(Date.parse(at)) ? { at } : {};
}
