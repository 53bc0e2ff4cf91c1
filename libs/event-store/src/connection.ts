import {
  AccessDeniedError,
  type EventStoreDBClient,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type StreamingRead,
} from '@eventstore/db-client';
import { StoreUnavailable, diskFullRefusal, type StoreObserver } from '#libs/kernel';
import { UnreadableEvent } from './codec.js';
import { eventStoreUnavailable, isConnectError } from './event-store-problem.js';
import { dropRest, iterateAtReadersPace } from './iterate-at-readers-pace.js';
import { openClient, toClientUrl } from './open-client.js';
import { Backoff, ResponseTimeout, shortWait, type TimeLimits } from './time-limits.js';
import { WatchedClient } from './watched-client.js';

/**
 * How long, in ms, a read that was left early may end by itself before it is cancelled. A server built on Node accepts
 * 1,000 resets and then 33 a second (CVE-2023-44487), then closes the connection:
 * https://github.com/grpc/grpc-node/issues/2872
 */
const CANCEL_DELAY_MS = 50;

/** A client that can't connect is replaced once it is this old, in ms. */
const REPLACE_UNCONNECTED_AFTER_MS = 5_000;

/** Errors against which a retry can't help. */
const FINAL_ERRORS = [WrongExpectedVersionError, StreamDeletedError, UnreadableEvent, TypeError];

/** Starts a call that reads the events after `last` (undefined: from the start); undefined if there is nothing more to read. */
type OpenRead<Event> = (client: EventStoreDBClient, last: Event | undefined) => StreamingRead<Event> | undefined;

/**
 * A connection to the store that recovers by itself: calls that fail for lack of a connection are retried, and a client that
 * lost its server is replaced. Calls fail soon; the client is replaced late, because that cuts all its calls.
 */
export class Connection {
  private readonly address: string;
  private current: WatchedClient;
  private replacements = 0;
  private hasClosed = false;
  /** When the last call failed for good; -Infinity once the server has responded since. */
  private failedAt = -Infinity;

  constructor(
    url: string,
    private readonly limits: TimeLimits,
    private readonly observer: StoreObserver,
  ) {
    this.address = toClientUrl(url);
    this.current = this.connect();
  }

  /** The client to use now, for calls without a time limit. Throws once the connection is closed. */
  get currentClient(): WatchedClient {
    if (this.hasClosed) throw new Error('the event store is closed');
    return this.current;
  }

  get isClosed(): boolean {
    return this.hasClosed;
  }

  /**
   * Reads all events of a call; none of an absent stream. When the connection breaks, it calls `open` again with the last
   * event that was received, to continue after it.
   */
  async *read<Event>(open: OpenRead<Event>): AsyncGenerator<Event> {
    const silenceMs = this.silenceLimit();
    let last: Event | undefined;
    let backoff = new Backoff(silenceMs);
    for (;;) {
      const client = this.currentClient;
      const before = last;
      const events = open(client.client, last);
      if (!events) return;
      try {
        for await (const event of iterateAtReadersPace(events, (item) => client.waitWithTimeout(item, silenceMs))) {
          client.recordResponse();
          yield (last = event);
        }
        if (client === this.current) {
          client.recordResponse();
          return;
        }
        // A read that was cut by the replacement ends like a complete one.
        throw new ResponseTimeout(false, 'its client was replaced');
      } catch (error) {
        if (error instanceof StreamNotFoundError) {
          client.recordResponse();
          return;
        }
        if (last !== before) backoff = new Backoff(silenceMs);
        await this.waitOrThrow(backoff, this.handleError(client, error));
      } finally {
        setTimeout(() => void events.cancel().then(() => dropRest(events), ignore), CANCEL_DELAY_MS).unref();
      }
    }
  }

  /**
   * Calls `append` until it succeeds or the time is up. After a time-out or a lost connection the outcome is unknown:
   * `append` must be safe to repeat.
   */
  async append<T>(append: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const silenceMs = this.silenceLimit();
    const backoff = new Backoff(silenceMs);
    for (;;) {
      const client = this.currentClient;
      const abandoned = new AbortController();
      try {
        const appended = client.appends.run(() => append(client.client), abandoned.signal);
        appended.then(() => client.recordResponse(), ignore);
        return await client.waitWithTimeout(appended, silenceMs);
      } catch (error) {
        abandoned.abort(error);
        if (error instanceof WrongExpectedVersionError) client.recordResponse();
        await this.waitOrThrow(backoff, this.handleError(client, error));
      }
    }
  }

  /**
   * Returns the error to throw for a failed call: `event-store.unavailable` where a retry may help. Replaces the client if it
   * has lost its server.
   */
  handleError(client: WatchedClient, error: unknown): Error {
    if (FINAL_ERRORS.some((kind) => error instanceof kind)) return error as Error;
    // The text is the embedded node's.
    if (error instanceof Error && error.message.includes('the disk is full'))
      return Object.assign(diskFullRefusal(), { cause: error });
    const isLost =
      error instanceof ResponseTimeout
        ? client.silentForMs >= this.limits.replaceAfterMs
        : isConnectError(error) && performance.now() - client.createdAt >= REPLACE_UNCONNECTED_AFTER_MS;
    if (isLost) this.replaceClient(client);
    // The calls of a replaced client were cancelled by us.
    const wasCancelled = client !== this.current && !(error instanceof ResponseTimeout);
    return eventStoreUnavailable(wasCancelled ? new ResponseTimeout(false, 'its client was replaced') : error);
  }

  /** Reports a call that failed for good to the observer, if the event store is unavailable. */
  reportFailure(failure: Error): void {
    if (this.hasClosed || !(failure instanceof StoreUnavailable)) return;
    if (failure.cause instanceof ResponseTimeout && !failure.cause.isServerSilent) return; // slow, not away
    this.failedAt = performance.now();
    this.observer.failed(failure.problem);
  }

  /** Closes the client, which cancels its open calls. */
  async close(): Promise<void> {
    this.hasClosed = true;
    await closeClient(this.current.client);
  }

  /** Waits before the next attempt. Throws and reports `failure` if there is none. */
  private async waitOrThrow(backoff: Backoff, failure: Error): Promise<void> {
    try {
      if (failure instanceof StoreUnavailable && failure.cause instanceof AccessDeniedError) throw failure;
      await backoff.waitOrThrow(failure);
    } catch {
      this.reportFailure(failure);
      throw failure;
    }
  }

  /** Returns how long, in ms, a call that starts now waits for a silent server. */
  private silenceLimit(): number {
    const hasJustFailed = performance.now() - this.failedAt < shortWait.windowMs;
    return hasJustFailed ? Math.min(shortWait.silenceMs, this.limits.silenceMs) : this.limits.silenceMs;
  }

  private readonly onResponse = (): void => {
    this.failedAt = -Infinity;
    this.observer.recovered('away');
  };

  /** Closes the client and opens another one. All calls of the old one end; also the healthy ones are retried. */
  private replaceClient(lost: WatchedClient): void {
    if (lost !== this.current || this.hasClosed) return;
    this.replacements++;
    this.current = this.connect();
    void closeClient(lost.client).catch(ignore);
  }

  /** Opens a client. Clients with equal options share a TCP connection, so each one gets another value of an option. */
  private connect(): WatchedClient {
    const difference = `keepAliveTimeout=${10_000 + (this.replacements % 1000)}`;
    const client = openClient(`${this.address}${this.address.includes('?') ? '&' : '?'}${difference}`);
    return new WatchedClient(client, this.limits, this.onResponse);
  }
}

async function closeClient(client: EventStoreDBClient): Promise<void> {
  await client.dispose();
  (await client['getChannel']()).close();
}

function ignore(): void {}
