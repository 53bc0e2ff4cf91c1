const SMALLEST = 500;
const LARGEST = 2_000;
/** PGlite has one connection: a reader waits for the batch, and may be refused after 4 s. */
const LONGEST_MS = 1_000;

/** How many log items a batch has at most. While batches are full, they grow as long as one takes a second at most. */
export class BatchSize {
  #current = SMALLEST;

  /** @param largest how large batches may grow */
  constructor(private readonly largest = LARGEST) {
    this.reset();
  }

  get current(): number {
    return this.#current;
  }

  /** Makes batches small again, for events that arrive as they happen: they are visible after a shorter wait. */
  reset(): void {
    this.#current = Math.min(SMALLEST, this.largest);
  }

  /** Adapts the size to how long a full batch took, in ms. */
  adapt(tookMs: number): void {
    if (tookMs > LONGEST_MS) this.#current = Math.min(Math.max(Math.ceil(this.#current / 2), SMALLEST), this.largest);
    else if (tookMs < LONGEST_MS / 2) this.#current = Math.min(this.#current * 2, this.largest);
  }
}
