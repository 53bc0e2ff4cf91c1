const minute = 60_000;

/** How long after its first attempt a mail is tried again, ms; default, not configurable. */
const maxRetryAge = 24 * 60 * minute;

/**
 * Returns when to send a mail again after failed attempts (Unix ms): after 1 minute, then after twice the time of the
 * retry before, at most 1 hour. Returns undefined if the mail has been owed for a day: then it is given up.
 */
export function nextAttemptTime(
  { since, attempts }: { since: number; attempts: number },
  now: number,
): number | undefined {
  return now - since < maxRetryAge ? now + minute * Math.min(2 ** (attempts - 1), 60) : undefined;
}
