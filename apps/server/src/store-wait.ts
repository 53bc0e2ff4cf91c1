import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { StoreUnavailable } from '#libs/kernel';

/** How often, in ms, a store that is waited for is tried. */
const interval = 1_000;

/** How often, in ms, the log says that a store is still waited for. */
const reminderInterval = 15_000;

export interface StoreWaitOptions {
  /** How long, in seconds, all stores together may take; 0: they must be there. */
  readonly seconds: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** Waits for stores at a start, within one time limit for all of them. */
export class StoreWait {
  private readonly logger = new Logger('Start');
  private readonly end: number;

  constructor(private readonly options: StoreWaitOptions) {
    this.end = performance.now() + options.seconds * 1_000;
  }

  /**
   * Repeats `open` while the store named by `what` is unavailable. Throws an Error of one line with the reason when the time is
   * up; rejects with the signal's reason when that aborts.
   */
  async for<T>(what: string, open: () => Promise<T>): Promise<T> {
    let remindAt = 0;
    for (;;) {
      this.options.signal?.throwIfAborted();
      try {
        return await open();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const { seconds, signal } = this.options;
        if (performance.now() + interval > this.end) throw this.timedOut(what, error);
        if (performance.now() >= remindAt) {
          this.logger.warn(
            `Waiting up to ${seconds} s for the ${what} (${error.problem.code}): ${error.problem.detail}`,
          );
          remindAt = performance.now() + reminderInterval;
        }
        await pause(interval, undefined, { signal: signal! }).catch(() => {});
      }
    }
  }

  private timedOut(what: string, { problem }: StoreUnavailable): Error {
    const { seconds } = this.options;
    return new Error(
      `The ${what} is not available${seconds > 0 ? ` after ${seconds} s` : ''} (${problem.code}): ${problem.detail}`,
    );
  }
}

/** Returns a wait of 0 s: command-line tools do not wait until a store is available, but fail at once. */
export const noWait = (): StoreWait => new StoreWait({ seconds: 0 });

/** Returns the hosts in the URL of a store, without its credentials. */
export const hostsOfUrl = (url: string): string =>
  url
    .replace(/^[^:]+:\/\//, '')
    .replace(/[/?].*$/s, '')
    .replace(/^.*@/s, '');
