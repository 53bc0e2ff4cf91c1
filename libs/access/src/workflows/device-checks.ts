import { Injectable } from '@nestjs/common';
import { SharedRateLimits, type SharedRateLimit } from '#libs/kernel';
import { failedLoginsLock, type Lock } from '#libs/users';

/** How many passwords a known browser may have compared while one lock lasts; default, not configurable. */
const checksPerLock = 5;

/** Counts how many passwords a known browser has had compared while failed logins lock a user, on all servers together. */
@Injectable()
export class DeviceChecks {
  readonly #checks: SharedRateLimit;

  constructor(limits: SharedRateLimits) {
    // A window begins after its lock, so it does not end before it.
    this.#checks = limits.create('device-checks', { limit: checksPerLock, window: failedLoginsLock });
  }

  /** Takes one of the {@link checksPerLock} checks that a browser has during the user's lock. Returns whether there was one left. */
  async takeCheck(deviceId: string, { revision }: Lock): Promise<boolean> {
    // The id is this user's alone, and the revision of the lock is in the user's stream.
    return (await this.#checks.take(`${deviceId}/${revision}`)) === undefined;
  }
}
