import type { StoreObserver, StoreUnavailable } from '#libs/kernel';
import { ResponseTimeout, toUnavailable, tooSlow, type DatabaseStore } from './database-problem.js';

/**
 * Records the responses and failures of all connections to a database server, to tell a slow server, which answers other
 * queries, from one that is unavailable.
 */
export class ServerMonitor {
  private lastResponseAt = -Infinity;
  private readonly silenceListeners: (() => void)[] = [];
  private hasStopped = false;

  constructor(
    private readonly observer: StoreObserver,
    /** What the database is used for. */
    private readonly store: DatabaseStore,
  ) {}

  /** Calls `listener` whenever a query times out while the server answers no other query either. */
  onSilence(listener: () => void): void {
    this.silenceListeners.push(listener);
  }

  /** Stops reporting failures, because the store is being closed. */
  stopReporting(): void {
    this.hasStopped = true;
  }

  /** Whether the server has responded to any query within the last `milliseconds`. */
  hasRespondedWithin(milliseconds: number): boolean {
    return performance.now() - this.lastResponseAt < milliseconds;
  }

  /** Records that the server has just responded, so it is available. */
  recordResponse(): void {
    this.lastResponseAt = performance.now();
    this.observer.recovered('away');
  }

  /**
   * Records that a query failed because the server is unavailable or did not respond, and returns the refusal to throw.
   * @param startedAt when the query started, by `performance.now()`
   */
  recordFailure(error: unknown, startedAt: number): StoreUnavailable {
    if (error instanceof ResponseTimeout && this.lastResponseAt > startedAt) return this.tooSlow(error);
    const failure = toUnavailable(this.store, error);
    if (this.hasStopped) return failure;
    this.observer.failed(failure.problem);
    if (error instanceof ResponseTimeout) for (const listener of this.silenceListeners) listener();
    return failure;
  }

  /** Returns the refusal to throw for a statement that takes too long while the database answers others. */
  tooSlow(error: unknown): StoreUnavailable {
    return tooSlow(this.store, error);
  }

  /** Records that no connection could be made, and returns the refusal to throw. */
  recordConnectFailure(error: unknown, startedAt: number): StoreUnavailable {
    const isTimeout =
      error instanceof ResponseTimeout ||
      /timeout exceeded when trying to connect|connection timeout/.test((error as Error).message);
    return this.recordFailure(isTimeout ? new ResponseTimeout('no connection in time') : error, startedAt);
  }
}
