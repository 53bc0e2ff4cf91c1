import { setTimeout as sleep } from 'node:timers/promises';

/** Services that this library needs and that the server's module provides. */

/** The current time, and waiting; tests replace it. */
export abstract class Clock {
  abstract now(): Date;

  /** Waits for `ms`. Rejects when the signal is aborted. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms, undefined, signal && { signal });
  }
}

/** The server's address in a browser, which decides about the session cookie. */
export abstract class PublicOrigin {
  /** `https://users.example.com`; absent: the host of the request. */
  abstract readonly origin: string | undefined;
}

/** Computes keyed hashes of requests, which show when the same Idempotency-Key comes with another body. */
export abstract class RequestDigests {
  /** Returns the digest of a request in the format of this build: the format's number, a colon, and a hash of target and body. */
  abstract compute(target: string, body: string): string;
  /** Returns the digest that earlier builds stored for a request: a hash of the body alone, without a number. */
  abstract computeEarlier(body: string): string;
}

/** The position in the log that all read models have reached. */
export abstract class ReadPosition {
  /** Every later read shows at least this position. */
  abstract readonly position: number;
  /** Resolves once `position` is reached. Throws `projections.behind` after `timeout` ms. */
  abstract waitForPosition(position: number, timeout: number): Promise<void>;
}
