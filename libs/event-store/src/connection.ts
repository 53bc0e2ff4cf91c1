import { setTimeout as pause } from 'node:timers/promises';
import {
  AccessDeniedError,
  DeadlineExceededError,
  EventStoreDBClient,
  StreamDeletedError,
  StreamNotFoundError,
  UnavailableError,
  WrongExpectedVersionError,
  type StreamingRead,
} from '@eventstore/db-client';
import { Refusal } from '#libs/kernel';
import { UnreadableEvent } from './codec.js';
import { Gate } from './gate.js';
import { leave, unhurried } from './stream.js';

/**
 * Below the 16 messages that a gRPC stream buffers: with more, an append waits for the stream to drain, and if the
 * connection breaks just then, @eventstore/db-client 6.2.1 rejects a promise that nobody holds, which ends the process.
 */
const APPENDS_IN_FLIGHT = 15;

/** Trying again can't help against these. */
const FINAL = [WrongExpectedVersionError, StreamDeletedError, UnreadableEvent, TypeError];

/** No answer in our own time; what it would have been is unknown. */
class NoAnswer extends Error {}

/** How long to keep trying, in milliseconds. */
export interface Patience {
  /** A read, since it last got an event. */
  readonly read: number;
  /** An append, over all its repetitions. */
  readonly append: number;
  /** One of those repetitions. */
  readonly attempt: number;
}

/**
 * A client of the store that comes back by itself: what fails for want of a connection is done again, and a client that
 * lost its server is replaced.
 */
export class Connection {
  private readonly gate = new Gate(APPENDS_IN_FLIGHT);
  private current: EventStoreDBClient;
  private renewals = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly patience: Patience,
  ) {
    if (/^[^/]+:\/\/[^@/]+@/.test(url) && /[?&]tls=false/i.test(url)) {
      throw new Error('the event store URL has credentials and tls=false: without TLS they would silently not be sent');
    }
    this.current = this.connect();
  }

  get client(): EventStoreDBClient {
    if (this.closed) throw new Error('the event store is closed');
    return this.current;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * Reads to the end. When the connection breaks `open` is called again, with the last event that it gave, to go on after it.
   * None for an absent stream.
   */
  async *read<Event>(open: (client: EventStoreDBClient, last: Event | undefined) => StreamingRead<Event> | undefined): AsyncGenerator<Event> {
    let last: Event | undefined;
    let trying = new Retry(this.patience.read);
    for (;;) {
      const { client } = this;
      const before = last;
      const events = open(client, last);
      if (!events) return;
      try {
        for await (const event of unhurried(events)) yield (last = event);
        return;
      } catch (error) {
        if (error instanceof StreamNotFoundError) return;
        if (last !== before) trying = new Retry(this.patience.read);
        await trying.again(this.interpret(client, error));
      } finally {
        leave(events, () => events.cancel());
      }
    }
  }

  /**
   * Calls `append` until it answers or the time is up. Its outcome may be unknown (no answer in time, a lost connection):
   * it must be safe to repeat.
   */
  async append<T>(append: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const trying = new Retry(this.patience.append);
    for (;;) {
      const { answer, failure } = await this.gate.run(() => this.attempt(append));
      if (!failure) return answer;
      await trying.again(failure);
    }
  }

  /** What a failure means: a refusal where trying again may help. A client that lost its server is replaced. */
  interpret(client: EventStoreDBClient, error: unknown): Error {
    if (error instanceof AccessDeniedError) {
      return new Error('the event store denies access: check user and password; reading $all takes a member of $admins', { cause: error });
    }
    if (FINAL.some((kind) => error instanceof kind)) return error as Error;
    const lost = error instanceof UnavailableError || error instanceof DeadlineExceededError || error instanceof NoAnswer;
    if (lost) this.renew(client);
    return Object.assign(new Refusal('event-store.unavailable', 'unavailable', 'The event store does not answer; try again.'), { cause: error });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.current.dispose();
  }

  private async attempt<T>(call: (client: EventStoreDBClient) => Promise<T>): Promise<{ answer: T; failure?: never } | { answer?: never; failure: Error }> {
    const { client } = this;
    try {
      return { answer: await within(this.patience.attempt, call(client)) };
    } catch (error) {
      return { failure: this.interpret(client, error) };
    }
  }

  /** The calls of the old client end with errors; those that were healthy are done again like the others. */
  private renew(lost: EventStoreDBClient): void {
    if (lost !== this.current || this.closed) return;
    this.renewals++;
    this.current = this.connect();
    void lost.dispose().catch(ignore);
  }

  /**
   * gRPC shares sub-channels, with their back-off of up to two minutes, between all channels of equal options: only one
   * that differs tries at once.
   */
  private connect(): EventStoreDBClient {
    const freshness = `keepAliveTimeout=${10_000 + (this.renewals % 1000)}`;
    try {
      return EventStoreDBClient.connectionString(`${this.url}${this.url.includes('?') ? '&' : '?'}${freshness}`);
    } catch (error) {
      // oxlint-disable-next-line preserve-caught-error -- the client's error holds the whole URL, password included
      throw new Error(`not a URL of an event store (esdb://host:port): ${(error as Error).message}`);
    }
  }
}

/** Trying again with a growing pause until the time is up. */
class Retry {
  private readonly end: number;
  private next = 10;

  constructor(patience: number) {
    this.end = performance.now() + patience;
  }

  async again(failure: Error): Promise<void> {
    if (!(failure instanceof Refusal) || performance.now() + this.next > this.end) throw failure;
    await pause(this.next);
    this.next = Math.min(this.next * 2, 500);
  }
}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer in ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function ignore(): void {}
