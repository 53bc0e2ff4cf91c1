import type { StoreObserver, StoreUnavailable } from '#libs/kernel';
import { NoAnswer, tooSlow, unavailable } from './unavailable.js';

/** What is heard of a database server over all connections: one that answers others is slow, not away. */
export class ServerWatch {
  private heardAt = -Infinity;
  private readonly listeners: (() => void)[] = [];
  private isClosing = false;

  constructor(private readonly observer: StoreObserver) {}

  /** Calls back when a query got no answer and nothing else was heard either. */
  onSilence(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The store is being closed: what fails from now on says nothing about the server. */
  close(): void {
    this.isClosing = true;
  }

  /** The server has answered something. */
  heard(): void {
    this.heardAt = performance.now();
    this.observer.recovered('away');
  }

  /** A query failed since the server is away, or did not answer since `began` (as `performance.now`). */
  failed(error: unknown, began: number): StoreUnavailable {
    if (error instanceof NoAnswer && this.heardAt > began) return tooSlow(error);
    const failure = unavailable(error);
    if (this.isClosing) return failure;
    this.observer.failed(failure.problem);
    if (error instanceof NoAnswer) for (const listener of this.listeners) listener();
    return failure;
  }

  /** No connection could be had since `began`. */
  connectFailed(error: unknown, began: number): StoreUnavailable {
    const isTimeout =
      error instanceof NoAnswer ||
      /timeout exceeded when trying to connect|connection timeout/.test((error as Error).message);
    return this.failed(isTimeout ? new NoAnswer('no connection in time') : error, began);
  }
}
