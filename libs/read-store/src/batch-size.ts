const SMALLEST = 500;
const LARGEST = 8_000;
/** PGlite has one connection: a reader waits for the batch, and may be refused after 4 s. */
const LONGEST_MS = 1_000;

/** How many log items a batch has at most. While batches are full, they grow as long as one takes a second at most. */
export class BatchSize {
  #current: number;

  /** @param largest how large batches may grow */
  constructor(private readonly largest = LARGEST) {
    this.#current = Math.min(SMALLEST, largest);
  }

  get current(): number {
    return this.#current;
  }

  /** Adapts the size to how long a full batch took, in ms. */
  adapt(tookMs: number): void {
    if (tookMs > LONGEST_MS) this.#current = Math.max(Math.ceil(this.#current / 2), Math.min(SMALLEST, this.largest));
    else if (tookMs < LONGEST_MS / 2) this.#current = Math.min(this.#current * 2, this.largest);
  }
}
