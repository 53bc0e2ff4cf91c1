import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '#libs/kernel';

/** How long to wait for the server, in milliseconds. */
export interface TimeLimits {
  /** A call fails when the server has sent nothing at all for so long. */
  readonly silenceMs: number;
  /** A call fails after so long even if the server answers other calls. */
  readonly slowMs: number;
  /** The client is replaced when calls wait and the server has sent nothing for so long; longer than a stall of a busy server. */
  readonly replaceAfterMs: number;
}

/** For `windowMs` after a call has failed, the next calls wait only `silenceMs`, so that not every call waits the full time. */
export const shortWait = { windowMs: 2_000, silenceMs: 500 } as const;

/** Waits between the attempts of a call: 10 ms, then twice as long each time, at most 500 ms, until the time is up. */
export class Backoff {
  private readonly deadline: number;
  private delayMs = 10;

  constructor(milliseconds: number) {
    this.deadline = performance.now() + milliseconds;
  }

  /** Waits until the next attempt. Throws `failure` if a retry can't help or there is no time left. */
  async waitOrThrow(failure: Error): Promise<void> {
    const mayRetry = failure instanceof Refusal && failure.code !== 'storage.full';
    if (!mayRetry || performance.now() + this.delayMs > this.deadline) throw failure;
    await pause(this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, 500);
  }
}

/** The server did not respond within our own time limits; whether it did what it was asked to is unknown. */
export class ResponseTimeout extends Error {
  constructor(
    /** Whether the server sent nothing to other calls either. */
    readonly isServerSilent: boolean,
    message = 'no answer in time',
  ) {
    super(message);
  }
}
