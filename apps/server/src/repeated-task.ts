import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';

/** Runs a task again and again until it is stopped. A failure is logged once for each cause, and the task is tried again. */
export class RepeatedTask {
  private readonly ending = new AbortController();
  private readonly logger = new Logger('RepeatedTask');
  private running: Promise<void> | undefined;
  private failure: string | undefined;

  /** @param interval in ms, from the end of one run to the beginning of the next */
  constructor(
    private readonly interval: number,
    private readonly task: () => Promise<void>,
  ) {}

  /** Begins with the first run. */
  start(): void {
    this.running = this.repeat(this.ending.signal);
  }

  /** Stops. Resolves when a running run has ended. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private async repeat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.runOnce();
      await pause(this.interval, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  private async runOnce(): Promise<void> {
    try {
      await this.task();
      this.failure = undefined;
    } catch (error) {
      const failure = String(error);
      if (failure !== this.failure) this.logger.error(failure);
      this.failure = failure;
    }
  }
}
