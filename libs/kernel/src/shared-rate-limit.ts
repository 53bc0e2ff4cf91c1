import { RateLimit, throttledRefusal } from './rate-limit.js';

export interface SharedRateLimitOptions {
  /** The most that a key may take in a window. */
  readonly limit: number;
  /** Length of a window, which begins with the first take, ms. */
  readonly window: number;
}

/** A rate limit of an installation: all its servers count together. */
export abstract class SharedRateLimit {
  /** Takes `amount` from the key's window. If that exceeds the limit, takes nothing and returns the seconds until the window ends. */
  abstract take(key: string, amount?: number): Promise<number | undefined>;

  /** Gives `amount` back to the key's window. */
  abstract giveBack(key: string, amount?: number): Promise<void>;

  /**
   * Takes `amount` from the key's window.
   * @throws Refusal `access.throttled` if that exceeds the limit
   */
  async takeOrRefuse(key: string, amount = 1): Promise<void> {
    const retryAfter = await this.take(key, amount);
    if (retryAfter !== undefined) throw throttledRefusal('This was asked for too often; wait a while.', retryAfter);
  }
}

/** Makes the rate limits of an installation. */
export abstract class SharedRateLimits {
  /** Returns the rate limit with this name. */
  abstract create(name: string, options: SharedRateLimitOptions): SharedRateLimit;
}

/** The rate limits of an installation with one server: a restart forgets them. */
export class MemoryRateLimits extends SharedRateLimits {
  constructor(private readonly now: () => Date) {
    super();
  }

  override create(_: string, options: SharedRateLimitOptions): SharedRateLimit {
    return new MemoryRateLimit(new RateLimit({ ...options, now: this.now }));
  }
}

class MemoryRateLimit extends SharedRateLimit {
  constructor(private readonly limit: RateLimit) {
    super();
  }

  override async take(key: string, amount?: number): Promise<number | undefined> {
    return this.limit.take(key, amount);
  }

  override async giveBack(key: string, amount?: number): Promise<void> {
    this.limit.giveBack(key, amount);
  }
}
