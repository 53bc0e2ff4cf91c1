import { Refusal, throttledRefusal, type SharedRateLimit, type SharedRateLimits } from '#libs/kernel';
import { constantTime, type Sleep } from './constant-time.js';
import { WorkQueue } from './work-queue.js';

/** An attempt to authenticate by a password. */
export interface PasswordAttempt {
  /** The source of the request; see `sourceOf`. */
  readonly source: string;
  /** The canonical e-mail address; no user may have it. */
  readonly address: string;
  /** Whether the request holds the device cookie of the user with this address. */
  readonly knownDevice: boolean;
}

interface ChecksOptions {
  /** How many checks run at a time. */
  readonly concurrency: number;
  readonly limits: SharedRateLimits;
  readonly sleep: Sleep;
}

/** How many attempts for one address may wait: few, so that the last one is answered within seconds; default, not configurable. */
const waitingPerAddress = 11;
/** How many attempts of each rank may run or wait; default, not configurable. */
const maxPending = 200;
/** How many attempts from limited sources may wait; default, not configurable. */
const waitingFromLimited = 20;

const ranks = { knownDevice: 0, other: 1, limitedSource: 2 } as const;
type Rank = keyof typeof ranks;

/**
 * Limits how many passwords are compared at the same time, in the same way for addresses with and without a user. Only one
 * attempt per address runs at a time, and one more from the user's known devices. Sources with too many failures share one
 * queue with the lowest priority.
 */
export class PasswordChecks {
  /** Failed attempts by source: 20 per minute; default, not configurable. An attempt counts as failed until it has succeeded. */
  readonly #failures: SharedRateLimit;
  readonly #comparisons: WorkQueue;
  readonly #sleep: Sleep;
  readonly #limitedSourcesQueue = new WorkQueue({ concurrency: 1, maxWaiting: waitingFromLimited });
  readonly #addressQueues = new Map<string, WorkQueue>();
  readonly #pending = { knownDevice: 0, other: 0, limitedSource: 0 };

  constructor({ concurrency, limits, sleep }: ChecksOptions) {
    this.#failures = limits.create('failed-passwords', { limit: 20, window: 60_000 });
    this.#comparisons = new WorkQueue({ concurrency, maxWaiting: maxPending, priorities: 3 });
    this.#sleep = sleep;
  }

  /**
   * Calls `compare` as soon as the limits allow, and returns its result. Pads the duration of a failed attempt to hide
   * timing; meanwhile it counts as running. Throws `access.throttled` if too many attempts wait.
   */
  async check<T>({ source, address, knownDevice }: PasswordAttempt, compare: () => Promise<T>): Promise<T> {
    const isLimited = (await this.#failures.take(source)) !== undefined;
    const rank = knownDevice ? 'knownDevice' : isLimited ? 'limitedSource' : 'other';
    let failed = true;
    try {
      const result = await this.#runInQueues(rank, address, () =>
        constantTime(this.#sleep, () => this.#comparisons.run(compare, ranks[rank]), { skipOnSuccess: true }),
      );
      failed = false;
      return result;
    } catch (error) {
      failed = isFailure(error);
      throw error;
    } finally {
      if (!failed && !isLimited) await this.#failures.giveBack(source);
    }
  }

  async #runInQueues<T>(rank: Rank, address: string, work: () => Promise<T>): Promise<T> {
    if (this.#pending[rank] >= maxPending)
      throw throttledRefusal('Too many passwords are being checked; wait a while.', 5);
    this.#pending[rank]++;
    const runForAddress = () => this.#runForAddress(rank, address, work);
    try {
      return await (rank === 'limitedSource' ? this.#limitedSourcesQueue.run(runForAddress) : runForAddress());
    } finally {
      this.#pending[rank]--;
    }
  }

  async #runForAddress<T>(rank: Rank, address: string, work: () => Promise<T>): Promise<T> {
    const key = `${rank === 'knownDevice' ? 'device' : 'other'} ${address}`;
    const queue =
      this.#addressQueues.get(key) ??
      new WorkQueue({ concurrency: 1, maxWaiting: waitingPerAddress, priorities: 3, refusesUntilEmpty: true });
    this.#addressQueues.set(key, queue);
    try {
      return await queue.run(work, ranks[rank]);
    } finally {
      if (queue.isIdle) this.#addressQueues.delete(key);
    }
  }
}

/** Returns whether an error counts as a failed attempt: the password was wrong, or the error is unexpected. */
const isFailure = (error: unknown): boolean =>
  !(error instanceof Refusal) || error.code === 'login.failed' || error.code === 'password.wrong';
