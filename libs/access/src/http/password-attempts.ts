import { Injectable } from '@nestjs/common';
import { Clock, sourceOf, type CalledRequest } from '#libs/http';
import { SharedRateLimits, type SharedRateLimit } from '#libs/kernel';
import { toCanonicalAddress } from '#libs/users';
import type { Principal } from '../domain/principal.js';
import { TokenAuthenticator } from '../workflows/token-authenticator.js';
import { constantTime } from '../workflows/constant-time.js';
import { PasswordChecks } from '../workflows/password-checks.js';
import { DeviceCookie } from './device-cookie.js';
import { KnownDevices } from './known-devices.js';

/** Compares the passwords of requests within the limits of {@link PasswordChecks}. */
@Injectable()
export class PasswordAttempts {
  /** Attempts of a logged-in user; constant. */
  readonly #own: SharedRateLimit;

  constructor(
    private readonly checks: PasswordChecks,
    private readonly devices: KnownDevices,
    private readonly tokenAuthenticator: TokenAuthenticator,
    private readonly device: DeviceCookie,
    private readonly clock: Clock,
    limits: SharedRateLimits,
  ) {
    this.#own = limits.create('own-password', { limit: 30, window: 600_000 });
  }

  /** Calls `compare` for a token, and returns its result. A token can't be guessed, so there is no limit; a failure is padded to hide timing. */
  checkToken<T>(compare: () => Promise<T>): Promise<T> {
    return constantTime((ms) => this.clock.sleep(ms), compare, { skipOnSuccess: true });
  }

  /** Calls `compare` for a password that was sent with an e-mail address, which may be unknown. Returns its result; throws `access.throttled` at a limit. */
  async checkForAddress<T>(request: CalledRequest, email: string, compare: () => Promise<T>): Promise<T> {
    const address = toCanonicalAddress(email);
    const knownDevice = await this.devices.isKnown(request, email);
    return this.checks.check({ source: sourceOf(request), address, knownDevice }, compare);
  }

  /** Calls `compare` for the caller's own password. Returns its result; throws `access.throttled` at a limit. Operators and services have no password, so they are not limited. */
  async checkForCaller<T>(request: CalledRequest & { caller: Principal }, compare: () => Promise<T>): Promise<T> {
    const { actor } = request.caller;
    if (actor.kind !== 'user') return compare();
    await this.#own.takeOrRefuse(actor.id);
    const { profile } = await this.tokenAuthenticator.describePrincipal(request.caller);
    return this.checks.check(
      {
        source: sourceOf(request),
        address: toCanonicalAddress(profile!.email),
        knownDevice: this.device.isKnown(request, actor.id),
      },
      compare,
    );
  }
}
