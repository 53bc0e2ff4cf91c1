import { Refusal } from '#libs/kernel';

interface Waiting {
  readonly since: number;
  readonly enter: () => void;
  readonly fail: (error: Refusal) => void;
}

/**
 * Lets so many in at a time, first come first served. When one of them gets no answer, whoever has waited at the gate for
 * `patience` ms fails as it did: behind a server that hangs nobody needs to find it out again.
 */
export class Gate {
  private readonly waiting: Waiting[] = [];

  constructor(
    private free: number,
    private readonly patience: number,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((enter, fail) => this.waiting.push({ since: performance.now(), enter, fail }));
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

  private giveUp(error: Refusal): void {
    const now = performance.now();
    while (this.waiting[0] && now - this.waiting[0].since >= this.patience) this.waiting.shift()!.fail(error);
  }
}
