/** Work that only one of several servers does at a time. */
export interface SoleWork {
  /** Whether this server does it now. */
  readonly isHeld: boolean;
  /**
   * Does the work whenever it is this server's turn.
   * @param work ends soon after its signal is aborted
   */
  start(work: (signal: AbortSignal) => Promise<void>): void;
  /** Stops the work, and lets another server do it. */
  stop(): Promise<void>;
}

/** Work of the only server. */
export class OwnWork implements SoleWork {
  readonly isHeld = true;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly onProblem: (error: unknown) => void) {}

  start(work: (signal: AbortSignal) => Promise<void>): void {
    this.running = work(this.stopping.signal).catch(this.onProblem);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}
