import { throttled } from '#libs/kernel';

interface Turn {
  readonly take: () => void;
  readonly deadline: NodeJS.Timeout;
}

interface LaneOptions {
  /** How many may work at a time. */
  readonly places: number;
  /** How many of each rank may wait. */
  readonly room: number;
  /** How many ranks there are; all who wait in an earlier rank come before a later one. */
  readonly ranks?: number;
  /** How long one may wait, ms. */
  readonly maxWait?: number;
}

/** A limit on how many work at a time, with bounded queues for those who wait. */
export class Lane {
  #free: number;
  readonly #places: number;
  readonly #queues: Turn[][];
  readonly #room: number;
  readonly #maxWait: number;

  constructor({ places, room, ranks = 1, maxWait = 10_000 }: LaneOptions) {
    this.#free = this.#places = places;
    this.#queues = Array.from({ length: ranks }, () => []);
    this.#room = room;
    this.#maxWait = maxWait;
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
    if (queue.length >= this.#room) throw busy();
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
    clearTimeout(next?.deadline);
    next?.take();
  }
}

const busy = () => throttled('Too many passwords are being checked; wait a while.', 5);
