import { NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { checkAppendLimits } from './append-limits.js';
import type { SignedEvent } from './authentication.js';
import type { Connection } from './connection.js';
import type { RawEvent } from './raw-event.js';
import { readRawLog, readRawStream } from './raw-reads.js';

/** The place of an append's last event. */
export interface Appended {
  readonly revision: number;
  readonly position: number;
}

/** The part of a stream to read. */
export interface StreamRange {
  /** The first revision to read, inclusive. `undefined`: the start, or the end if `backwards`. */
  readonly fromRevision: number | undefined;
  readonly backwards: boolean;
  readonly maxCount: number;
}

/** The part of the log to read. */
export interface LogRange {
  /** Position to start from: inclusive forwards, exclusive backwards. Default: the whole log. */
  readonly from?: number;
  readonly backwards?: boolean;
  readonly maxCount?: number;
  /** Only streams of these categories, filtered on the server. Default: all our streams. */
  readonly categories?: readonly string[];
}

/** Our streams as the event store holds them: events with their bytes, authentic or not. Stream names are without the namespace. */
export class RawLog {
  /** The names of our streams begin with it in the store. */
  readonly prefix: string;

  constructor(
    private readonly connection: Connection,
    namespace: string,
  ) {
    this.prefix = `${namespace}.`;
  }

  /** Returns the name of an event's stream without the namespace. */
  streamOf({ streamId }: RawEvent): string {
    return streamId.slice(this.prefix.length);
  }

  /** Reads the events of a stream; none of an absent one. */
  async *readStream(stream: string, { fromRevision, backwards, maxCount }: StreamRange): AsyncGenerator<RawEvent> {
    let count = 0;
    const events = this.connection.read<RawEvent>((client, last) => {
      const next = last ? last.revision + (backwards ? -1 : 1) : fromRevision;
      if (count === maxCount || next === -1) return undefined;
      const streamId = this.prefix + stream;
      return readRawStream(client, { streamId, fromRevision: next, backwards, maxCount: maxCount - count });
    });
    for await (const event of events) {
      count++;
      yield event;
    }
  }

  /** Reads the events of all our streams in the order of the log. */
  async *read(options: LogRange = {}): AsyncGenerator<RawEvent> {
    const { from, backwards = false, maxCount = Number.MAX_SAFE_INTEGER, categories } = options;
    const prefixes = categories?.map((category) => `${this.prefix}${category}-`) ?? [this.prefix];
    let left = maxCount;
    let last: RawEvent | undefined;
    const events = this.connection.read<RawEvent>((client) => {
      const repeated = last && !backwards ? 1 : 0; // forwards, a retry reads the last event once more
      if (left === 0) return undefined;
      return readRawLog(client, {
        prefixes,
        from: last?.position ?? from,
        backwards,
        maxCount: left + repeated,
      });
    });
    for await (const event of events) {
      if (event.position === last?.position) continue;
      left--;
      yield (last = event);
    }
  }

  /** Appends events after revision `last`. In a deleted stream, the server appends them at other revisions, which the result tells. */
  async append(stream: string, last: number, events: readonly SignedEvent[]): Promise<Appended> {
    checkAppendLimits(events);
    const messages = events.map((event) => jsonEvent(event));
    const expectedRevision = last === -1 ? NO_STREAM : BigInt(last);
    const { nextExpectedRevision, position } = await this.connection.append((client) =>
      client.appendToStream(this.prefix + stream, messages, { expectedRevision }),
    );
    return { revision: Number(nextExpectedRevision), position: Number(position!.commit) };
  }
}
