import { Refusal } from '#libs/kernel';

interface Waiting {
  readonly since: number;
  readonly enter: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Lets so many in at a time, first come first served. When one of them gets no answer, all who have waited at the gate
 * for `patience` ms fail as it did: behind a server that hangs they need not find it out again.
 */
export class Limiter {
  private readonly waiting: Waiting[] = [];

  constructor(
    private free: number,
    private readonly patience = Infinity,
  ) {}

  /** @param signal when it aborts, work that still waits is not begun */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.free > 0) this.free--;
    else await this.wait(signal);
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'unavailable') this.giveUp(error);
      throw error;
    } finally {
      const next = this.waiting.shift();
      if (next) next.enter();
      else this.free++;
    }
  }

  private wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((enter, fail) => {
      const entry = { since: performance.now(), enter, fail };
      this.waiting.push(entry);
      signal?.addEventListener('abort', () => {
        const place = this.waiting.indexOf(entry);
        if (place < 0) return;
        this.waiting.splice(place, 1);
        fail(signal.reason as Error);
      });
    });
  }

  private giveUp(error: Refusal): void {
    const now = performance.now();
    while (this.waiting[0] && now - this.waiting[0].since >= this.patience) this.waiting.shift()!.fail(error);
  }
}
