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
  evolve,
  noObserver,
  type AnyDecider,
  type LogItem,
  type Recorded,
  type StateOf,
  type StoreObserver,
} from '#libs/kernel';
import { checkAppend } from './append-limits.js';
import { Codec, type AnyEventFormat, type KeyRing, type ProposedEvent, type StoredEvent } from './codec.js';
import { Connection } from './connection.js';
import { readFiltered } from './filtered-read.js';
import { Limiter } from './limiter.js';
import { afterFailure, type TimeLimits } from './time-limits.js';
import { iterateAtReadersPace } from './stream.js';
import { openLog } from './subscription.js';

export type { ProposedEvent };

/** The stream is not where the append expected it; -1 = no stream. */
export class WrongRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`${stream} is at revision ${actual}, not ${expected}`);
    this.name = 'WrongRevision';
  }
}

/** A folded stream. */
export interface Loaded<State> {
  readonly state: State;
  /** Of its last event; -1 if there is none. */
  readonly revision: number;
  /** Of its last event in the whole log; 0 if there is none. */
  readonly position: number;
  /** How it was right after the command that was asked for, which is already in it. */
  readonly sameCommand?: Loaded<State> & { readonly at: string; readonly digest?: string };
}

/** Where an append's last event lies. */
export interface Appended {
  readonly revision: number;
  readonly position: number;
}

export interface EventStoreOptions {
  /** `esdb://…`, see EventStoreDB's connection strings. */
  readonly url: string;
  /** Our streams are `<namespace>.<category>-<id>`: one prefix tells them from others' in a shared cluster. */
  readonly namespace: string;
  readonly catalogue: Readonly<Record<string, AnyEventFormat>>;
  readonly keys: KeyRing;
  /** How long to wait for the server; for tests. */
  readonly limits?: Partial<TimeLimits>;
  /** Is told when the store can't be used, and when it can again. */
  readonly observer?: StoreObserver;
}

const defaultLimits: TimeLimits = { silenceMs: 4_000, slowMs: 10_000, replaceAfterMs: 8_000 };

/** With more at a time, each would wait so long for its turn that a busy server looks like one that is gone. */
const LOADS_IN_FLIGHT = 64;

/**
 * The log. Streams are named without the namespace here. Positions are commit positions of EventStoreDB: byte offsets,
 * below 2^53 (8 PiB) and thus exact as numbers; of every event read, commit = prepare.
 *
 * What can't be done for want of a connection is refused with `event-store.unavailable` after some time of trying, and
 * works again once the server is back; the cause, also wrong credentials, is told to the observer. An event that can't
 * be read is an `UnreadableEvent`.
 */
export class EventStore {
  private readonly connection: Connection;
  private readonly codec: Codec;
  private readonly prefix: string;
  private readonly loads: Limiter;

  constructor({ url, namespace, catalogue, keys, limits, observer = noObserver }: EventStoreOptions) {
    this.connection = new Connection(url, { ...defaultLimits, ...limits }, observer);
    this.codec = new Codec(catalogue, keys);
    this.loads = new Limiter(LOADS_IN_FLIGHT, afterFailure.silence);
    this.prefix = `${namespace}.`;
  }

  /** The events of a stream in order, or from its end; from `fromRevision` on, which is included. None for an absent stream. */
  async *read(
    stream: string,
    options: { fromRevision?: number; backwards?: boolean; maxCount?: number } = {},
  ): AsyncGenerator<Recorded> {
    const { fromRevision, backwards = false, maxCount = Number.MAX_SAFE_INTEGER } = options;
    const direction = backwards ? BACKWARDS : FORWARDS;
    const start = fromRevision === undefined ? (backwards ? END : START) : BigInt(fromRevision);
    let seen = 0;
    const events = this.connection.read<ResolvedEvent>((client, last) => {
      const next = last?.event ? last.event.revision + (backwards ? -1n : 1n) : start;
      if (seen === maxCount || next === -1n) return undefined;
      return client.readStream(this.prefix + stream, { direction, fromRevision: next, maxCount: maxCount - seen });
    });
    for await (const { event } of events) {
      seen++;
      if (event) yield this.decode(event);
    }
  }

  /** All our events in the log's order, or from its end: from the position `from` on, which is included forwards and not backwards. */
  async *readAll(options: { from?: number; backwards?: boolean; maxCount?: number } = {}): AsyncGenerator<Recorded> {
    const { from, backwards = false, maxCount = Number.MAX_SAFE_INTEGER } = options;
    const { prefix } = this;
    let left = maxCount;
    let seen: Recorded | undefined;
    const events = this.connection.read<AllStreamResolvedEvent>((client) => {
      const again = seen && !backwards ? 1 : 0; // the last one seen, which forwards is included
      return left === 0
        ? undefined
        : readFiltered(client, { prefix, from: seen?.position ?? from, backwards, maxCount: left + again });
    });
    for await (const { event } of events) {
      if (!event || Number(event.position.commit) === seen?.position) continue;
      left--;
      yield (seen = this.decode(event));
    }
  }

  /**
   * Folds a stream: its newest events, where its decider remembers no more.
   * @param options.commandId also looks, in all of the stream, whether this command is already in it, see {@link Loaded.sameCommand}
   * @param options.until folds the events before the first one later than this time (ISO 8601)
   */
  load<D extends AnyDecider>(
    decider: D,
    id: string,
    options: { commandId?: string; until?: string } = {},
  ): Promise<Loaded<StateOf<D>>> {
    return this.loads.run(() => this.fold(decider, id, options));
  }

  private async fold<D extends AnyDecider>(
    decider: D,
    id: string,
    { commandId, until }: { commandId?: string; until?: string },
  ): Promise<Loaded<StateOf<D>>> {
    const end = until === undefined ? Infinity : Date.parse(until);
    let loaded: Loaded<StateOf<D>> = { state: decider.initial as StateOf<D>, revision: -1, position: 0 };
    let sameCommand: Loaded<StateOf<D>>['sameCommand'];
    const stream = `${decider.category}-${id}`;
    const tells = commandId === undefined && until === undefined ? decider.foldLast : undefined;
    for await (const event of tells === undefined ? this.read(stream) : await this.newest(stream, tells)) {
      const { causationId, at, digest } = event.envelope;
      if (Date.parse(at) > end) break;
      const { revision, position } = event;
      loaded = { state: evolve(decider, loaded.state, event), revision, position };
      if (causationId === commandId) sameCommand = { ...loaded, at, ...(digest !== undefined && { digest }) };
    }
    return sameCommand ? { ...loaded, sameCommand } : loaded;
  }

  /** The newest events of a stream, in order. */
  private async newest(stream: string, maxCount: number): Promise<Recorded[]> {
    return (await Array.fromAsync(this.read(stream, { backwards: true, maxCount }))).toReversed();
  }

  /**
   * Appends at exactly `expected`; -1 = the stream must not exist. Safe to repeat with the same event ids: it answers what
   * it answered first.
   * @throws WrongRevision; `event-store.unavailable` if the outcome is still unknown when the time is up; RangeError for an
   * append that a server does not take
   */
  async append(stream: string, expected: number, events: readonly ProposedEvent[]): Promise<Appended> {
    const stored = await Promise.all(events.map((event) => this.codec.encode(stream, event)));
    checkAppend(stored);
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
   * Follows the log from after the position `from` (default: its start) until `signal` aborts or the store is closed: our
   * events in order, checkpoints, and `caughtUp` once what was there at the start has been given. Whoever iterates sets the
   * pace: a few dozen events wait here, the others on the server. Throws when the connection breaks or an event can't be
   * read; whoever wants to go on follows again.
   * @param types only events of these types, which the server picks; default: all
   */
  async *follow(from: number | undefined, signal: AbortSignal, types?: readonly string[]): AsyncGenerator<LogItem> {
    if (signal.aborted) return;
    const { watched } = this.connection;
    const log = openLog(
      watched.client,
      types ? { filterOn: 'eventType', prefixes: [...types] } : { filterOn: 'streamName', prefixes: [this.prefix] },
      from,
    );
    const stop = (): void => void log.unsubscribe().catch(() => {}); // fails where the call was never made
    signal.addEventListener('abort', stop);
    let isConnected = false;
    try {
      for await (const item of iterateAtReadersPace<LogItem | AllStreamResolvedEvent>(log)) {
        isConnected = true;
        watched.heard();
        if ('kind' in item) yield item;
        else if (item.event && this.isWanted(item.event, types))
          yield { kind: 'event', event: this.decode(item.event) };
      }
      if (!signal.aborted && !this.connection.isClosed) throw new Error('the subscription ended');
    } catch (error) {
      const failure = this.connection.interpret(watched, error);
      if (!isConnected) this.connection.tell(failure); // one that was connected is followed again first
      throw failure;
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  /** The position of our last event in the log; 0 if there is none. */
  async lastPosition(): Promise<number> {
    for await (const { position } of this.readAll({ backwards: true, maxCount: 1 })) return position;
    return 0;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** Types are picked by their beginnings, and in a shared cluster others have types of the same names. */
  private isWanted({ streamId, type }: RecordedEvent, types?: readonly string[]): boolean {
    return types === undefined || (types.includes(type) && streamId.startsWith(this.prefix));
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
