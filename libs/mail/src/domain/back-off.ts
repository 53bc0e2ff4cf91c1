const minute = 60_000;

/** ◇ How long a mail is tried, ms. */
const patience = 24 * 60 * minute;

/**
 * When to try again after so many failed attempts (Unix ms): after a minute, then twice as long each time, up to an hour.
 * Undefined a day after the first: it is given up.
 */
export function nextAttemptTime(
  { since, attempts }: { since: number; attempts: number },
  now: number,
): number | undefined {
  return now - since < patience ? now + minute * Math.min(2 ** (attempts - 1), 60) : undefined;
}
