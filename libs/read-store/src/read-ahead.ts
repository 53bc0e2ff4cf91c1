import { setImmediate } from 'node:timers/promises';

/** Reads from a source, at most `bound` items ahead of who takes them: a slow taker slows the source. */
export class ReadAhead<T> {
  readonly #arrived: T[] = [];
  #ended: { error: unknown } | undefined;
  #wake = () => {};
  #resume = () => {};

  constructor(
    source: AsyncIterable<T>,
    private readonly bound: number,
  ) {
    void this.#read(source).catch((error: unknown) => {
      this.#ended = { error };
      this.#wake();
    });
  }

  /** What has arrived, at most `limit` items; waits for the first and what comes with it. Throws at the end. */
  async take(limit: number): Promise<T[]> {
    while (this.#arrived.length === 0) {
      if (this.#ended) throw this.#ended.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      await setImmediate();
    }
    const taken = this.#arrived.splice(0, limit);
    this.#resume();
    return taken;
  }

  async #read(source: AsyncIterable<T>): Promise<never> {
    for await (const item of source) {
      this.#arrived.push(item);
      this.#wake();
      if (this.#arrived.length >= this.bound) await new Promise<void>((resolve) => (this.#resume = resolve));
    }
    throw new Error('the subscription ended');
  }
}
