import type { Lock } from '#libs/users';

/** How many passwords a known browser may have compared while one lock lasts; default, not configurable. */
const checksPerLock = 5;

/**
 * Counts the passwords that known browsers have had compared during a lock because of failed logins. The counts are in
 * memory: a restart, which no stranger can cause, gives a browser five more, and there are entries for signed device
 * cookies only.
 */
export class DeviceChecks {
  readonly #taken = new Map<string, { readonly until: number; readonly count: number }>();

  /** Takes one of the checks that this browser has during this lock; whether there was one left. */
  takeCheck(deviceId: string, { revision, until }: Lock, at: string): boolean {
    this.#forget(Date.parse(at));
    // The id is this user's alone, and the revision of the lock is in the user's stream.
    const key = `${deviceId}/${revision}`;
    const count = this.#taken.get(key)?.count ?? 0;
    if (count >= checksPerLock) return false;
    this.#taken.set(key, { until: Date.parse(until!), count: count + 1 });
    return true;
  }

  /** Forgets the locks that have ended, as far as they are the oldest. */
  #forget(now: number): void {
    for (const [key, { until }] of this.#taken) {
      if (until > now) return;
      this.#taken.delete(key);
    }
  }
}
