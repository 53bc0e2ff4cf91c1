import { Injectable } from '@nestjs/common';
import { Clock, sourceOf, type CalledRequest } from '#libs/http';
import { RateLimit } from '#libs/kernel';
import { canonicalAddress } from '#libs/users';
import type { Principal } from '../domain/principal.js';
import { TokenAuthenticator } from '../workflows/token-authenticator.js';
import { PasswordChecks } from '../workflows/password-checks.js';
import { DeviceCookie } from './device-cookie.js';
import { KnownDevices } from './known-devices.js';

/** Has the passwords that requests bring compared in their turn, see `PasswordChecks`. */
@Injectable()
export class PasswordAttempts {
  /** By user; default, not configurable. */
  readonly #own: RateLimit;

  constructor(
    private readonly checks: PasswordChecks,
    private readonly devices: KnownDevices,
    private readonly tokenAuthenticator: TokenAuthenticator,
    private readonly device: DeviceCookie,
    clock: Clock,
  ) {
    this.#own = new RateLimit({ limit: 30, window: 600_000, now: () => clock.now() });
  }

  /** Compares a password that a stranger typed with an address, which may be nobody's. */
  async checkForAddress<T>(request: CalledRequest, email: string, compare: () => Promise<T>): Promise<T> {
    const address = canonicalAddress(email);
    const knownDevice = await this.devices.isKnown(request, email);
    return this.checks.check({ source: sourceOf(request), address, knownDevice }, compare);
  }

  /** Compares the password of the user who asks; an operator's or a service's request has none to compare. */
  async checkForCaller<T>(request: CalledRequest & { caller: Principal }, compare: () => Promise<T>): Promise<T> {
    const { actor } = request.caller;
    if (actor.kind !== 'user') return compare();
    this.#own.takeOrRefuse(actor.id);
    const { profile } = await this.tokenAuthenticator.describePrincipal(request.caller);
    return this.checks.check(
      {
        source: sourceOf(request),
        address: canonicalAddress(profile!.email),
        knownDevice: this.device.isKnown(request, actor.id),
      },
      compare,
    );
  }
}
