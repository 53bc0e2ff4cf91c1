import { throttled } from '#libs/kernel';

interface Turn {
  readonly take: () => void;
  readonly deadline: NodeJS.Timeout;
}

interface WorkQueueOptions {
  /** How many may work at a time. */
  readonly concurrency: number;
  /** How many of each rank may wait. */
  readonly maxWaiting: number;
  /** How many ranks there are; all who wait in an earlier rank come before a later one. */
  readonly priorities?: number;
  /** How long one may wait, ms. */
  readonly maxWaitMs?: number;
  /** Whether a rank that was full once takes nobody until the lane is empty: so a burst fares alike, however long its checks take. */
  readonly refusesUntilEmpty?: boolean;
}

/** A limit on how many work at a time, with bounded queues for those who wait. */
export class WorkQueue {
  #free: number;
  readonly #places: number;
  readonly #queues: Turn[][];
  readonly #closed = new Set<Turn[]>();
  readonly #room: number;
  readonly #maxWait: number;
  readonly #closesWhenFull: boolean;

  constructor({
    concurrency,
    maxWaiting,
    priorities = 1,
    maxWaitMs = 20_000,
    refusesUntilEmpty = false,
  }: WorkQueueOptions) {
    this.#free = this.#places = concurrency;
    this.#queues = Array.from({ length: priorities }, () => []);
    this.#room = maxWaiting;
    this.#maxWait = maxWaitMs;
    this.#closesWhenFull = refusesUntilEmpty;
  }

  get isIdle(): boolean {
    return this.#free === this.#places;
  }

  /** Works when it is its turn. Throws `access.throttled` where too many wait, or after too long a wait. */
  async run<T>(work: () => Promise<T>, rank = 0): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(this.#queues[rank]!);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #wait(queue: Turn[]): Promise<void> {
    if (queue.length >= this.#room && this.#closesWhenFull) this.#closed.add(queue);
    if (queue.length >= this.#room || this.#closed.has(queue)) throw busy();
    return new Promise((take, refuse) => {
      const deadline = setTimeout(() => {
        queue.splice(queue.indexOf(turn), 1);
        refuse(busy());
      }, this.#maxWait);
      const turn = { take, deadline };
      queue.push(turn);
    });
  }

  #leave(): void {
    const next = this.#queues.find(({ length }) => length > 0)?.shift();
    if (!next) this.#free++;
    if (this.isIdle) this.#closed.clear();
    clearTimeout(next?.deadline);
    next?.take();
  }
}

const busy = () => throttled('Too many passwords are being checked; wait a while.', 5);
