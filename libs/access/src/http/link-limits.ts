import { Injectable } from '@nestjs/common';
import { Clock, sourceOf, type CalledRequest } from '#libs/http';
import { RateLimit, Refusal, throttledRefusal } from '#libs/kernel';
import { KnownDevices } from './known-devices.js';

const minute = 60_000;

/** Limits how often mailed password links are requested and used. The limits are constants; a source is an IP address or network. */
@Injectable()
export class LinkLimits {
  readonly #requests: RateLimit;
  readonly #uses: RateLimit;
  readonly #wrongLinks: RateLimit;

  constructor(
    private readonly devices: KnownDevices,
    clock: Clock,
  ) {
    const now = () => clock.now();
    this.#requests = new RateLimit({ limit: 60, window: minute, now });
    this.#uses = new RateLimit({ limit: 30, window: 10 * minute, now });
    this.#wrongLinks = new RateLimit({ limit: 60, window: minute, now });
  }

  /** Counts a request for a link. Throws `access.throttled` after too many from one source, unless the device is known. */
  async limitRequest(request: CalledRequest, email: string): Promise<void> {
    const retryAfter = this.#requests.take(sourceOf(request));
    if (retryAfter !== undefined && !(await this.devices.isKnown(request, email)))
      throw throttledRefusal('Too many links were asked for from this source; wait a while.', retryAfter);
  }

  /** Runs `follow`, which uses the link. Throws `access.throttled` after too many uses of this link, or too many invalid links from one source. */
  async limitUse<T>(request: CalledRequest, link: string, follow: () => Promise<T>): Promise<T> {
    this.#uses.takeOrRefuse(link);
    try {
      return await follow();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'link.not-valid') this.#wrongLinks.takeOrRefuse(sourceOf(request));
      throw error;
    }
  }
}
