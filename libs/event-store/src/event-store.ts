import {
  noObserver,
  type AnyDecider,
  type LogItem,
  type Recorded,
  type StateOf,
  type StoreObserver,
} from '#libs/kernel';
import { AuthenticLog, type LogKnowledge, type ReadOptions } from './authentic-log.js';
import { Codec, type AnyEventFormat, type KeyRing, type ProposedEvent } from './codec.js';
import { collectReady } from './collect-ready.js';
import { Connection } from './connection.js';
import { EventDecoder } from './event-decoder.js';
import { currentSchemas } from './event-format.js';
import { foldEvents, type FoldOptions, type Loaded } from './fold-events.js';
import { Limiter } from './limiter.js';
import type { RawEvent, RawLogItem } from './raw-event.js';
import { RawLog, type Appended, type LogRange } from './raw-log.js';
import { followLog } from './subscription.js';
import { shortWait, type TimeLimits } from './time-limits.js';
import type { OnTampered, TamperedStreams } from './tampered-streams.js';

/** The keys of an installation: those that seal personal data, and those that authenticate events. */
export interface LogKeys extends KeyRing, LogKnowledge {}

export interface EventStoreOptions {
  /** `esdb://…`, see EventStoreDB's connection strings. */
  readonly url: string;
  /** Streams are stored as `<namespace>.<category>-<id>`, so that several systems can share a cluster. */
  readonly namespace: string;
  readonly catalogue: Readonly<Record<string, AnyEventFormat>>;
  readonly keys: LogKeys;
  /** How long to wait for the server; for tests. */
  readonly limits?: Partial<TimeLimits>;
  /** Is called when the store can't be used, and when it can be used again. */
  readonly observer?: StoreObserver;
  /** Is called once for each tampered stream that a read meets. */
  readonly onTampered?: OnTampered;
  /** Is called before events of a format are appended, and throws if that is refused. Default: all may be appended. */
  readonly ensureWritable?: (format: { readonly type: string; readonly schema: number }) => Promise<void>;
}

const defaultLimits: TimeLimits = { silenceMs: 4_000, slowMs: 10_000, replaceAfterMs: 8_000 };

/** The most events whose keys are fetched together. */
const MAX_PAGE = 100;

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
  private readonly decoder: EventDecoder;
  private readonly keys: LogKeys;
  private readonly raw: RawLog;
  private readonly log: AuthenticLog;
  private readonly loads: Limiter;
  private readonly ensureWritable: EventStoreOptions['ensureWritable'];
  private readonly schemas: Readonly<Record<string, number>>;

  constructor(options: EventStoreOptions) {
    const { url, namespace, catalogue, keys, limits, observer = noObserver, onTampered } = options;
    this.ensureWritable = options.ensureWritable;
    this.schemas = currentSchemas(catalogue);
    this.connection = new Connection(url, { ...defaultLimits, ...limits }, observer);
    this.codec = new Codec(catalogue, keys);
    this.keys = keys;
    this.loads = new Limiter(MAX_CONCURRENT_LOADS, shortWait.silenceMs);
    this.raw = new RawLog(this.connection, namespace);
    this.decoder = new EventDecoder(this.codec, this.raw);
    this.log = new AuthenticLog(this.raw, keys, onTampered);
  }

  /** The tampered streams that reads have met since the start. */
  get tampered(): TamperedStreams {
    return this.log.tampered;
  }

  /**
   * Reads the authentic events of a stream; none of an absent one. Foreign events are passed over.
   * @param options.fromRevision the first revision to read, inclusive. Default: the start, or the end if `backwards`
   * @throws TamperedStream if an authentic event was altered or removed
   */
  async *read(stream: string, options: ReadOptions = {}): AsyncGenerator<Recorded> {
    yield* this.decodeAll(this.log.read(stream, options));
  }

  /**
   * Reads the authentic events of all our streams in the order of the log.
   * @param options.from position to start from: inclusive forwards, exclusive backwards. Default: the whole log
   * @param options.categories only streams of these categories; default: all
   */
  async *readAll(options: LogRange = {}): AsyncGenerator<Recorded> {
    yield* this.decodeAll(this.log.readAll(options));
  }

  /** Reads the events of our streams with their bytes, also foreign ones, in the order of the log; options as of {@link readAll}. */
  readRawLog(options?: LogRange): AsyncGenerator<RawEvent> {
    return this.raw.read(options);
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
   * Appends events if the newest authentic event of the stream has the revision `expected` (-1: there is none). Safe to repeat
   * with the same event ids: it then returns what it returned the first time.
   * @throws WrongRevision; TamperedStream if the stream was deleted or its metadata were changed; `event-store.unavailable` if
   * the outcome is still unknown when the time is up; RangeError for an append that the server would refuse;
   * what `ensureWritable` throws
   */
  async append(stream: string, expected: number, events: readonly ProposedEvent[]): Promise<Appended> {
    this.log.refuseChanged(stream);
    for (const { type } of events) {
      const schema = this.schemas[type];
      if (schema !== undefined) await this.ensureWritable?.({ type, schema });
    }
    const encoded = await Promise.all(
      events.map(async (event) => {
        const id = this.keys.authentication.deriveEventId(await this.codec.toRequestBoundId(event));
        return this.codec.encode(stream, { ...event, id });
      }),
    );
    return this.log.append(stream, expected, encoded);
  }

  /**
   * Subscribes to the log until `signal` aborts or the store is closed. It gives our events in order, checkpoints, and
   * `caughtUp` once all events that existed at the start were delivered. With back-pressure: a few dozen events wait here, the
   * rest on the server. Throws when the connection breaks: to continue, call it again with the last position.
   * @param from only events after this position; undefined: from the start
   * @param types only events of these types, filtered on the server; default: all
   */
  async *follow(from: number | undefined, signal: AbortSignal, types?: readonly string[]): AsyncGenerator<LogItem> {
    const { witness } = this.keys;
    const options = {
      prefixes: [this.raw.prefix],
      types,
      from,
      toItem: (event: RawEvent) => ({ kind: 'raw', event }) as const,
    };
    // Ends the subscription also if the reader stops while the next item is under way.
    const ended = new AbortController();
    const items = followLog(this.connection, options, AbortSignal.any([signal, ended.signal]));
    try {
      for await (const page of collectReady(items, MAX_PAGE)) {
        const events = page.flatMap((item) => (item.kind === 'raw' ? [item.event] : []));
        await witness?.waitForPosition(events.at(-1)?.position ?? -1, signal);
        if (signal.aborted) return;
        const authentic = new Set(events.filter((event) => this.log.isAuthentic(event)));
        const decode = await this.decoder.prepare([...authentic]);
        for (const item of page) {
          if (item.kind !== 'raw') yield item;
          else if (authentic.has(item.event)) yield { kind: 'event', event: decode(item.event) };
          else yield { kind: 'checkpoint', position: item.event.position };
        }
      }
    } finally {
      ended.abort();
    }
  }

  /** Subscribes to the log as it is stored, foreign events and the metadata of our streams included; otherwise as {@link follow}. */
  followRaw(from: number | undefined, signal: AbortSignal): AsyncGenerator<RawLogItem> {
    const metadataPrefix = `$$${this.raw.prefix}`;
    const toItem = (event: RawEvent): RawLogItem =>
      event.streamId.startsWith(metadataPrefix)
        ? { kind: 'metadata', stream: event.streamId.slice(metadataPrefix.length), position: event.position }
        : {
            kind: 'event',
            stream: this.raw.streamOf(event),
            event,
            isAuthentic: this.log.isAuthentic(event),
          };
    const prefixes = [this.raw.prefix, metadataPrefix];
    return followLog(this.connection, { prefixes, types: undefined, from, toItem }, signal);
  }

  /**
   * Checks a stream as a load of all its events does, without decoding them. Returns its last revision, -1 if it is absent.
   * @param end the position of the last event to check; default: all
   * @throws TamperedStream
   */
  checkWholeStream(stream: string, end = Infinity): Promise<number> {
    return this.log.checkWholeStream(stream, end);
  }

  /** Reads the events of a stream with their bytes, also foreign ones, and tells which are authentic by themselves. Checks no chain. */
  async *readRawStream(stream: string): AsyncGenerator<{ event: RawEvent; isAuthentic: boolean }> {
    const all = { fromRevision: undefined, backwards: false, maxCount: Number.MAX_SAFE_INTEGER };
    for await (const event of this.log.readStored(stream, all))
      yield { event, isAuthentic: this.log.isAuthenticIn(stream, event) };
  }

  /** Returns whether a stream is known to be tampered: a read has found it since the start, or the witness has seen that it was deleted or its metadata were changed. */
  isKnownTampered(stream: string): boolean {
    return this.tampered.has(stream) || this.keys.witness?.isChanged(stream) === true;
  }

  /** Returns whether a stream has any event, authentic or not. Needs no keys. */
  hasEvents(stream: string): Promise<boolean> {
    return this.log.hasEvents(stream);
  }

  /** Returns the position of our last event in the log; 0 if there is none. */
  async lastPosition(): Promise<number> {
    for await (const { position } of this.raw.read({ backwards: true, maxCount: 1 })) return position;
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

  /** Decodes authentic events. The keys of those that are there at once are fetched together. */
  private async *decodeAll(events: AsyncGenerator<RawEvent>): AsyncGenerator<Recorded> {
    for await (const page of collectReady(events, MAX_PAGE)) {
      const decode = await this.decoder.prepare(page);
      for (const event of page) yield decode(event);
    }
  }
}
