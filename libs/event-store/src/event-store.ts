import {
  BACKWARDS,
  END,
  FORWARDS,
  NO_STREAM,
  START,
  WrongExpectedVersionError,
  jsonEvent,
  type AllStreamResolvedEvent,
  type RecordedEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import {
  noObserver,
  type AnyDecider,
  type LogItem,
  type Recorded,
  type StateOf,
  type StoreObserver,
} from '#libs/kernel';
import { checkAppendLimits } from './append-limits.js';
import { Codec, type AnyEventFormat, type KeyRing, type ProposedEvent, type StoredEvent } from './codec.js';
import { Connection } from './connection.js';
import { readFilteredLog } from './filtered-read.js';
import { foldEvents, type FoldOptions, type Loaded } from './fold-events.js';
import { Limiter } from './limiter.js';
import { followLog } from './subscription.js';
import { shortWait, type TimeLimits } from './time-limits.js';
import { WrongRevision } from './wrong-revision.js';

/** The place of an append's last event. */
export interface Appended {
  readonly revision: number;
  readonly position: number;
}

export interface EventStoreOptions {
  /** `esdb://…`, see EventStoreDB's connection strings. */
  readonly url: string;
  /** Streams are stored as `<namespace>.<category>-<id>`, so that several systems can share a cluster. */
  readonly namespace: string;
  readonly catalogue: Readonly<Record<string, AnyEventFormat>>;
  readonly keys: KeyRing;
  /** How long to wait for the server; for tests. */
  readonly limits?: Partial<TimeLimits>;
  /** Is called when the store can't be used, and when it can be used again. */
  readonly observer?: StoreObserver;
}

const defaultLimits: TimeLimits = { silenceMs: 4_000, slowMs: 10_000, replaceAfterMs: 8_000 };

/** With more, each load would wait so long that a busy server looks like one that is away. */
const MAX_CONCURRENT_LOADS = 64;

/**
 * The log. Stream names are without the namespace here. Positions are commit positions of EventStoreDB: byte offsets, below
 * 2^53 (8 PiB) and so exact as numbers.
 *
 * Every method throws `event-store.unavailable` if the connection fails and retries do not help in time; once the server is
 * back, calls work again. The observer gets the cause. An event that can't be decoded throws `UnreadableEvent`.
 */
export class EventStore {
  private readonly connection: Connection;
  private readonly codec: Codec;
  private readonly prefix: string;
  private readonly loads: Limiter;

  constructor({ url, namespace, catalogue, keys, limits, observer = noObserver }: EventStoreOptions) {
    this.connection = new Connection(url, { ...defaultLimits, ...limits }, observer);
    this.codec = new Codec(catalogue, keys);
    this.loads = new Limiter(MAX_CONCURRENT_LOADS, shortWait.silenceMs);
    this.prefix = `${namespace}.`;
  }

  /**
   * Reads the events of a stream; none of an absent one.
   * @param options.fromRevision the first revision to read, inclusive. Default: the start, or the end if `backwards`
   */
  async *read(
    stream: string,
    options: { fromRevision?: number; backwards?: boolean; maxCount?: number } = {},
  ): AsyncGenerator<Recorded> {
    const { fromRevision, backwards = false, maxCount = Number.MAX_SAFE_INTEGER } = options;
    const direction = backwards ? BACKWARDS : FORWARDS;
    const start = fromRevision === undefined ? (backwards ? END : START) : BigInt(fromRevision);
    let count = 0;
    const events = this.connection.read<ResolvedEvent>((client, last) => {
      const next = last?.event ? last.event.revision + (backwards ? -1n : 1n) : start;
      if (count === maxCount || next === -1n) return undefined;
      return client.readStream(this.prefix + stream, { direction, fromRevision: next, maxCount: maxCount - count });
    });
    for await (const { event } of events) {
      count++;
      if (event) yield this.decode(event);
    }
  }

  /**
   * Reads the events of all our streams in the order of the log.
   * @param options.from position to start from: inclusive forwards, exclusive backwards. Default: the whole log
   */
  async *readAll(options: { from?: number; backwards?: boolean; maxCount?: number } = {}): AsyncGenerator<Recorded> {
    const { from, backwards = false, maxCount = Number.MAX_SAFE_INTEGER } = options;
    const { prefix } = this;
    let left = maxCount;
    let last: Recorded | undefined;
    const events = this.connection.read<AllStreamResolvedEvent>((client) => {
      const repeated = last && !backwards ? 1 : 0; // forwards, a retry reads the last event once more
      return left === 0
        ? undefined
        : readFilteredLog(client, { prefix, from: last?.position ?? from, backwards, maxCount: left + repeated });
    });
    for await (const { event } of events) {
      if (!event || Number(event.position.commit) === last?.position) continue;
      left--;
      yield (last = this.decode(event));
    }
  }

  /**
   * Loads and folds a stream. If the decider sets `foldLast`, it reads only that many of the newest events, unless an option
   * needs all of them.
   */
  load<D extends AnyDecider>(decider: D, id: string, options: FoldOptions = {}): Promise<Loaded<StateOf<D>>> {
    const stream = `${decider.category}-${id}`;
    const needsAll = options.commandId !== undefined || options.until !== undefined;
    return this.loads.run(async () => {
      const events =
        needsAll || decider.foldLast === undefined
          ? this.read(stream)
          : await this.readNewest(stream, decider.foldLast);
      return foldEvents(decider, events, options);
    });
  }

  /**
   * Appends events if the stream is at revision `expected` (-1: does not exist). Safe to repeat with the same event ids: it
   * then returns what it returned the first time.
   * @throws WrongRevision; `event-store.unavailable` if the outcome is still unknown when the time is up; RangeError for an
   * append that the server would refuse
   */
  async append(stream: string, expected: number, events: readonly ProposedEvent[]): Promise<Appended> {
    const stored = await Promise.all(events.map((event) => this.codec.encode(stream, event)));
    checkAppendLimits(stored);
    const messages = stored.map((event) => jsonEvent(event));
    const expectedRevision = expected === -1 ? NO_STREAM : BigInt(expected);
    try {
      const { nextExpectedRevision, position } = await this.connection.append((client) =>
        client.appendToStream(this.prefix + stream, messages, { expectedRevision }),
      );
      return { revision: Number(nextExpectedRevision), position: Number(position!.commit) };
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      throw new WrongRevision(stream, expected, error.actualVersion === NO_STREAM ? -1 : Number(error.actualVersion));
    }
  }

  /**
   * Subscribes to the log until `signal` aborts or the store is closed. It gives our events in order, checkpoints, and
   * `caughtUp` once all events that existed at the start were delivered. With back-pressure: a few dozen events wait here, the
   * rest on the server. Throws when the connection breaks: to continue, call it again with the last position.
   * @param from only events after this position; undefined: from the start
   * @param types only events of these types, filtered on the server; default: all
   */
  follow(from: number | undefined, signal: AbortSignal, types?: readonly string[]): AsyncGenerator<LogItem> {
    const decode = (event: RecordedEvent): Recorded => this.decode(event);
    return followLog(this.connection, { prefix: this.prefix, types, from, decode }, signal);
  }

  /** Returns the position of our last event in the log; 0 if there is none. */
  async lastPosition(): Promise<number> {
    for await (const { position } of this.readAll({ backwards: true, maxCount: 1 })) return position;
    return 0;
  }

  /** Closes the connection, which ends running reads and subscriptions. */
  async close(): Promise<void> {
    await this.connection.close();
  }

  /** Reads the newest events of a stream and returns them in order. */
  private async readNewest(stream: string, maxCount: number): Promise<Recorded[]> {
    return (await Array.fromAsync(this.read(stream, { backwards: true, maxCount }))).toReversed();
  }

  private decode(event: RecordedEvent): Recorded {
    const stream = event.streamId.slice(this.prefix.length);
    return this.codec.decode(event as unknown as StoredEvent, {
      stream,
      revision: Number(event.revision),
      position: Number(event.position!.commit),
    });
  }
}
