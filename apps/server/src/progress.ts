/** How often progress is shown, ms. */
const intervalMs = 3_000;

/** Shows how far a tool is: a count, percents, and the time left. */
export class Progress {
  private readonly startedAt: number;
  private shownAt: number;

  /**
   * @param items the counted items with their verb, for example `events are read`
   * @param total the value of `done` at the end
   */
  constructor(
    private readonly items: string,
    private readonly total: number,
    private readonly print: (text: string) => void = console.error,
    private readonly now = (): number => performance.now(),
  ) {
    this.startedAt = this.shownAt = now();
  }

  /** Shows the progress, at most every 3 s. */
  show(count: number, done: number): void {
    const now = this.now();
    if (now - this.shownAt < intervalMs) return;
    this.shownAt = now;
    const share = Math.min(1, Math.max(done, 1) / Math.max(this.total, 1));
    const secondsLeft = Math.ceil(((now - this.startedAt) / 1_000) * (1 / share - 1));
    this.print(`${count} ${this.items}, ${Math.floor(100 * share)} %, about ${secondsLeft} s left.`);
  }
}
