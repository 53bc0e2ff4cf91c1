const minute = 60_000;

/** How long an address waits between two mails with a link, by how many it was sent; defaults, not configurable, ms. */
const pauses = [1 * minute, 5 * minute, 30 * minute, 60 * minute];
/** After a day without such a mail the count begins anew, ms. */
export const linkCountLifetime = 24 * 60 * minute;

/** The mails with a link that an address was sent on request; Unix ms. */
export interface SentLinks {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * The count with one more mail; `undefined` where it is too early for one. The pauses hold while a link is open, so that
 * nobody's requests leave the user without one.
 */
export function countLinkMail(before: SentLinks | undefined, now: number, isOpen: boolean): SentLinks | undefined {
  if (!before || now - before.lastAt >= linkCountLifetime) return { count: 1, lastAt: now };
  const pause = isOpen ? pauses[Math.min(before.count, pauses.length) - 1]! : 0;
  return now - before.lastAt >= pause ? { count: before.count + 1, lastAt: now } : undefined;
}
