interface Window {
  readonly until: number;
  count: number;
}

interface CounterOptions {
  /** How many a key may have in a window. */
  readonly limit: number;
  /** How long a window lasts from its first count, ms. */
  readonly window: number;
  readonly now: () => Date;
  /** How many keys are remembered; the oldest windows go first. */
  readonly maxKeys?: number;
}

/** Counts by key within a window of time, in bounded memory: a rate limit. */
export class Counter {
  readonly #windows = new Map<string, Window>();
  readonly #options: Required<CounterOptions>;

  constructor(options: CounterOptions) {
    this.#options = { maxKeys: 50_000, ...options };
  }

  /** Counts one more; answers in how many seconds there is room again, or `undefined` where it was within the limit. */
  count(key: string): number | undefined {
    const { limit, window, maxKeys } = this.#options;
    const now = this.#options.now().getTime();
    let current = this.#windows.get(key);
    if (!current || current.until <= now || current.until > now + window) {
      current = { until: now + window, count: 0 };
      this.#windows.delete(key);
      this.#windows.set(key, current);
      if (this.#windows.size > maxKeys) this.#windows.delete(this.#windows.keys().next().value!);
    }
    if (current.count >= limit) return Math.ceil((current.until - now) / 1_000);
    current.count++;
    return undefined;
  }

  /** Takes one count back. */
  takeBack(key: string): void {
    const current = this.#windows.get(key);
    if (current && current.count > 0) current.count--;
  }
}
