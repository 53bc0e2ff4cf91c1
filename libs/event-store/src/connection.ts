import {
  AccessDeniedError,
  DeadlineExceededError,
  EventStoreDBClient,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type StreamingRead,
} from '@eventstore/db-client';
import { Refusal } from '#libs/kernel';
import { UnreadableEvent } from './codec.js';
import { Gate } from './gate.js';
import { NoAnswer, Retry, within, type Patience } from './patience.js';
import { unhurried } from './stream.js';

/**
 * Below the 16 messages that a gRPC stream buffers: with more, an append waits for the stream to drain, and if the
 * connection breaks just then, @eventstore/db-client 6.2.1 rejects a promise that nobody holds, which ends the process.
 */
const APPENDS_IN_FLIGHT = 15;

/**
 * How long, in ms, a read that nobody reads on may come to its end by itself; only then it is cancelled. A server that is
 * made on Node takes 1,000 resets and 33 a second (CVE-2023-44487), then closes the connection:
 * https://github.com/grpc/grpc-node/issues/2872
 */
const ENDING = 50;

/** Trying again can't help against these. */
const FINAL = [WrongExpectedVersionError, StreamDeletedError, UnreadableEvent, TypeError];

/** Makes a call that reads on after the last event; undefined if there is nothing more to read. */
type Open<Event> = (client: EventStoreDBClient, last: Event | undefined) => StreamingRead<Event> | undefined;

/**
 * A client of the store that comes back by itself: what fails for want of a connection is done again, and a client that
 * lost its server is replaced.
 */
export class Connection {
  private readonly gate: Gate;
  private current: EventStoreDBClient;
  private renewals = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    readonly patience: Patience,
  ) {
    if (/^[^/]+:\/\/[^@/]+@/.test(url) && /[?&]tls=false/i.test(url)) {
      throw new Error('the event store URL has credentials and tls=false: without TLS they would silently not be sent');
    }
    this.gate = new Gate(APPENDS_IN_FLIGHT, patience.attempt);
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
   * Reads to the end; nothing of an absent stream. When the connection breaks `open` is called again, with the last event
   * that it gave, to go on after it.
   * @param silence how long the server may take for each event, in milliseconds; default: any time
   */
  async *read<Event>(open: Open<Event>, silence?: number): AsyncGenerator<Event> {
    let last: Event | undefined;
    let trying = new Retry(this.patience.read);
    for (;;) {
      const { client } = this;
      const before = last;
      const events = open(client, last);
      if (!events) return;
      try {
        for await (const event of unhurried(events, silence)) yield (last = event);
        if (client === this.current) return;
        throw new NoAnswer('its client was replaced, which looks like the end'); // of a read that was under way
      } catch (error) {
        if (error instanceof StreamNotFoundError) return;
        if (last !== before) trying = new Retry(this.patience.read);
        await trying.again(this.interpret(client, error));
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
    const trying = new Retry(this.patience.append);
    for (;;) {
      try {
        return await this.gate.run(() => this.attempt(append));
      } catch (error) {
        await trying.again(error as Error);
      }
    }
  }

  /** What a failure means: a refusal where trying again may help. A client that lost its server is replaced. */
  interpret(client: EventStoreDBClient, error: unknown): Error {
    if (error instanceof AccessDeniedError) {
      return new Error('the event store denies access: check user and password; reading $all takes a member of $admins', { cause: error });
    }
    if (FINAL.some((kind) => error instanceof kind)) return error as Error;
    // When told that a server is gone the client helps itself; left without an answer it goes on waiting.
    if (error instanceof NoAnswer || error instanceof DeadlineExceededError) this.renew(client);
    return Object.assign(new Refusal('event-store.unavailable', 'unavailable', 'The event store does not answer; try again.'), { cause: error });
  }

  async close(): Promise<void> {
    this.closed = true;
    await retire(this.current);
  }

  private async attempt<T>(call: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const { client } = this;
    try {
      return await within(this.patience.attempt, call(client));
    } catch (error) {
      throw this.interpret(client, error);
    }
  }

  /** The calls of the old client end; those that were healthy are done again like the others. */
  private renew(lost: EventStoreDBClient): void {
    if (lost !== this.current || this.closed) return;
    this.renewals++;
    this.current = this.connect();
    void retire(lost).catch(ignore);
  }

  /** Channels of equal options share their TCP connection: one that is to have a new one must differ in an option. */
  private connect(): EventStoreDBClient {
    const difference = `keepAliveTimeout=${10_000 + (this.renewals % 1000)}`;
    try {
      return EventStoreDBClient.connectionString(`${this.url}${this.url.includes('?') ? '&' : '?'}${difference}`);
    } catch (error) {
      // oxlint-disable-next-line preserve-caught-error -- the client's error holds the whole URL, password included
      throw new Error(`not a URL of an event store (esdb://host:port): ${(error as Error).message}`);
    }
  }
}

async function retire(client: EventStoreDBClient): Promise<void> {
  await client.dispose();
  (await client['getChannel']()).close();
}

function ignore(): void {}
