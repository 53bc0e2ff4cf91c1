import { setImmediate, setTimeout as pause } from 'node:timers/promises';

/** Reads a source ahead of its consumer, with back-pressure: it stops while `maxAhead()` items are buffered. */
export class ReadAhead<T> {
  readonly #buffered: T[] = [];
  #ended: { error: unknown } | undefined;
  #wake = () => {};
  #resume = () => {};
  #reportFull = () => {};

  constructor(
    source: AsyncIterable<T>,
    private readonly maxAhead: () => number,
  ) {
    void this.#read(source).catch((error: unknown) => {
      this.#ended = { error };
      this.#wake();
    });
  }

  /** Takes up to `limit` buffered items; waits until there is at least one. Throws once the source has ended or failed. */
  async take(limit: number): Promise<T[]> {
    while (this.#buffered.length === 0) {
      if (this.#ended) throw this.#ended.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      // Items that arrived together belong into one batch.
      await setImmediate();
    }
    const taken = this.#buffered.splice(0, limit);
    this.#resume();
    return taken;
  }

  /** Waits until there is an item, or the source has ended or failed, at most `ms`. Returns whether {@link take} needs no wait. */
  async waitForItems(ms: number): Promise<boolean> {
    const isReady = () => this.#buffered.length > 0 || this.#ended !== undefined;
    if (!isReady()) {
      const waiting = new AbortController();
      const item = new Promise<void>((resolve) => (this.#wake = resolve));
      await Promise.race([item, pause(ms, undefined, { signal: waiting.signal }).catch(() => {})]);
      waiting.abort();
    }
    return isReady();
  }

  /** Waits until as many items are buffered as are read ahead. Never rejects; it may wait for ever. */
  async waitUntilFull(): Promise<void> {
    if (this.#buffered.length < this.maxAhead()) await new Promise<void>((resolve) => (this.#reportFull = resolve));
  }

  async #read(source: AsyncIterable<T>): Promise<never> {
    for await (const item of source) {
      this.#buffered.push(item);
      this.#wake();
      if (this.#buffered.length < this.maxAhead()) continue;
      this.#reportFull();
      await new Promise<void>((resolve) => (this.#resume = resolve));
    }
    throw new Error('the subscription ended');
  }
}
