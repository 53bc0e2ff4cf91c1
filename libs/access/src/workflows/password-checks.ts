import { RateLimit, Refusal, throttledRefusal } from '#libs/kernel';
import { constantTime } from './constant-time.js';
import { WorkQueue } from './work-queue.js';

/** A password that somebody wants to have compared. */
export interface PasswordAttempt {
  /** Where it comes from: see `sourceOf`. */
  readonly source: string;
  /** The canonical e-mail address that it is tried for, whether or not anybody has it. */
  readonly address: string;
  /** Whether the request holds the device cookie of the user with this address. */
  readonly knownDevice: boolean;
}

interface ChecksOptions {
  /** How many checks run at a time. */
  readonly concurrency: number;
  readonly now: () => Date;
}

/** How many may wait for the place of one address, so that the last is answered within seconds; default, not configurable. */
const waitingPerAddress = 11;
/** How many checks from known devices, and how many others, may be under way or wait; defaults, not configurable. */
const maxUnderWay = 200;
/** How many checks from limited sources may wait; default, not configurable. */
const waitingFromLimited = 20;

const ranks = { knownDevice: 0, other: 1, limitedSource: 2 } as const;
type Rank = keyof typeof ranks;

/**
 * Where all passwords are compared: bounded, and alike for addresses that somebody has and those that nobody has. There is
 * one check at a time per address, and a second place for the user's known devices. Sources with too many failures share
 * one lane behind all others.
 */
export class PasswordChecks {
  /** An attempt counts as failed until it has been decided: default, 20 a minute and source. */
  readonly #failures: RateLimit;
  readonly #turns: WorkQueue;
  readonly #limitedSources = new WorkQueue({ concurrency: 1, maxWaiting: waitingFromLimited });
  readonly #addresses = new Map<string, WorkQueue>();
  readonly #underWay = { knownDevice: 0, other: 0, limitedSource: 0 };

  constructor({ concurrency, now }: ChecksOptions) {
    this.#failures = new RateLimit({ limit: 20, window: 60_000, now });
    this.#turns = new WorkQueue({ concurrency: concurrency, maxWaiting: maxUnderWay, priorities: 3 });
  }

  /**
   * Compares when it is its turn. A check that fails takes whole beats of time, in which it keeps its place.
   * Throws `access.throttled` where too many are under way.
   */
  async check<T>({ source, address, knownDevice }: PasswordAttempt, compare: () => Promise<T>): Promise<T> {
    const isLimited = this.#failures.take(source) !== undefined;
    const rank = knownDevice ? 'knownDevice' : isLimited ? 'limitedSource' : 'other';
    let failed = true;
    try {
      const result = await this.#inLanes(rank, address, () =>
        constantTime(() => this.#turns.run(compare, ranks[rank]), { skipOnSuccess: true }),
      );
      failed = false;
      return result;
    } catch (error) {
      failed = isFailure(error);
      throw error;
    } finally {
      if (!failed && !isLimited) this.#failures.giveBack(source);
    }
  }

  async #inLanes<T>(rank: Rank, address: string, work: () => Promise<T>): Promise<T> {
    if (this.#underWay[rank] >= maxUnderWay)
      throw throttledRefusal('Too many passwords are being checked; wait a while.', 5);
    this.#underWay[rank]++;
    const atAddress = () => this.#atAddress(rank, address, work);
    try {
      return await (rank === 'limitedSource' ? this.#limitedSources.run(atAddress) : atAddress());
    } finally {
      this.#underWay[rank]--;
    }
  }

  async #atAddress<T>(rank: Rank, address: string, work: () => Promise<T>): Promise<T> {
    const place = `${rank === 'knownDevice' ? 'device' : 'other'} ${address}`;
    const lane =
      this.#addresses.get(place) ??
      new WorkQueue({ concurrency: 1, maxWaiting: waitingPerAddress, priorities: 3, refusesUntilEmpty: true });
    this.#addresses.set(place, lane);
    try {
      return await lane.run(work, ranks[rank]);
    } finally {
      if (lane.isIdle) this.#addresses.delete(place);
    }
  }
}

/** Whether the password was found to be wrong, or it is not known what was found. */
const isFailure = (error: unknown): boolean =>
  !(error instanceof Refusal) || error.code === 'login.failed' || error.code === 'password.wrong';
