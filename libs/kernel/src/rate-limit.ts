import { LruCache } from './lru-cache.js';
import { Refusal } from './refusal.js';

interface Window {
  /** Unix ms. */
  readonly until: number;
  count: number;
}

interface RateLimitOptions {
  /** The most that a key may take in a window. */
  readonly limit: number;
  /** Length of a window, which begins with the first take, ms. */
  readonly window: number;
  readonly now: () => Date;
  /** The most keys that are kept; beyond that, the least recently used key is dropped. Default 50,000. */
  readonly maxKeys?: number;
}

/** Limits how often something may happen for each key, in bounded memory. */
export class RateLimit {
  readonly #windows: LruCache<string, Window>;
  readonly #options: RateLimitOptions;

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#windows = new LruCache(options.maxKeys ?? 50_000);
  }

  /** Takes `amount` from the key's window. If that exceeds the limit, takes nothing and returns the seconds until the window ends. */
  take(key: string, amount = 1): number | undefined {
    const now = this.#options.now().getTime();
    const window = this.#windowOf(key, now);
    if (window.count + amount > this.#options.limit) return Math.ceil((window.until - now) / 1_000);
    window.count += amount;
    return undefined;
  }

  /**
   * Takes `amount` from the key's window.
   * @throws Refusal `access.throttled` if that exceeds the limit
   */
  takeOrRefuse(key: string, amount = 1): void {
    const retryAfter = this.take(key, amount);
    if (retryAfter !== undefined) throw throttledRefusal('This was asked for too often; wait a while.', retryAfter);
  }

  /** Gives `amount` back to the key's window. */
  giveBack(key: string, amount = 1): void {
    const window = this.#windows.get(key);
    if (window) window.count = Math.max(0, window.count - amount);
  }

  #windowOf(key: string, now: number): Window {
    const current = this.#windows.get(key);
    // A clock that was set back must not make a window longer.
    if (current && current.until > now && current.until <= now + this.#options.window) return current;
    const fresh = { until: now + this.#options.window, count: 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

/** Makes the refusal `access.throttled`; `retryAfter` in seconds. */
export const throttledRefusal = (detail: string, retryAfter: number): Refusal =>
  new Refusal('access.throttled', 'throttled', detail, [], { retryAfter });
