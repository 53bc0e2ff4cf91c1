import {
  AccessDeniedError,
  type EventStoreDBClient,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type StreamingRead,
} from '@eventstore/db-client';
import { StoreUnavailable, diskFull, type StoreObserver } from '#libs/kernel';
import { UnreadableEvent } from './codec.js';
import { clientUrl, openClient } from './open-client.js';
import { NoAnswer, Retry, afterFailure, type TimeLimits } from './time-limits.js';
import { isUnconnected, unavailable } from './problem.js';
import { iterateAtReadersPace } from './stream.js';
import { WatchedClient } from './watched-client.js';

/**
 * How long, in ms, a read that nobody reads on may come to its end by itself; only then it is cancelled. A server that is
 * made on Node takes 1,000 resets and 33 a second (CVE-2023-44487), then closes the connection:
 * https://github.com/grpc/grpc-node/issues/2872
 */
const ENDING = 50;

/** How old, in ms, a client that can't connect is before it is replaced. */
const RECONNECT = 5_000;

/** Trying again can't help against these. */
const FINAL = [WrongExpectedVersionError, StreamDeletedError, UnreadableEvent, TypeError];

/** Makes a call that reads on after the last event; undefined if there is nothing more to read. */
type Open<Event> = (client: EventStoreDBClient, last: Event | undefined) => StreamingRead<Event> | undefined;

/**
 * A client of the store that comes back by itself: what fails for want of a connection is done again, and a client that
 * lost its server is replaced. Callers are refused soon, the client is replaced late.
 */
export class Connection {
  private readonly address: string;
  private current: WatchedClient;
  private renewals = 0;
  private closed = false;
  /** When a call gave up, if nothing was heard since. */
  private failedAt = -Infinity;

  constructor(
    url: string,
    private readonly limits: TimeLimits,
    private readonly observer: StoreObserver,
  ) {
    this.address = clientUrl(url);
    this.current = this.connect();
  }

  /** The client of now, for calls that wait for as long as it takes. */
  get watched(): WatchedClient {
    if (this.closed) throw new Error('the event store is closed');
    return this.current;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * Reads to the end; nothing of an absent stream. When the connection breaks `open` is called again, with the last event
   * that it gave, to go on after it.
   */
  async *read<Event>(open: Open<Event>): AsyncGenerator<Event> {
    const silence = this.silence();
    let last: Event | undefined;
    let trying = new Retry(silence);
    for (;;) {
      const { watched } = this;
      const before = last;
      const events = open(watched.client, last);
      if (!events) return;
      try {
        for await (const event of iterateAtReadersPace(events, (item) => watched.waitFor(item, silence))) {
          watched.heard();
          yield (last = event);
        }
        if (watched === this.current) {
          watched.heard();
          return;
        }
        throw new NoAnswer(false, 'its client was replaced, which looks like the end'); // of a read that was under way
      } catch (error) {
        if (error instanceof StreamNotFoundError) {
          watched.heard();
          return;
        }
        if (last !== before) trying = new Retry(silence);
        await this.again(trying, this.interpret(watched, error));
      } finally {
        setTimeout(() => void events.cancel().catch(ignore), ENDING).unref();
      }
    }
  }

  /**
   * Calls `append` until it answers or the time is up. Its outcome may be unknown (no answer in time, a lost connection):
   * it must be safe to repeat.
   */
  async append<T>(append: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const silence = this.silence();
    const trying = new Retry(silence);
    for (;;) {
      const { watched } = this;
      const abandoned = new AbortController();
      try {
        const appended = watched.appends.run(() => append(watched.client), abandoned.signal);
        appended.then(() => watched.heard(), ignore);
        return await watched.waitFor(appended, silence);
      } catch (error) {
        abandoned.abort(error);
        if (error instanceof WrongExpectedVersionError) watched.heard();
        await this.again(trying, this.interpret(watched, error));
      }
    }
  }

  /** What a failure means: a refusal where trying again may help. A client that lost its server is replaced. */
  interpret(watched: WatchedClient, error: unknown): Error {
    if (FINAL.some((kind) => error instanceof kind)) return error as Error;
    // The embedded node's own words.
    if (error instanceof Error && error.message.includes('the disk is full'))
      return Object.assign(diskFull(), { cause: error });
    const isLost =
      error instanceof NoAnswer
        ? watched.silence >= this.limits.replaceAfterMs
        : isUnconnected(error) && performance.now() - watched.since >= RECONNECT;
    if (isLost) this.renew(watched);
    // The calls of a replaced client are cancelled by us.
    return unavailable(
      watched === this.current || error instanceof NoAnswer ? error : new NoAnswer(false, 'its client was replaced'),
    );
  }

  /** Tells the observer why a call has failed for good. */
  tell(failure: Error): void {
    if (this.closed || !(failure instanceof StoreUnavailable)) return;
    if (failure.cause instanceof NoAnswer && !failure.cause.isSilent) return; // slow, not away
    this.failedAt = performance.now();
    this.observer.failed(failure.problem);
  }

  async close(): Promise<void> {
    this.closed = true;
    await retire(this.current.client);
  }

  private async again(trying: Retry, failure: Error): Promise<void> {
    try {
      if (failure instanceof StoreUnavailable && failure.cause instanceof AccessDeniedError) throw failure;
      await trying.again(failure);
    } catch {
      this.tell(failure);
      throw failure;
    }
  }

  /** How long, in ms, a call that begins now waits for a silent server. */
  private silence(): number {
    const isKnown = performance.now() - this.failedAt < afterFailure.window;
    return isKnown ? Math.min(afterFailure.silence, this.limits.silenceMs) : this.limits.silenceMs;
  }

  private readonly onHeard = (): void => {
    this.failedAt = -Infinity;
    this.observer.recovered('away');
  };

  /** The calls of the old client end; those that were healthy are done again like the others. */
  private renew(lost: WatchedClient): void {
    if (lost !== this.current || this.closed) return;
    this.renewals++;
    this.current = this.connect();
    void retire(lost.client).catch(ignore);
  }

  /** Channels of equal options share their TCP connection: one that is to have a new one must differ in an option. */
  private connect(): WatchedClient {
    const difference = `keepAliveTimeout=${10_000 + (this.renewals % 1000)}`;
    const client = openClient(`${this.address}${this.address.includes('?') ? '&' : '?'}${difference}`);
    return new WatchedClient(client, this.limits, this.onHeard);
  }
}

async function retire(client: EventStoreDBClient): Promise<void> {
  await client.dispose();
  (await client['getChannel']()).close();
}

function ignore(): void {}
