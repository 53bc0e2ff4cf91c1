import { throttledRefusal } from '#libs/kernel';

interface WaitingTask {
  readonly start: () => void;
  readonly deadline: NodeJS.Timeout;
}

interface WorkQueueOptions {
  /** How many tasks run at a time. */
  readonly concurrency: number;
  /** How many tasks of each priority may wait. */
  readonly maxWaiting: number;
  /** How many priorities there are; 0 is the highest and is always served first. Default 1. */
  readonly priorities?: number;
  /** How long a task may wait, ms. Default 20,000. */
  readonly maxWaitMs?: number;
  /** Whether a priority whose queue was full refuses all tasks until the whole queue is idle. Then the tasks of a burst are refused alike, however long each takes. */
  readonly refusesUntilEmpty?: boolean;
}

/** Runs tasks with limited concurrency; the others wait in bounded queues, one for each priority. */
export class WorkQueue {
  #free: number;
  readonly #concurrency: number;
  readonly #queues: WaitingTask[][];
  readonly #closed = new Set<WaitingTask[]>();
  readonly #maxWaiting: number;
  readonly #maxWait: number;
  readonly #refusesUntilEmpty: boolean;

  constructor({
    concurrency,
    maxWaiting,
    priorities = 1,
    maxWaitMs = 20_000,
    refusesUntilEmpty = false,
  }: WorkQueueOptions) {
    this.#free = this.#concurrency = concurrency;
    this.#queues = Array.from({ length: priorities }, () => []);
    this.#maxWaiting = maxWaiting;
    this.#maxWait = maxWaitMs;
    this.#refusesUntilEmpty = refusesUntilEmpty;
  }

  /** Whether no task runs or waits. */
  get isIdle(): boolean {
    return this.#free === this.#concurrency;
  }

  /** Runs a task as soon as fewer than `concurrency` tasks run. Throws `access.throttled` if too many wait, or after `maxWaitMs`. */
  async run<T>(work: () => Promise<T>, priority = 0): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(this.#queues[priority]!);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #wait(queue: WaitingTask[]): Promise<void> {
    if (queue.length >= this.#maxWaiting && this.#refusesUntilEmpty) this.#closed.add(queue);
    if (queue.length >= this.#maxWaiting || this.#closed.has(queue)) throw busy();
    return new Promise((start, refuse) => {
      const deadline = setTimeout(() => {
        queue.splice(queue.indexOf(task), 1);
        refuse(busy());
      }, this.#maxWait);
      const task = { start, deadline };
      queue.push(task);
    });
  }

  #release(): void {
    const next = this.#queues.find(({ length }) => length > 0)?.shift();
    if (!next) this.#free++;
    if (this.isIdle) this.#closed.clear();
    clearTimeout(next?.deadline);
    next?.start();
  }
}

const busy = () => throttledRefusal('Too many passwords are being checked; wait a while.', 5);
