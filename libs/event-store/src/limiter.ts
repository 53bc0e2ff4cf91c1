import { Refusal } from '#libs/kernel';

interface QueuedWork {
  readonly since: number;
  readonly start: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Limits how much work runs at a time; the rest waits in a queue, first in, first out. When work fails because its store is
 * unavailable, all work that has waited for at least `maxWaitMs` fails with the same refusal, without being tried.
 */
export class Limiter {
  private readonly queue: QueuedWork[] = [];

  constructor(
    private free: number,
    private readonly maxWaitMs = Infinity,
  ) {}

  /**
   * Runs `work` as soon as the limit allows it and returns its result.
   * @param signal removes work that still waits from the queue
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.free > 0) this.free--;
    else await this.wait(signal);
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'unavailable') this.failLongWaiting(error);
      throw error;
    } finally {
      const next = this.queue.shift();
      if (next) next.start();
      else this.free++;
    }
  }

  private wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((start, fail) => {
      const work = { since: performance.now(), start, fail };
      this.queue.push(work);
      signal?.addEventListener('abort', () => {
        const index = this.queue.indexOf(work);
        if (index < 0) return;
        this.queue.splice(index, 1);
        fail(signal.reason as Error);
      });
    });
  }

  private failLongWaiting(error: Refusal): void {
    const now = performance.now();
    while (this.queue[0] && now - this.queue[0].since >= this.maxWaitMs) this.queue.shift()!.fail(error);
  }
}
