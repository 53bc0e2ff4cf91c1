import { Injectable } from '@nestjs/common';
import { sourceOf, type CalledRequest } from '#libs/http';
import { Refusal, SharedRateLimits, throttledRefusal, type SharedRateLimit } from '#libs/kernel';
import { KnownDevices } from './known-devices.js';

const minute = 60_000;

/** Limits how often mailed password links are requested and used. The limits are constants; a source is an IP address or network. */
@Injectable()
export class LinkLimits {
  readonly #requests: SharedRateLimit;
  readonly #uses: SharedRateLimit;
  readonly #wrongLinks: SharedRateLimit;

  constructor(
    private readonly devices: KnownDevices,
    limits: SharedRateLimits,
  ) {
    this.#requests = limits.create('link-requests', { limit: 60, window: minute });
    this.#uses = limits.create('link-uses', { limit: 30, window: 10 * minute });
    this.#wrongLinks = limits.create('wrong-links', { limit: 60, window: minute });
  }

  /** Counts a request for a link. Throws `access.throttled` after too many from one source, unless the device is known. */
  async limitRequest(request: CalledRequest, email: string): Promise<void> {
    const retryAfter = await this.#requests.take(sourceOf(request));
    if (retryAfter !== undefined && !(await this.devices.isKnown(request, email)))
      throw throttledRefusal('Too many links were asked for from this source; wait a while.', retryAfter);
  }

  /** Runs `follow`, which uses the link. Throws `access.throttled` after too many uses of this link, or too many invalid links from one source. */
  async limitUse<T>(request: CalledRequest, link: string, follow: () => Promise<T>): Promise<T> {
    await this.#uses.takeOrRefuse(link);
    try {
      return await follow();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'link.not-valid')
        await this.#wrongLinks.takeOrRefuse(sourceOf(request));
      throw error;
    }
  }
}
