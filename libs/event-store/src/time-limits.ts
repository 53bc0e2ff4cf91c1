import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '#libs/kernel';

/** How long to wait for the server, in milliseconds. */
export interface TimeLimits {
  /** A call gives up when nothing at all was heard from the server for so long. */
  readonly silenceMs: number;
  /** A call gives up after so long while the server answers others. */
  readonly slowMs: number;
  /** The client is replaced when nothing was heard for so long while calls wait: longer than a stall of a busy server. */
  readonly replaceAfterMs: number;
}

/** After a call has given up, the calls of the next `window` ms wait `silence` ms only: they need not find it out again. */
export const afterFailure = { window: 2_000, silence: 500 } as const;

/** Repeats with a growing pause until the time is up. */
export class Retry {
  private readonly end: number;
  private next = 10;

  constructor(milliseconds: number) {
    this.end = performance.now() + milliseconds;
  }

  /** Waits for the next attempt; throws the failure where there is none. */
  async again(failure: Error): Promise<void> {
    if (!(failure instanceof Refusal) || failure.code === 'storage.full' || performance.now() + this.next > this.end)
      throw failure;
    await pause(this.next);
    this.next = Math.min(this.next * 2, 500);
  }
}

/** No answer within our own limits; what it would have been is unknown. */
export class NoAnswer extends Error {
  constructor(
    /** Nothing else was heard from the server either. */
    readonly isSilent: boolean,
    message = 'no answer in time',
  ) {
    super(message);
  }
}
