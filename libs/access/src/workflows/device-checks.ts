import type { Lock } from '#libs/users';

/** How many passwords a known browser may have compared while one lock lasts; default, not configurable. */
const checksPerLock = 5;

/**
 * Counts how many passwords a known browser has had compared while failed logins lock a user. The counts are in memory:
 * a restart gives each browser five more. Only signed device cookies have entries, so their number is bounded.
 */
export class DeviceChecks {
  readonly #taken = new Map<string, { readonly until: number; readonly count: number }>();

  /** Takes one of the {@link checksPerLock} checks that a browser has during the user's lock. Returns whether there was one left. `at` is now (ISO 8601). */
  takeCheck(deviceId: string, { revision, until }: Lock, at: string): boolean {
    this.#forget(Date.parse(at));
    // The id is this user's alone, and the revision of the lock is in the user's stream.
    const key = `${deviceId}/${revision}`;
    const count = this.#taken.get(key)?.count ?? 0;
    if (count >= checksPerLock) return false;
    this.#taken.set(key, { until: Date.parse(until!), count: count + 1 });
    return true;
  }

  /** Deletes the counts of locks that have ended, oldest first, up to the first that has not. */
  #forget(now: number): void {
    for (const [key, { until }] of this.#taken) {
      if (until > now) return;
      this.#taken.delete(key);
    }
  }
}
