const minute = 60_000;

/** The pauses between two mails with a link to one address, by how many were sent, ms; constants. */
const pauses = [1 * minute, 5 * minute, 30 * minute, 60 * minute];
/** After a day without such a mail the count starts again, ms. */
export const linkCountLifetime = 24 * 60 * minute;

/** How many mails with a link were sent to an address on request, and when the last one was (Unix ms). */
export interface SentLinks {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Counts one more mail with a link to an address, at `now` (Unix ms). Returns the new count, or undefined during a pause: 1
 * to 60 minutes, longer with each mail. There are pauses only while the user has an open link (unused and not expired), so
 * that requests of others never leave the user without one.
 */
export function countLinkMail(before: SentLinks | undefined, now: number, isOpen: boolean): SentLinks | undefined {
  if (!before || now - before.lastAt >= linkCountLifetime) return { count: 1, lastAt: now };
  const pause = isOpen ? pauses[Math.min(before.count, pauses.length) - 1]! : 0;
  return now - before.lastAt >= pause ? { count: before.count + 1, lastAt: now } : undefined;
}
